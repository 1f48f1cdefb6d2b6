// Signals as a command takes them: blocked everywhere, and handed out on one thread.
//
// To be made before any thread, so that all inherit the mask. A closed pipe or a file size limit is an error of the
// write, not the end of the process.
#pragma once

#include <signal.h>

#include <functional>
#include <initializer_list>
#include <thread>

#include "core/clock.h"

namespace dm::cli {

class Signals {
 public:
  explicit Signals(std::initializer_list<int> numbers);
  ~Signals() { stop_listening(); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Calls `on_signal` on a thread of its own until it returns false.
  void listen(std::function<bool(int number)> on_signal);
  // What `on_signal` uses may go afterwards.
  void stop_listening();
  // Instead of listening: waits so long, or until a signal comes; true if one did.
  bool wait_for(core::Duration longest) const;

 private:
  sigset_t signals_;
  std::thread thread_;
};

}  // namespace dm::cli
