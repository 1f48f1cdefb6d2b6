// The commands of the binary. Each returns the process's exit code: 0 as hoped, 1 drift found, 2 usage or
// configuration, 3 a device, the intent or the service could not be reached.
#pragma once

#include <string>
#include <vector>

#include "cli/server.h"

namespace dm::cli {

enum class OutputForm { Table, Json };

int run_service(const std::string& config_file);
int check_devices(const std::string& config_file, const std::vector<std::string>& devices, OutputForm form,
                  const std::string& timeout);
// What merging a branch of NetBox (by its schema id) would do to the drifts there are.
int preview_branch(const std::string& config_file, const std::vector<std::string>& devices, const std::string& branch,
                   OutputForm form, const std::string& timeout);
// What each rule of compare.ignore hides now; `rule`, if not empty, is one more to be tried (YAML).
int test_rules(const std::string& config_file, const std::vector<std::string>& devices, const std::string& rule,
               OutputForm form, const std::string& timeout);
int check_config(const std::string& config_file);
int show_config(const std::string& config_file, OutputForm form);
int show_intent(const std::string& config_file, const std::string& device, const std::string& path, OutputForm form);

struct RecordOptions {
  std::string config_file, device, output;
  std::string duration;  // empty: until a signal
};
int record_device(const RecordOptions& options);

struct ReplayOptions {
  std::vector<std::string> recordings;
  std::string config_file;                // empty: none, the environment does not count either
  std::vector<std::string> intent_files;  // instead of the configuration's intent
  std::string device, profile;            // instead of what the recordings say
  std::string speed = "max";
  bool with_leaves = false;
  OutputForm form = OutputForm::Table;
};
int replay_recordings(const ReplayOptions& options);

struct ScrubCommand {
  std::string recording, output;
  bool addresses = false, names = false;
};
int scrub_recording(const ScrubCommand& said);

// A profile by name or file: is it well formed; the text of a shipped one; what recordings have for it (1: a path got
// nothing).
int check_profile(const std::string& name_or_file);
int show_profile(const std::string& name);
int test_profile(const std::string& name_or_file, const std::vector<std::string>& recordings, OutputForm form);

// What a running service bases its verdict on one leaf or list entry on.
int explain_path(const ServerOptions& server, const std::string& device, const std::string& path, OutputForm form);
// Makes a running service read its intent again; `accept_loss` releases the guard against mass disappearance.
int refresh_intent(const ServerOptions& server, bool accept_loss);
// What is wrong in the data a running service takes its intent from. An empty device means all.
int show_findings(const ServerOptions& server, const std::string& device, OutputForm form);

}  // namespace dm::cli
