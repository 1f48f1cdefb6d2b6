// Records one device as the service would see it: its stream, over every reconnect, and what is read beside it.
//
// Owns the session and the readings; each message, and each note about what happened (gnmi/recording_note.h), is in
// the file before the next is looked at. A file that cannot be written ends the recording. Lives on the loop;
// destruction writes nothing: end() does.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gnmi/getter.h"
#include "gnmi/recording.h"
#include "gnmi/recording_note.h"
#include "gnmi/session.h"

namespace dm::gnmi {

struct RecorderCounts {
  std::uint64_t messages = 0, bytes = 0, streams = 0, syncs = 0, answers = 0, bad_messages = 0;
};

class StreamRecorder {
 public:
  struct Handlers {
    // A line for people: live, lost and why, what cannot be read.
    std::function<void(const std::string&)> on_news;
    // The file cannot be written; nothing more is.
    std::function<void(const core::Error&)> on_failure;
  };
  struct Context {
    net::Loop& loop;
    const core::Clock& clock;
    core::Logger& log;
    metrics::Registry& metrics;
  };
  StreamRecorder(Context context, std::shared_ptr<const schema::Profile> profile, SessionSettings settings,
                 const std::string& tool_version, RecordingWriter file, Handlers handlers);
  ~StreamRecorder();
  StreamRecorder(const StreamRecorder&) = delete;
  StreamRecorder& operator=(const StreamRecorder&) = delete;

  void start();
  void end();  // in order: says so in the file
  const RecorderCounts& counts() const { return counts_; }
  const std::string& last_error() const { return session_.last_error(); }

 private:
  SessionHandlers session_handlers();
  GetterHandlers getter_handlers();
  RecordingStart start_of(const std::string& tool_version) const;
  std::string path_of(std::size_t source) const;
  void note(decltype(RecordingNote::what) what);
  void note_modes();
  void note_refused();
  void write(std::span<const std::uint8_t> record);

  Context context_;
  const std::shared_ptr<const schema::Profile> profile_;
  model::PathTable paths_;
  RecordingWriter file_;
  const Handlers handlers_;
  RecorderCounts counts_;
  bool has_failed_ = false;
  std::string said_;  // the last trouble told
  ModesInForce modes_;
  Session session_;
  Getter getter_;
};

}  // namespace dm::gnmi
