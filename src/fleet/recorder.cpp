#include "fleet/recorder.h"

#include <utility>

namespace dm::fleet {

Recorder::Recorder(net::Loop& loop, core::Logger& log, core::Duration retry_every, Commit commit)
    : log_(&log), retry_every_(retry_every), commit_(std::move(commit)), retry_(loop) {}

Recorder::~Recorder() = default;

void Recorder::record(model::LedgerBatch batch) {
  batches_.push_back(std::move(batch));
  if (batches_.size() == 1) commit_first();
}

void Recorder::commit_first() {
  commit_(batches_.front(), [this, alive = std::weak_ptr<bool>(alive_)](const core::Status& status) {
    if (!alive.expired()) finish(status);
  });
}

void Recorder::finish(const core::Status& status) {
  if (!status) {
    say(status.error());
    return retry_.after(retry_every_, [this] { commit_first(); });
  }
  last_trouble_.clear();
  batches_.erase(batches_.begin());
  if (!batches_.empty()) return commit_first();
  if (const auto on_idle = on_idle_) on_idle();
}

// A disk that refuses everybody, or is slow, is told by the ledger; what only this batch meets, here.
void Recorder::say(const core::Error& error) {
  const bool is_everybodys = error.code == core::Code::Io || error.code == core::Code::Corrupt ||
                             error.code == core::Code::ResourceExhausted;
  if (is_everybodys || error.message == last_trouble_) return;
  last_trouble_ = error.message;
  log_->error("{}: a drift cannot be recorded, and nothing more is told about this device until it is (tried again "
              "until then): {}",
              batches_.front().device, error.message);
}

}  // namespace dm::fleet
