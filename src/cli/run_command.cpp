#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <thread>

#include "app/app.h"
#include "cli/commands.h"
#include "cli/settings.h"

namespace dm::cli {
namespace {

// The signals the service understands, taken by one thread; every other thread has them blocked.
sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR2}) sigaddset(&signals, number);
  return signals;
}

}  // namespace

int run_service(const std::string& config_file) {
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file size limit is a full disk, not the end
  auto loaded = load_settings(config_file);
  if (!loaded) return 2;
  auto app = app::App::start(std::move(loaded->settings), config::process_environment());
  if (!app) {
    fmt::print(stderr, "drift-monitor could not start: {}\n", app.error().message);
    return app.error().code == core::Code::InvalidArgument ? 2 : 1;
  }
  std::thread waiter([&app = **app, &signals]() noexcept {
    for (;;) {
      int number = 0;
      if (sigwait(&signals, &number) != 0 || number == SIGUSR2) return;
      if (number == SIGHUP) {
        app.reload_later();
      } else {
        return app.stop();
      }
    }
  });
  (*app)->run();
  pthread_kill(waiter.native_handle(), SIGUSR2);
  waiter.join();
  return 0;
}

}  // namespace dm::cli
