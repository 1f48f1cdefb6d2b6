// Read side of the database for the API: lists, newest first, paged by cursor. Opens the file
// read-only (WAL readers do not disturb the writer). One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "model/drift.h"
#include "store/ledger.h"

namespace dm::store {

inline constexpr std::size_t kMostPerPage = 1000;

struct Page {
  std::size_t limit = 100;  // at most kMostPerPage
  std::string cursor;  // from a previous answer
};
struct DriftFilter {
  std::string device;  // empty = all
  std::string state;   // "open" | "resolved" | "" = all
};
struct DriftPage {
  std::vector<model::Drift> items;
  std::string next_cursor;  // empty = last page
};
struct StoredEvent {
  std::string id, device, action;
  core::WallTime at{};
  std::string body;                  // JSON as POSTed
  std::optional<Delivery> delivery;  // without body
};
struct EventPage {
  std::vector<StoredEvent> items;
  std::string next_cursor;
};
struct DeliveryPage {
  std::vector<Delivery> items;
  std::string next_cursor;
};

class Queries {
 public:
  static core::Result<std::unique_ptr<Queries>> open(const std::string& path);
  ~Queries();
  core::Result<DriftPage> drifts(const DriftFilter& filter, const Page& page);
  core::Result<std::optional<model::Drift>> drift(const std::string& id);
  core::Result<EventPage> events(const std::string& device, const Page& page);
  core::Result<DeliveryPage> deliveries(const std::string& state, const Page& page);
  // The newest delivery that was tried in vain and is still to be accepted; without body.
  core::Result<std::optional<Delivery>> newest_failure();

 private:
  struct Impl;
  explicit Queries(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::store
