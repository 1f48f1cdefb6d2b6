#include "intent/last_good_keeper.h"

#include <utility>

#include "metrics/limit_hit.h"

namespace dm::intent {
namespace {

// By the objects of the devices: an unchanged device keeps its own.
bool is_same_reading(const Loaded& a, const Loaded& b) {
  return a.devices == b.devices && a.inventory == b.inventory && a.suspended == b.suspended && a.findings == b.findings &&
         a.warnings == b.warnings;
}

}  // namespace

std::optional<LastGood> LastGoodKeeper::restore(const std::string& source, const std::string& scope) {
  if (file_.empty()) return std::nullopt;
  auto good = read_last_good(file_, most_bytes_);
  if (!good) {
    if (good.error().code != core::Code::NotFound) say(good.error());
    return std::nullopt;
  }
  if (good->source != source || good->scope != scope) return std::nullopt;
  return std::move(*good);
}

void LastGoodKeeper::note(LastGood good, core::SteadyTime now) {
  if (file_.empty()) return;
  const bool is_on_disk = !waiting_ && written_ != nullptr && is_same_reading(*written_, *good.loaded);
  if (is_on_disk) {
    if (const auto touched = touch_last_good(file_, good.time); !touched) say(touched.error());
    return;
  }
  waiting_ = std::move(good);
  write_due(now);
}

std::optional<core::SteadyTime> LastGoodKeeper::due() const {
  return waiting_ ? std::optional(next_write_) : std::nullopt;
}

void LastGoodKeeper::write_due(core::SteadyTime now) {
  if (!waiting_ || now < next_write_) return;
  next_write_ = now + kEvery;
  flush();
}

void LastGoodKeeper::flush() {
  if (!waiting_) return;
  const LastGood good = *std::exchange(waiting_, std::nullopt);
  if (const auto written = write_last_good(file_, good, most_bytes_); !written) return say(written.error());
  written_ = good.loaded;
  said_.clear();
}

void LastGoodKeeper::say(const core::Error& error) {
  metrics::count_limit_hit(error.message, *registry_);
  if (said_ == error.message) return;
  said_ = error.message;
  logger_->warning("intent: the last good state is not kept for a restart: {}", error.message);
}

}  // namespace dm::intent
