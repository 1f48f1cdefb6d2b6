#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "net/http_client.h"
#include "sim/event_printer.h"
#include "sim/fabric.h"
#include "sim/json_value.h"
#include "sim/lab.h"
#include "sim/monitor_config.h"

namespace {

using namespace dm;

struct Serve {
  sim::Fabric::Options fabric;
  sim::MonitorConfig monitor;
  std::string config_file, ready_file, devices;
  bool is_quiet = false;
};

int fail(const std::string& message) {
  std::cerr << "fabric-sim: " << message << "\n";
  return 1;
}

// Complete or not at all, so that whoever waits for the file never reads half of it.
bool write_file(const std::string& file, const std::string& text) {
  const std::string fresh = file + ".new";
  std::ofstream out(fresh, std::ios::binary);
  out << text;
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(fresh, file, error);
  return out && !error;
}

void print_fabric(const sim::Fabric& fabric, const Serve& serve) {
  std::cout << "fabric-sim: a simulated EOS fabric\n\n";
  for (const std::string& name : fabric.device_names()) {
    std::cout << "  " << name << std::string(8 - std::min<std::size_t>(7, name.size()), ' ') << "gNMI "
              << fabric.device_address(name) << (serve.fabric.is_tls ? " (TLS)" : "") << "\n";
  }
  std::cout << "\n  NetBox   " << fabric.netbox_url() << "  token " << serve.fabric.netbox_token << "\n"
            << "  Kestra   " << fabric.kestra_url() << "\n"
            << "  control  " << fabric.control_url() << "\n";
  if (!serve.config_file.empty()) std::cout << "  drift-monitor run --config " << serve.config_file << "\n";
  std::cout << "\nChange something:  fabric-sim cli leaf1 'interface Ethernet1; description oops' --control "
            << fabric.control_url() << "\nCtrl-C ends.\n\n"
            << std::flush;
}

core::Result<std::string> write_files(const sim::Fabric& fabric, Serve& serve) {
  const auto cannot = [](const std::string& file) {
    return core::Error{core::Code::Io, "cannot write " + file};
  };
  if (serve.fabric.is_tls) {
    if (serve.monitor.ca_file.empty()) serve.monitor.ca_file = serve.config_file + ".ca.pem";
    if (!write_file(serve.monitor.ca_file, fabric.certificate())) return cannot(serve.monitor.ca_file);
  }
  if (!serve.config_file.empty()) {
    if (serve.monitor.store_path.empty()) serve.monitor.store_path = serve.config_file + ".db";
    if (!write_file(serve.config_file, sim::monitor_config(fabric, serve.monitor))) return cannot(serve.config_file);
  }
  if (!serve.ready_file.empty() && !write_file(serve.ready_file, sim::ready_json(fabric))) return cannot(serve.ready_file);
  return std::string();
}

int run_serve(Serve& serve) {
  // Before any thread begins, so that all of them leave these two to sigwait().
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  if (serve.fabric.lab_directory.empty()) serve.fabric.lab_directory = sim::default_lab_directory();
  for (std::string_view rest = serve.devices; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    serve.fabric.devices.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  if (serve.fabric.is_tls && serve.config_file.empty() && serve.monitor.ca_file.empty()) {
    return fail("--tls needs --write-config or --ca-file, to know where the certificate goes");
  }
  if (!serve.is_quiet) {
    const bool is_coloured = ::isatty(STDOUT_FILENO) == 1;
    serve.fabric.on_arrival = [is_coloured](const sim::Arrival& arrival) {
      std::cout << sim::event_block(arrival, is_coloured) << std::flush;
    };
  }
  auto fabric = sim::Fabric::start(serve.fabric);
  if (!fabric) return fail(fabric.error().message);
  if (auto written = write_files(**fabric, serve); !written) return fail(written.error().message);
  if (!serve.is_quiet) print_fabric(**fabric, serve);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

int run_cli(const std::string& control, const std::string& device, const std::string& lines) {
  net::HttpClient client;
  net::HttpRequest request;
  request.method = "POST";
  request.url = control + "/control/devices/" + net::percent_encode(device) + "/cli";
  request.body = lines;
  request.max_response_bytes = 16U << 20U;
  const auto response = client.send(request);
  if (!response) return fail(response.error().message);
  const sim::Json answer = sim::Json::parse(response->body, nullptr, false);
  if (!answer.is_object()) return fail("the control API answered " + std::to_string(response->status));
  if (response->status != 200) return fail(sim::text_member(answer, "error", "refused"));
  std::size_t count = 0;
  for (const sim::Json& message : answer.value("messages", sim::Json::array())) {
    for (const sim::Json& gone : message.value("delete", sim::Json::array())) {
      std::cout << "- " << gone.get<std::string>() << "\n";
      ++count;
    }
    for (const sim::Json& update : message.value("update", sim::Json::array())) {
      std::cout << "+ " << sim::text_member(update, "path") << " = " << sim::dump(update.value("value", sim::Json())) << "\n";
      ++count;
    }
  }
  if (count == 0) std::cout << "nothing changes\n";
  return 0;
}

int run_changes(const std::string& directory) {
  const auto lab = sim::load_lab(directory.empty() ? sim::default_lab_directory() : directory);
  if (!lab) return fail(lab.error().message);
  for (const sim::Change& change : lab->changes) {
    std::string typed;
    for (const std::string& line : change.cli) typed += (typed.empty() ? "" : "; ") + line;
    std::printf("%-24s %-8s %s\n", change.id.c_str(), change.device.c_str(), typed.empty() ? change.why.c_str() : typed.c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A simulated EOS fabric: gNMI switches, NetBox's and Kestra's HTTP faces."};
  app.require_subcommand(1);

  Serve serve;
  serve.fabric.is_noisy = true;
  CLI::App* serve_command = app.add_subcommand("serve", "run the fabric until Ctrl-C");
  serve_command->add_option("--lab", serve.fabric.lab_directory, "lab directory (default: the one shipped)");
  serve_command->add_option("--devices", serve.devices, "only these switches, separated by commas");
  serve_command->add_option("--gnmi-base-port", serve.fabric.gnmi_base_port, "port of the first switch; 0: any free ones");
  serve_command->add_option("--http", serve.fabric.control_listen, "address of the control API")->capture_default_str();
  serve_command->add_option("--netbox", serve.fabric.netbox_listen, "address of NetBox's face")->capture_default_str();
  serve_command->add_option("--kestra", serve.fabric.kestra_listen, "address of Kestra's face")->capture_default_str();
  serve_command->add_option("--username", serve.fabric.username, "gNMI user name")->capture_default_str();
  serve_command->add_option("--password", serve.fabric.password, "gNMI password")->capture_default_str();
  serve_command->add_option("--netbox-token", serve.fabric.netbox_token, "token that NetBox's face accepts");
  serve_command->add_option("--kestra-key", serve.fabric.kestra_key, "key of the webhook");
  serve_command->add_flag("--noise,!--no-noise", serve.fabric.is_noisy, "counters and re-sends every 2 s (default: on)");
  serve_command->add_flag("--tls", serve.fabric.is_tls, "gNMI under TLS with a certificate of its own");
  serve_command->add_option("--ca-file", serve.monitor.ca_file, "where that certificate is written");
  serve_command->add_option("--write-config", serve.config_file, "write a configuration of drift-monitor here");
  serve_command->add_option("--store", serve.monitor.store_path, "its SQLite file (default: FILE.db)");
  serve_command->add_option("--api-listen", serve.monitor.api_listen, "its API address")->capture_default_str();
  serve_command->add_option("--hold", serve.monitor.hold, "its drift.hold")->capture_default_str();
  serve_command->add_option("--group-window", serve.monitor.group_window, "its drift.group_window")->capture_default_str();
  serve_command->add_option("--ready-file", serve.ready_file, "written when everything listens: JSON with all addresses");
  serve_command->add_flag("--quiet", serve.is_quiet, "print nothing");

  std::string device, lines, control, lab;
  CLI::App* cli_command = app.add_subcommand("cli", "type configuration lines on a running fabric's switch");
  cli_command->add_option("device", device, "name of the switch")->required();
  cli_command->add_option("lines", lines, "EOS lines, separated by ';'")->required();
  cli_command->add_option("--control", control, "URL of the control API")->required()->envname("FABRIC_SIM_URL");
  CLI::App* changes_command = app.add_subcommand("changes", "list the scripted changes of the lab");
  changes_command->add_option("--lab", lab, "lab directory");
  CLI11_PARSE(app, argc, argv);

  if (serve_command->parsed()) return run_serve(serve);
  if (cli_command->parsed()) return run_cli(control, device, lines);
  return run_changes(lab);
}
