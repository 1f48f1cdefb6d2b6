// Where intent comes from. Two kinds: NetBox (intent/netbox) and files (intent/files); tests have a
// third. Lives on the intent thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "model/expectation.h"

namespace dm::intent {

// An object of the source that somebody says has changed; true or not.
struct ObjectHint {
  std::string type;  // "ipam.vlan"
  std::uint64_t id = 0;
  std::string request_id;  // changes that were made together
  bool operator==(const ObjectHint&) const = default;
};

struct LoadRequest {
  bool is_everything = false;  // also what did not change, as far as the source can tell
  std::vector<ObjectHint> hints;
};

struct Loaded {
  std::vector<std::shared_ptr<const model::DeviceIntent>> devices;  // never null
  std::vector<model::InventoryDevice> inventory;
  std::vector<std::string> warnings;     // about the reading as a whole, one line each
  std::vector<model::Finding> findings;  // about the data; the source's name is added where they are published
  std::vector<model::SuspendedDevice> suspended;  // devices the source knows and says not to watch
  core::Duration rest{0};  // the source shall not be polled earlier than in so long: reading it is dear
};

// How reading goes, for the metrics.
struct ReadingFigures {
  std::size_t watched_changes = 0;  // ids of the change log that are skipped so far and asked for again
  std::uint64_t repeats = 0;        // answers that failed and were asked for again, since the source was made
};

class Source {
 public:
  virtual ~Source() = default;
  virtual std::string name() const = 0;
  // All there is, read anew as far as needed. An error keeps the last good state of this source.
  virtual core::Result<Loaded> load(const LoadRequest& request) = 0;
  // After an error: how long the other side asked to be left alone.
  virtual core::Duration retry_after() const { return core::Duration::zero(); }
  virtual ReadingFigures figures() const { return {}; }
  // Ends a load() in progress, and those to come; any thread.
  virtual void abort() {}
  // Another machine: read again at every poll, and guarded against mass disappearance (guard.h).
  // What is not remote is read at start, on reload and on refresh only.
  virtual bool is_remote() const { return true; }
  // What is asked of whom. Readings of another scope are never compared with each other by the
  // guard.
  virtual std::string scope() const { return {}; }
};

}  // namespace dm::intent
