// Holds the intent in use: loads the sources, keeps the last good state of each, publishes the
// whole.
//
// One thread of its own: it loads everything at start, then the remote sources at every poll and
// whenever a webhook hints at a change; what that reads is the source's business. A source that fails
// is tried again with growing, jittered waits while its last good reading stays in use. A reading in which too much has vanished is not taken (guard.h): then the last good one
// stays, and is not usable until the data is back or somebody accepts the loss. The last good reading
// is kept on disk, and taken from there while the source cannot be read after a start. Snapshots are
// immutable; `version` grows only when what a verdict depends on has changed, and a device whose
// intent is unchanged keeps its object.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/backoff.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/result.h"
#include "intent/assemble.h"
#include "intent/guard.h"
#include "intent/source.h"
#include "metrics/registry.h"
#include "model/expectation.h"

namespace dm::intent {

struct CacheOptions {
  core::Duration poll_interval = std::chrono::seconds(30);
  core::BackoffPolicy retry{std::chrono::seconds(1), std::chrono::minutes(1)};
  GuardPolicy guard;
  std::size_t most_hints = 2000;  // limits.netbox_hints
  std::string last_good_file;  // keeps the remote source's last good reading for the next start; empty: nothing does
  std::size_t most_last_good_bytes = 256U << 20U;  // limits.last_good_bytes
  std::string made_by;                             // our version: another one may map differently
  AssembleOptions assemble;
};

using Snapshot = std::shared_ptr<const model::IntentSnapshot>;

class IntentCache {
 public:
  // Called on the intent thread, once per new version. Must not call back into the cache but
  // current().
  using Publish = std::function<void(const Snapshot&)>;

  // Later sources win over earlier ones: NetBox first, then files. `clock`, `registry` and `logger`
  // are borrowed and outlive the cache.
  IntentCache(CacheOptions options, std::vector<std::unique_ptr<Source>> sources,
              const core::Clock& clock, metrics::Registry& registry, core::Logger& logger,
              Publish publish);
  ~IntentCache();  // stop()
  IntentCache(const IntentCache&) = delete;
  IntentCache& operator=(const IntentCache&) = delete;

  void start();
  // Ends a load in progress; returns when the thread is gone. May be called twice.
  void stop();

  // Any thread. Never null; before the first load it is not usable and says so.
  Snapshot current() const;

  // Any thread. Reads everything again soon. `accept_loss`: takes the next reading even if the
  // guard would refuse it.
  void refresh(bool accept_loss = false);

  // Any thread. Somebody says that an object of a remote source has changed: it is looked at soon, together
  // with what the same request changed (hints.h). False: too many wait already; the next poll finds it.
  bool hint(ObjectHint hint);

  // Any thread. Other settings: ends a load in progress, then loads the new sources. What a source
  // of the same name read last stays in use until the new one has loaded, so a bad file changes
  // nothing.
  void reload(CacheOptions options, std::vector<std::unique_ptr<Source>> sources);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::intent
