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
int check_config(const std::string& config_file);
int show_config(const std::string& config_file, OutputForm form);
int show_intent(const std::string& config_file, const std::string& device, const std::string& path, OutputForm form);
// Makes a running service read its intent again; `accept_loss` releases the guard against mass disappearance.
int refresh_intent(const ServerOptions& server, bool accept_loss);

}  // namespace dm::cli
