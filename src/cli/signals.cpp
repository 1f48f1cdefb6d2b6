#include "cli/signals.h"

#include <utility>

namespace dm::cli {
namespace {

constexpr int kWake = SIGUSR2;

}  // namespace

Signals::Signals(std::initializer_list<int> numbers) {
  sigemptyset(&signals_);
  for (const int number : numbers) sigaddset(&signals_, number);
  sigaddset(&signals_, kWake);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file size limit is a full disk, not the end
}

void Signals::stop_listening() {
  if (!thread_.joinable()) return;
  pthread_kill(thread_.native_handle(), kWake);
  thread_.join();
}

void Signals::listen(std::function<bool(int number)> on_signal) {
  thread_ = std::thread([this, on_signal = std::move(on_signal)]() noexcept {
    int number = 0;
    while (sigwait(&signals_, &number) == 0 && number != kWake && on_signal(number)) {
    }
  });
}

bool Signals::wait_for(core::Duration longest) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
  const timespec limit{.tv_sec = seconds.count(), .tv_nsec = (longest - seconds).count()};
  return sigtimedwait(&signals_, nullptr, &limit) > 0;
}

}  // namespace dm::cli
