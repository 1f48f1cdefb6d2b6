#include "net/loop.h"

#include "net/asio.h"

namespace dm::net {

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() {
  impl_->context.run();
  impl_->context.restart();
}

void Loop::stop() { impl_->context.stop(); }

void Loop::post(std::function<void()> task) { asio::post(impl_->context, std::move(task)); }

bool Loop::is_current_thread() const {
  return impl_->context.get_executor().running_in_this_thread();
}

// Shared with the waits in flight, so that one that fires after the Timer is gone finds a
// generation that is not its own.
struct Timer::Impl {
  explicit Impl(asio::io_context& context) : timer(context) {}
  SteadyTimer timer;
  std::uint64_t generation = 0;
  std::function<void()> callback;
};

Timer::Timer(Loop& loop) : impl_(std::make_shared<Impl>(loop.impl().context)) {}

Timer::~Timer() { cancel(); }

void Timer::after(core::Duration delay, std::function<void()> callback) {
  impl_->callback = std::move(callback);
  impl_->timer.expires_after(std::chrono::duration_cast<SteadyTimer::duration>(delay));
  impl_->timer.async_wait(
      [impl = impl_, mine = ++impl_->generation](const boost::system::error_code&) {
        if (impl->generation != mine) return;
        ++impl->generation;
        // Moved out: the callback may set the timer again or destroy it.
        const auto run = std::move(impl->callback);
        impl->callback = nullptr;
        run();
      });
}

void Timer::cancel() {
  ++impl_->generation;
  impl_->callback = nullptr;
  impl_->timer.cancel();
}

}  // namespace dm::net
