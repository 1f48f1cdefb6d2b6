// A monitor on a clock that only its owner moves: what recordings and scenario files are played through.
//
// Moving the clock stops at every deadline of the monitor on the way, as a timer would, and tells what is due then.
// One thread.
#pragma once

#include <functional>

#include "fleet/monitor.h"

namespace dm::fleet {

class Playback {
 public:
  using OnEvent = std::function<void(const model::Event&)>;  // as decided: address, labels and link are not set

  Playback(Monitor::Context context, MonitorSpec spec, core::WallTime start, OnEvent on_event);

  Monitor& monitor() { return monitor_; }
  const Monitor& monitor() const { return monitor_; }
  drift::Now now() const { return now_; }
  core::Duration elapsed() const { return now_.steady.time_since_epoch(); }
  // Never backwards: an instant that is over changes nothing.
  void run_until(core::Duration since_start);
  // What the wall clock shows now, where the start was only a guess.
  void set_wall(core::WallTime wall);

 private:
  void advance_to(core::Duration since_start);

  drift::Now now_;
  core::WallTime start_;
  Monitor monitor_;
  const OnEvent on_event_;
};

}  // namespace dm::fleet
