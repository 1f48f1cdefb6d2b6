#include "gnmi/stream_recorder.h"

#include <fmt/format.h>

#include <utility>

namespace dm::gnmi {
namespace {

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

StreamRecorder::StreamRecorder(Context context, std::shared_ptr<const schema::Profile> profile, SessionSettings settings,
                               const std::string& tool_version, RecordingWriter file, Handlers handlers)
    : context_(context),
      profile_(std::move(profile)),
      paths_(schema::classify),
      file_(std::move(file)),
      handlers_(std::move(handlers)),
      session_(context_.loop, context_.clock, context_.log, context_.metrics, profile_, paths_, std::move(settings), session_handlers()),
      getter_(context_.loop, context_.clock, context_.log, context_.metrics, *profile_, paths_, session_.settings(), getter_handlers()) {
  note(start_of(tool_version));
}

StreamRecorder::~StreamRecorder() {
  getter_.stop();
  session_.stop();
}

RecordingStart StreamRecorder::start_of(const std::string& tool_version) const {
  const SessionSettings& settings = session_.settings();
  RecordingStart start{tool_version, settings.device, profile_->name, settings.target, {}, settings.sample_interval};
  for (const schema::ProfilePath& path : settings.subscription->paths) {
    start.paths.push_back({model::to_text(path.path), std::string(schema::to_text(path.mode))});
  }
  return start;
}

void StreamRecorder::start() { session_.start(); }

void StreamRecorder::end() {
  getter_.stop();
  session_.stop();
  note(RecordingEnd{});
}

SessionHandlers StreamRecorder::session_handlers() {
  return {.on_raw =
              [this](std::span<const std::uint8_t> message) {
                note(MessageFollows{});
                write(message);
                ++counts_.messages;
                counts_.bytes += message.size();
              },
          .on_stream_begin =
              [this] {
                ++counts_.streams;
                note(StreamBegins{});
              },
          .on_batch =
              [this](const model::UpdateBatch& batch) {
                if (!batch.sync) return;
                ++counts_.syncs;
                said_.clear();
                handlers_.on_news(fmt::format("live: first dump complete, {} messages so far", counts_.messages));
                getter_.start();
              },
          .on_stream_lost =
              [this](const std::string& reason) {
                getter_.stop();
                note(StreamLost{reason});
                if (std::exchange(said_, reason) != reason) handlers_.on_news(reason);
              },
          .on_bad_message = [this] { ++counts_.bad_messages; },
          .on_quarantine =
              [this] {
                note_modes();
                note_refused();
              },
          .on_software = {}};
}

GetterHandlers StreamRecorder::getter_handlers() {
  return {.on_round = [this] { session_.probe(); },
          .on_raw =
              [this](std::size_t path, bool is_by_once, const std::vector<std::string>& responses) {
                for (const std::string& response : responses) {
                  is_by_once ? note(OncePart{path_of(path), response}) : note(GetAnswer{path_of(path), response});
                }
                ++counts_.answers;
              },
          .on_answer = [](std::size_t, const model::UpdateBatch&) {},
          .on_failure =
              [this](std::size_t path, const std::string& reason) {
                note(GetFailure{path_of(path), reason});
                const std::string line = fmt::format("{} cannot be read: {}", path_of(path), reason);
                if (std::exchange(said_, line) != line) handlers_.on_news(line);
              },
          .on_quarantine = [this] { note_refused(); }};
}

std::string StreamRecorder::path_of(std::size_t source) const {
  return model::to_text(session_.settings().subscription->paths[source].path);
}

// What the device does not take on the stream is read beside it, as the service does.
void StreamRecorder::note_modes() {
  const Subscription& subscription = *session_.settings().subscription;
  ModesInForce modes;
  std::vector<std::size_t> read = subscription.get_sources;
  for (const FallenPath& path : session_.fallen()) {
    modes.paths.push_back({path_of(path.source), std::string(schema::to_text(path.mode))});
    if (path.mode == schema::PathMode::Get) read.push_back(path.source);
  }
  if (modes == modes_) return;
  modes_ = modes;
  for (const RecordedPath& path : modes.paths) handlers_.on_news(fmt::format("not taken as configured: {}; asked as {}", path.path, path.mode));
  note(std::move(modes));
  getter_.set_paths(std::move(read));
}

void StreamRecorder::note_refused() {
  PathsRefused refused;
  const auto add = [&](const std::vector<QuarantinedPath>& quarantined) {
    for (const QuarantinedPath& path : quarantined) {
      refused.paths.push_back(model::to_text(path.path));
      handlers_.on_news(fmt::format("refused: {}: {} {}", refused.paths.back(), to_text(path.code), path.message));
    }
  };
  add(session_.quarantined());
  add(getter_.quarantined());
  note(std::move(refused));
}

void StreamRecorder::note(decltype(RecordingNote::what) what) {
  write(as_bytes(to_record({.at = context_.clock.wall_now(), .what = std::move(what)})));
}

void StreamRecorder::write(std::span<const std::uint8_t> record) {
  if (has_failed_) return;
  const core::Status written = file_.append(record);
  if (written) return;
  has_failed_ = true;
  handlers_.on_failure(written.error());
}

}  // namespace dm::gnmi
