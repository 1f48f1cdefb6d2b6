// A folder of a test's own, deleted afterwards, and the pieces a ledger needs.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "core/text.h"
#include "store/ledger.h"

namespace dm::store::scratch {

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() / ("drift-monitor-" + core::random_id())) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline model::Drift drift(const std::string& device, const std::string& path,
                          const std::string& id = core::random_id()) {
  return {.id = id,
          .device = device,
          .path = path,
          .desired = "host1",
          .current = "typo",
          .from = {"netbox", "dcim.interface:1", "https://netbox/1", "description"},
          .first_seen = core::WallTime(std::chrono::seconds(1)),
          .opened_at = core::WallTime(std::chrono::seconds(3)),
          .changed_at = core::WallTime(std::chrono::seconds(3)),
          .device_timestamp_ns = 7,
          .was_told = true};
}

// A batch with one opened drift and its event; the body names the event.
inline model::LedgerBatch batch(const std::string& device, const std::string& path = "/a",
                                model::EventAction action = model::EventAction::Opened) {
  model::Drift opened = drift(device, path);
  model::Event event{.id = core::random_id(),
                     .device = device,
                     .action = action,
                     .differences = {{opened, action}},
                     .open_count = 1,
                     .detected_at = core::WallTime(std::chrono::seconds(5)),
                     .address = {},
                     .profile = {},
                     .labels = {},
                     .url = {}};
  const std::string body = "{\"event_id\": \"" + event.id + "\", \"redelivered\": false}";
  return {.device = device, .drifts = {opened}, .events = {event}, .bodies = {body}};
}

inline DeliveryFilter everything() {
  return {.actions = {model::EventAction::Opened, model::EventAction::Changed,
                      model::EventAction::Resolved, model::EventAction::Reminder}};
}

// An open ledger over a file of its own, with a clock that stands still.
class Book {
 public:
  explicit Book(core::Limits with = {}) : limits(with) { reopen(); }

  void reopen() {
    ledger.reset();
    auto opened = Ledger::open(path, limits, clock, log, metrics);
    ASSERT_TRUE(opened) << opened.error().message;
    ledger = std::move(*opened);
    ledger->set_filter(everything());
  }
  core::Status commit(model::LedgerBatch what) {
    std::promise<core::Status> done;
    ledger->commit(std::move(what), [&](const core::Status& status) { done.set_value(status); });
    return done.get_future().get();
  }

  Folder folder;
  std::string path = folder.file("state.db");
  core::Limits limits;
  core::FakeClock clock;
  core::Logger log{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics;
  std::unique_ptr<Ledger> ledger;
};

}  // namespace dm::store::scratch
