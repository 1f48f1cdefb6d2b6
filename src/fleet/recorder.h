// Makes what was decided about one device durable, batch after batch in order, however long the disk
// refuses.
//
// Outlives its device: one that is replaced hands its recorder to the successor, and one that is
// removed leaves it behind until the last batch is written. So nothing that was decided is lost
// while the process lives. Lives on the shard's loop. Memory: the batches not yet written; a device
// decides nothing while there is one, so that is one, and one more when it is removed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/log.h"
#include "core/result.h"
#include "model/drift.h"
#include "net/loop.h"

namespace dm::fleet {

class Recorder {
 public:
  // Makes a batch durable; `done` comes on the loop's thread.
  using Commit = std::function<void(const model::LedgerBatch&, std::function<void(const core::Status&)> done)>;
  Recorder(net::Loop& loop, core::Logger& log, core::Duration retry_every, Commit commit);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void record(model::LedgerBatch batch);
  bool is_idle() const { return batches_.empty(); }
  // Called whenever the last batch was written; may destroy the recorder.
  void set_on_idle(std::function<void()> callback) { on_idle_ = std::move(callback); }

 private:
  void commit_first();
  void finish(const core::Status& status);
  void say(const core::Error& error);

  core::Logger* log_;
  core::Duration retry_every_;
  Commit commit_;
  std::vector<model::LedgerBatch> batches_;
  std::function<void()> on_idle_;
  std::string last_trouble_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for completions that come later
  net::Timer retry_;
};

}  // namespace dm::fleet
