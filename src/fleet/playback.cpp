#include "fleet/playback.h"

#include <utility>

namespace dm::fleet {
namespace {

drift::Lifecycle new_lifecycle(const MonitorSpec& spec) { return {spec.device, spec.lifecycle, {}}; }

}  // namespace

Playback::Playback(Monitor::Context context, MonitorSpec spec, core::WallTime start, OnEvent on_event)
    : now_{core::SteadyTime{}, start},
      start_(start),
      monitor_(std::move(context), spec, new_lifecycle(spec)),
      on_event_(std::move(on_event)) {}

void Playback::run_until(core::Duration since_start) {
  for (;;) {
    const auto due = monitor_.next_deadline();
    if (!due || due->time_since_epoch() > since_start) break;
    advance_to(due->time_since_epoch());
    for (const model::Event& event : monitor_.poll(now_).events) on_event_(event);
  }
  advance_to(since_start);
}

void Playback::set_wall(core::WallTime wall) {
  start_ = wall - elapsed();
  now_.wall = wall;
}

void Playback::advance_to(core::Duration since_start) {
  if (since_start <= elapsed()) return;
  now_ = {core::SteadyTime(since_start), start_ + since_start};
}

}  // namespace dm::fleet
