// drift-monitor COMMAND: see `drift-monitor --help` and docs/commands.md.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "app/version.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace dm::cli;
  CLI::App cli{"Tells when a network device no longer is what it should be.", "drift-monitor"};
  cli.require_subcommand(1);
  cli.failure_message(CLI::FailureMessage::help);

  std::string config_file, timeout = "30s", device, path;
  std::vector<std::string> devices;
  OutputForm form = OutputForm::Table;
  const std::map<std::string, OutputForm> forms{{"table", OutputForm::Table}, {"json", OutputForm::Json}};
  const auto with_config = [&](CLI::App* command) {
    command->add_option("--config", config_file, "configuration file; without it the environment alone counts");
    return command;
  };
  const auto with_output = [&](CLI::App* command) {
    command->add_option("--output", form, "table or json")->transform(CLI::CheckedTransformer(forms));
    return command;
  };

  CLI::App* run = with_config(cli.add_subcommand("run", "the service"));
  CLI::App* check = with_output(with_config(cli.add_subcommand(
      "check", "connect, compare once, print the differences; exit 0 none, 1 drift, 3 unreachable")));
  check->add_option("DEVICE", devices, "devices to check; none means all");
  check->add_option("--timeout", timeout, "how long to wait for the devices (default 30s)");
  CLI::App* config = cli.add_subcommand("config", "check or show the configuration");
  config->require_subcommand(1);
  CLI::App* config_check = with_config(config->add_subcommand("check", "report every mistake as file:line:column"));
  CLI::App* config_show =
      with_output(with_config(config->add_subcommand("show", "every effective value and where it came from")));
  CLI::App* intent = with_output(with_config(cli.add_subcommand("intent", "what a device should have, and who says so")));
  intent->add_option("DEVICE", device)->required();
  intent->add_option("PATH", path, "only what lies at or below this path");
  CLI::App* version = cli.add_subcommand("version", "print the version");

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : 2;
  }
  if (*run) return run_service(config_file);
  if (*check) return check_devices(config_file, devices, form, timeout);
  if (*config_check) return check_config(config_file);
  if (*config_show) return show_config(config_file, form);
  if (*intent) return show_intent(config_file, device, path, form);
  if (*version) fmt::print("drift-monitor {}\n", dm::app::kVersion);
  return 0;
}
