#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "app/app.h"
#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/signals.h"

namespace dm::cli {

int run_service(const std::string& config_file) {
  Signals signals({SIGTERM, SIGINT, SIGHUP});
  auto loaded = load_settings(config_file);
  if (!loaded) return 2;
  auto app = app::App::start(std::move(loaded->settings), config::process_environment());
  if (!app) {
    fmt::print(stderr, "drift-monitor could not start: {}\n", app.error().message);
    return app.error().code == core::Code::InvalidArgument ? 2 : 1;
  }
  signals.listen([&app = **app](int number) {
    if (number == SIGHUP) {
      app.reload_later();
      return true;
    }
    app.stop();
    return false;
  });
  (*app)->run();
  signals.stop_listening();
  return 0;
}

}  // namespace dm::cli
