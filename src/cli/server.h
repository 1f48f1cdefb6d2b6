// A running service as the commands that act on it see it: its HTTP API.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/result.h"

namespace dm::cli {

// Where the service is, and what is needed to be let in there.
struct ServerOptions {
  std::string url = "http://127.0.0.1:8080";  // also DRIFT_MONITOR_URL
  std::string token_file;                     // empty: the token is that of DRIFT_MONITOR_TOKEN, if any
  std::string ca_file;                        // for https; empty: the system's
};

// POSTs to "/api/v1/<what>". Errors, each for people: InvalidArgument (the URL, the token file, or the service
// refused the request: its own words), PermissionDenied (token or role), Unavailable (not reached, or no answer
// of this API).
core::Status post(const ServerOptions& server, const std::string& what, const std::map<std::string, std::string>& query);

// GETs "/api/v1/<what>": the JSON it answers. Errors as for post(), and Corrupt is not among them: no JSON is
// Unavailable.
core::Result<nlohmann::ordered_json> get(const ServerOptions& server, const std::string& what,
                                         const std::map<std::string, std::string>& query);

// All items of a list, page after page.
core::Result<nlohmann::ordered_json> get_list(const ServerOptions& server, const std::string& what,
                                              std::map<std::string, std::string> query);

// What a command that failed to ask a service exits with: 3 not reached, 2 otherwise.
int exit_code_of_server(const core::Error& error);

}  // namespace dm::cli
