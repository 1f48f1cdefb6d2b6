#include "fleet/replay.h"

#include <algorithm>
#include <utility>

#include "gnmi/getter.h"

namespace dm::fleet {
namespace {

// A device's clock that says less than 2000 or more than 2100 is not believed.
constexpr std::int64_t kOldestTimestamp = 946'684'800'000'000'000, kNewestTimestamp = 4'102'444'800'000'000'000;

std::span<const std::uint8_t> as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Replay::Replay(core::Logger& log, metrics::Registry& metrics, Settings settings, Handlers handlers)
    : log_(log),
      metrics_(metrics),
      settings_(std::move(settings)),
      handlers_(std::move(handlers)),
      paths_(schema::classify),
      reader_(*settings_.spec.profile, paths_, settings_.limits),
      once_reader_(*settings_.spec.profile, paths_, settings_.limits),
      reads_(*settings_.spec.reads) {}

core::Result<bool> Replay::play(gnmi::RecordingReader& recording) {
  has_notes_ = false;
  is_message_next_ = false;
  has_message_ = false;
  is_streaming_ = false;
  once_.clear();
  for (;;) {
    const auto record = recording.next();
    if (!record) return record.error();
    if (!*record) return true;
    const auto note = std::exchange(is_message_next_, false) ? std::nullopt : gnmi::read_note(**record);
    if (note) {
      has_notes_ = true;
      is_clock_set_ = true;
      if (!move_to(note->at)) return false;
      std::visit([this](const auto& what) { take(what); }, note->what);
    } else if (!has_notes_ || !gnmi::is_note(**record)) {
      take_message(**record);
    }
  }
}

// The first instant that is known is the start.
bool Replay::move_to(core::WallTime at) {
  if (!playback_) {
    start_ = at;
    playback_.emplace(Monitor::Context{log_, metrics_, paths_, settings_.limits}, settings_.spec, at, handlers_.on_event);
    playback_->monitor().set_intent(settings_.intent, settings_.unknown_reason, playback_->now());
  }
  const core::Duration since_start = at - start_;
  if (since_start <= playback_->elapsed()) return true;
  if (has_notes_ && handlers_.on_wait && !handlers_.on_wait(since_start)) return false;
  playback_->run_until(since_start);
  return true;
}

void Replay::finish() {
  if (!playback_) return;
  const drift::LifecycleRules& rules = settings_.spec.lifecycle;
  playback_->run_until(playback_->elapsed() + rules.hold + rules.group_window);
}

void Replay::take(const gnmi::StreamBegins&) {
  ++counts_.streams;
  reader_.begin_stream();
  is_streaming_ = true;
  is_synced_ = false;
  playback_->monitor().stream_begins(playback_->now());
}

void Replay::take(const gnmi::StreamLost& lost) { lose(lost.reason); }

void Replay::lose(const std::string& reason) {
  is_streaming_ = false;
  playback_->monitor().stream_lost(reason, playback_->now());
}

// nullopt: the path is none of this profile's.
std::optional<model::Path> Replay::pattern_of(const std::string& path) const {
  const auto parsed = model::parse_path(path);
  if (!parsed) return std::nullopt;
  model::Path pattern = schema::to_request(*settings_.spec.profile, *parsed).path;
  pattern.origin.clear();
  for (const auto& [area, patterns] : *settings_.spec.areas) {
    if (std::find(patterns.begin(), patterns.end(), pattern) != patterns.end()) return pattern;
  }
  return std::nullopt;
}

std::optional<model::Path> Replay::read_pattern(const std::string& path) const {
  auto pattern = pattern_of(path);
  const bool is_read = pattern && std::find(reads_.begin(), reads_.end(), *pattern) != reads_.end();
  return is_read ? std::move(pattern) : std::nullopt;
}

void Replay::take(const gnmi::GetAnswer& answer) {
  const auto pattern = read_pattern(answer.path);
  if (!pattern) return;
  ++counts_.answers;
  if (const auto status = reader_.read_answer(as_bytes(answer.response), batch_); !status) {
    ++counts_.bad_messages;
    return playback_->monitor().fail_answer(*pattern, status.error().message);
  }
  apply_answer(*pattern, batch_);
}

void Replay::take(const gnmi::OncePart& part) {
  const auto pattern = read_pattern(part.path);
  if (!pattern) return;
  if (const auto status = once_reader_.read_part(as_bytes(part.response), once_); !status) {
    ++counts_.bad_messages;
    once_.clear();
    return playback_->monitor().fail_answer(*pattern, status.error().message);
  }
  if (!once_.sync) return;
  ++counts_.answers;
  once_.sync = false;
  apply_answer(*pattern, once_);
  once_.clear();
}

void Replay::apply_answer(const model::Path& pattern, model::UpdateBatch& answer) {
  counts_.undecodable += model::undecodable(answer.unread_counts);
  gnmi::complete(answer, pattern, paths_);
  playback_->monitor().apply_answer(pattern, answer, playback_->now());
}

// A path that fell to another mode, or has the configured one again.
void Replay::take(const gnmi::ModesInForce& modes) {
  reads_ = *settings_.spec.reads;
  std::vector<model::Path> samples = *settings_.spec.samples;
  for (const gnmi::RecordedPath& path : modes.paths) {
    const auto pattern = pattern_of(path.path);
    if (!pattern) continue;
    std::erase(reads_, *pattern);
    std::erase(samples, *pattern);
    const auto mode = schema::path_mode_from(path.mode);
    if (mode == schema::PathMode::Get) reads_.push_back(*pattern);
    if (mode == schema::PathMode::Sample) samples.push_back(*pattern);
  }
  playback_->monitor().set_modes(reads_, samples, playback_->now());
}

void Replay::take(const gnmi::GetFailure& failure) {
  if (const auto pattern = read_pattern(failure.path)) playback_->monitor().fail_answer(*pattern, failure.reason);
}

void Replay::take(const gnmi::PathsRefused& refused) {
  std::vector<model::Path> paths;
  for (const std::string& text : refused.paths) {
    if (auto path = model::parse_path(text)) paths.push_back(std::move(*path));
  }
  playback_->monitor().set_quarantined(std::move(paths), playback_->now());
}

void Replay::take_message(Bytes message) {
  const core::Status status = reader_.read(message, batch_);
  if (!has_notes_) {
    move_by_timestamp();
    if (!std::exchange(has_message_, true)) take(gnmi::StreamBegins{});
  }
  ++counts_.messages;
  if (!is_streaming_) {
    ++counts_.left_out;
  } else if (status) {
    apply();
  } else if (status.error().code == core::Code::Unavailable) {
    lose(status.error().message);
  } else {
    ++counts_.bad_messages;
    playback_->monitor().lose_message(playback_->now());
  }
}

// A dump says when each leaf was last changed, which may be long ago: only what comes after it moves the clock, which
// is set by the first timestamp there is.
void Replay::move_by_timestamp() {
  const std::int64_t stamp = batch_.timestamp_ns;
  const bool is_sane = stamp >= kOldestTimestamp && stamp <= kNewestTimestamp;
  const core::WallTime at{core::Duration(is_sane ? stamp : kOldestTimestamp)};
  if (playback_ && !is_clock_set_ && is_sane) {
    playback_->set_wall(at);
    start_ = at - playback_->elapsed();
  } else if (!playback_ || (is_sane && is_synced_)) {
    (void)move_to(at);
  }
  is_clock_set_ = is_clock_set_ || is_sane;
}

// What gnmi/session tells of a message, and when.
void Replay::apply() {
  counts_.undecodable += model::undecodable(batch_.unread_counts);
  if (batch_.device_lost) return lose("the hub says the device is gone");
  if (batch_.deletes_lost) return lose("a message with more deletes than the limits allow");
  if (batch_.sync) batch_.sync = !std::exchange(is_synced_, true);
  playback_->monitor().apply(batch_, playback_->now());
}

}  // namespace dm::fleet
