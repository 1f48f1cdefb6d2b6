// One thread's event loop: posted tasks, timers, and (through net/stream.h) sockets.
//
// Everything that belongs to a shard runs on its loop's thread and needs no lock. Boost.Asio is
// behind it and shows in no header but net/asio.h, which only net/ includes.
#pragma once

#include <functional>
#include <memory>

#include "core/clock.h"

namespace dm::net {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop(); call on the thread that is to own the loop.
  void run();
  // Any thread. run() returns once the task in progress ends; later tasks are not run, unless run()
  // is called again. Before run(): that run() returns at once.
  void stop();
  // Any thread: runs `task` on the loop's thread, in order of posting. Tasks must not throw.
  void post(std::function<void()> task);
  // True on the thread that is inside run().
  bool is_current_thread() const;

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// A one-shot timer of a loop. Setting it again replaces the deadline; destruction cancels. The
// callback never runs after cancel() or destruction. Lives on the loop's thread.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  void after(core::Duration delay, std::function<void()> callback);
  void cancel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace dm::net
