// drift-monitor COMMAND: see `drift-monitor --help` and docs/commands.md.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <map>

#include "app/version.h"
#include "cli/commands.h"

namespace {

using namespace dm::cli;

// What the command line said; one command reads its part of it.
struct Arguments {
  std::string config_file, timeout = "30s", device, path, branch, rule;
  std::vector<std::string> devices;
  OutputForm form = OutputForm::Table;
  ServerOptions server;
  bool accept_loss = false;
  RecordOptions record;
  ReplayOptions replay;
  ScrubCommand scrub;
  std::string profile;
};

CLI::App* with_config(CLI::App* command, Arguments& said) {
  command->add_option("--config", said.config_file, "configuration file; without it the environment alone counts");
  return command;
}

CLI::App* with_output(CLI::App* command, Arguments& said) {
  const auto take = [&said](const std::string& form) { said.form = form == "json" ? OutputForm::Json : OutputForm::Table; };
  command->add_option_function<std::string>("--output", take, "how it is printed (default table)")
      ->check(CLI::IsMember(std::vector<std::string>{"table", "json"}));
  return command;
}

CLI::App* with_server(CLI::App* command, Arguments& said) {
  command->add_option("--server", said.server.url, "the running service (default http://127.0.0.1:8080)")->envname("DRIFT_MONITOR_URL");
  command->add_option("--token-file", said.server.token_file, "file with the API token (or DRIFT_MONITOR_TOKEN)");
  command->add_option("--ca-file", said.server.ca_file, "CA of the service's certificate");
  return command;
}

using Run = std::function<int()>;

void add_one_shots(CLI::App& cli, Arguments& said, std::map<CLI::App*, Run>& commands) {
  CLI::App* run = with_config(cli.add_subcommand("run", "the service"), said);
  commands[run] = [&said] { return run_service(said.config_file); };

  CLI::App* check = cli.add_subcommand(
      "check", "connect, compare once, print the differences; exit 0 none, 1 drift, 3 unreachable");
  with_output(with_config(check, said), said);
  check->add_option("DEVICE", said.devices, "devices to check; none means all");
  check->add_option("--timeout", said.timeout, "how long to wait for the devices (default 30s)");
  check->add_option("--netbox-branch", said.branch, "schema id of a branch of NetBox: what merging it would open and close");
  commands[check] = [&said] {
    return said.branch.empty() ? check_devices(said.config_file, said.devices, said.form, said.timeout)
                               : preview_branch(said.config_file, said.devices, said.branch, said.form, said.timeout);
  };

  CLI::App* rules = cli.add_subcommand("rules", "the rules of compare.ignore");
  rules->require_subcommand(1);
  CLI::App* test = rules->add_subcommand("test", "connect, compare once, print what each rule hides");
  with_output(with_config(test, said), said);
  test->add_option("DEVICE", said.devices, "devices to look at; none means all");
  test->add_option("--rule", said.rule, "one more rule to try: \"{ path: '/interfaces/**', difference: unexpected }\"");
  test->add_option("--timeout", said.timeout, "how long to wait for the devices (default 30s)");
  commands[test] = [&said] { return test_rules(said.config_file, said.devices, said.rule, said.form, said.timeout); };

  CLI::App* intent = cli.add_subcommand("intent", "what a device should have, and who says so");
  with_output(with_config(intent, said), said);
  intent->add_option("DEVICE", said.device)->required();
  intent->add_option("PATH", said.path, "only what lies at or below this path");
  commands[intent] = [&said] { return show_intent(said.config_file, said.device, said.path, said.form); };
}

void add_recordings(CLI::App& cli, Arguments& said, std::map<CLI::App*, Run>& commands) {
  CLI::App* record = with_config(cli.add_subcommand("record", "save what a device says, byte by byte, for replay"), said);
  record->add_option("DEVICE", said.record.device)->required();
  record->add_option("-o,--out", said.record.output, "the recording; an existing file is not overwritten")->required();
  record->add_option("--duration", said.record.duration, "how long, as 90s or 10m (default: until Ctrl-C)");
  commands[record] = [&said] {
    said.record.config_file = said.config_file;
    return record_device(said.record);
  };

  CLI::App* replay = cli.add_subcommand(
      "replay", "run recordings through the whole pipeline; exit 0 no drift at the end, 1 drift, 3 no full verdict");
  with_output(with_config(replay, said), said);
  replay->add_option("RECORDING", said.replay.recordings)->required();
  replay->add_option("--intent", said.replay.intent_files, "intent files, instead of the configuration's intent; may be repeated")
      ->allow_extra_args(false);
  replay->add_option("--device", said.replay.device, "whose recordings these are, instead of what they say");
  replay->add_option("--profile", said.replay.profile, "profile, and with it the paths, instead of the recorded");
  replay->add_option("--speed", said.replay.speed, "max (default), or times as fast as it came: 1, 10, 0.5");
  replay->add_flag("--leaves", said.replay.with_leaves, "print every leaf of the end state");
  commands[replay] = [&said] {
    said.replay.config_file = said.config_file;
    said.replay.form = said.form;
    return replay_recordings(said.replay);
  };
}

void add_scrub(CLI::App& cli, Arguments& said, std::map<CLI::App*, Run>& commands) {
  CLI::App* scrub = cli.add_subcommand("scrub", "copy a recording without secrets and free text, to be sent");
  scrub->add_option("RECORDING", said.scrub.recording)->required();
  scrub->add_option("-o,--out", said.scrub.output, "the copy; an existing file is not overwritten")->required();
  scrub->add_flag("--addresses", said.scrub.addresses, "replace IP and MAC addresses too");
  scrub->add_flag("--names", said.scrub.names, "replace names of devices, VLANs, VRFs, groups and policies too");
  commands[scrub] = [&said] { return scrub_recording(said.scrub); };
}

void add_profiles(CLI::App& cli, Arguments& said, std::map<CLI::App*, Run>& commands) {
  CLI::App* profile = cli.add_subcommand("profile", "platform profiles: check, show, try against recordings");
  profile->require_subcommand(1);
  CLI::App* check = profile->add_subcommand("check", "report every mistake of a profile as file:line:column");
  check->add_option("PROFILE", said.profile, "name of a shipped one, or a file")->required();
  commands[check] = [&said] { return check_profile(said.profile); };
  CLI::App* show = profile->add_subcommand("show", "print a shipped profile, to be copied and changed");
  show->add_option("PROFILE", said.profile)->required();
  commands[show] = [&said] { return show_profile(said.profile); };
  CLI::App* test = with_output(profile->add_subcommand("test", "what recordings have for each path; exit 1 if a path got nothing"), said);
  test->add_option("PROFILE", said.profile, "name of a shipped one, or a file")->required();
  test->add_option("RECORDING", said.replay.recordings)->required();
  commands[test] = [&said] { return test_profile(said.profile, said.replay.recordings, said.form); };
}

void add_config(CLI::App& cli, Arguments& said, std::map<CLI::App*, Run>& commands) {
  CLI::App* config = cli.add_subcommand("config", "check or show the configuration");
  config->require_subcommand(1);
  CLI::App* check = with_config(config->add_subcommand("check", "report every mistake as file:line:column"), said);
  commands[check] = [&said] { return check_config(said.config_file); };
  CLI::App* show = config->add_subcommand("show", "every effective value and where it came from");
  with_output(with_config(show, said), said);
  commands[show] = [&said] { return show_config(said.config_file, said.form); };
}

void add_clients(CLI::App& cli, Arguments& said, std::map<CLI::App*, Run>& commands) {
  CLI::App* refresh = with_server(cli.add_subcommand("refresh", "make a running service read its intent again"), said);
  refresh->add_flag("--accept", said.accept_loss,
                    "take what NetBox says now, although the guard against mass disappearance holds");
  commands[refresh] = [&said] { return refresh_intent(said.server, said.accept_loss); };

  CLI::App* explain = cli.add_subcommand("explain", "what the verdict of a running service on one path rests on");
  with_output(with_server(explain, said), said);
  explain->add_option("DEVICE", said.device)->required();
  explain->add_option("PATH", said.path, "a leaf or list entry, in any spelling")->required();
  commands[explain] = [&said] { return explain_path(said.server, said.device, said.path, said.form); };

  CLI::App* findings = cli.add_subcommand("findings", "mistakes in the data that the intent of a running service comes from");
  with_output(with_server(findings, said), said);
  findings->add_option("DEVICE", said.device, "only those of this device");
  commands[findings] = [&said] { return show_findings(said.server, said.device, said.form); };
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli{"Tells when a network device no longer is what it should be.", "drift-monitor"};
  cli.require_subcommand(1);
  cli.failure_message(CLI::FailureMessage::help);
  Arguments said;
  std::map<CLI::App*, Run> commands;
  add_one_shots(cli, said, commands);
  add_recordings(cli, said, commands);
  add_scrub(cli, said, commands);
  add_profiles(cli, said, commands);
  add_config(cli, said, commands);
  add_clients(cli, said, commands);
  commands[cli.add_subcommand("version", "print the version")] = [] {
    fmt::print("drift-monitor {}\n", dm::app::kVersion);
    return 0;
  };

  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : 2;
  }
  for (const auto& [command, act] : commands) {
    if (command->parsed()) return act();
  }
  return 2;
}
