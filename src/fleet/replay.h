// Recordings of one device played through the whole pipeline: decoded, observed, compared, decided, as if the device
// said it now, but on the recorded clock.
//
// The clock is that of the arrival notes. A recording without notes has none: the timestamps its messages carry move
// the clock once it is synced, forwards only, and its stream begins with the first message. What follows a loss in the middle of a
// stream (a hub's `DEL /*`, the error arm) is left out until a stream begins again, as the service does it. One
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "fleet/playback.h"
#include "gnmi/recording.h"
#include "gnmi/recording_note.h"
#include "gnmi/wire.h"

namespace dm::fleet {

struct ReplayCounts {
  std::uint64_t messages = 0, streams = 0, answers = 0, bad_messages = 0, undecodable = 0;
  std::uint64_t left_out = 0;  // messages after a loss, before the next stream
};

class Replay {
 public:
  struct Settings {
    MonitorSpec spec;
    std::shared_ptr<const model::DeviceIntent> intent;  // null: none, for the reason below
    std::string unknown_reason;
    core::Limits limits;
  };
  struct Handlers {
    Playback::OnEvent on_event;
    // Called before an arrival moves the clock to this long after the start; false ends the playing. May be empty.
    std::function<bool(core::Duration since_start)> on_wait;
  };
  Replay(core::Logger& log, metrics::Registry& metrics, Settings settings, Handlers handlers);

  // Plays a recording to its end; a second one goes on where the first ended. False: on_wait said no.
  // Error: the file is broken there; what was before it is played.
  core::Result<bool> play(gnmi::RecordingReader& recording);
  // Lets pass what is being held, as if the device had gone on saying nothing.
  void finish();

  // Null: nothing was played.
  const Monitor* monitor() const { return playback_ ? &playback_->monitor() : nullptr; }
  const ReplayCounts& counts() const { return counts_; }
  core::Duration elapsed() const { return playback_ ? playback_->elapsed() : core::Duration::zero(); }

 private:
  using Bytes = std::span<const std::uint8_t>;

  bool move_to(core::WallTime at);
  void take(const gnmi::RecordingNote& note);
  void take(const gnmi::RecordingStart&) {}
  void take(const gnmi::StreamBegins&);
  void take(const gnmi::StreamLost& lost);
  void take(const gnmi::MessageFollows&) { is_message_next_ = true; }
  void take(const gnmi::GetAnswer& answer);
  void take(const gnmi::OncePart& part);
  void take(const gnmi::GetFailure& failure);
  void take(const gnmi::PathsRefused& refused);
  void take(const gnmi::ModesInForce& modes);
  void take(const gnmi::RecordingEnd&) {}
  void take_message(Bytes message);
  void move_by_timestamp();
  void apply();
  void lose(const std::string& reason);
  std::optional<model::Path> pattern_of(const std::string& path) const;
  std::optional<model::Path> read_pattern(const std::string& path) const;
  void apply_answer(const model::Path& pattern, model::UpdateBatch& answer);

  core::Logger& log_;
  metrics::Registry& metrics_;
  const Settings settings_;
  const Handlers handlers_;
  model::PathTable paths_;
  gnmi::WireReader reader_;
  model::UpdateBatch batch_;
  gnmi::WireReader once_reader_;
  model::UpdateBatch once_;  // the parts of an answer so far
  std::vector<model::Path> reads_;  // in force
  std::optional<Playback> playback_;
  core::WallTime start_{};
  ReplayCounts counts_;
  bool has_notes_ = false;        // of the recording being played
  bool has_message_ = false;      // likewise
  bool is_message_next_ = false;  // the last note said so
  bool is_clock_set_ = false;     // by a note or a timestamp
  bool is_streaming_ = false;
  bool is_synced_ = false;
};

}  // namespace dm::fleet
