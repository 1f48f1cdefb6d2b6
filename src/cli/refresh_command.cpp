#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"

namespace dm::cli {

int refresh_intent(const ServerOptions& server, bool accept_loss) {
  const core::Status done = post(server, "refresh", {{"accept_loss", accept_loss ? "true" : "false"}});
  if (done) {
    fmt::print("the intent is being read again{}\n", accept_loss ? "; what has vanished from it is accepted" : "");
    return 0;
  }
  fmt::print(stderr, "{}\n", done.error().message);
  return exit_code_of_server(done.error());
}

}  // namespace dm::cli
