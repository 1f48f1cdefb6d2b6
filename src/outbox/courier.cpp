#include "outbox/courier.h"

#include <algorithm>
#include <random>

#include "core/check.h"

namespace dm::outbox {
namespace {

using metrics::Metric;
using store::DeliveryState;

// Nothing waits longer without looking again: clocks get set.
constexpr core::Duration kLongestWait = std::chrono::minutes(1);
constexpr core::Duration kDiskRetry = std::chrono::seconds(1);

std::uint64_t seed_from_system() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

}  // namespace

Courier::Courier(Options options)
    : options_(std::move(options)),
      breaker_(options_.breaker),
      random_state_(options_.seed != 0 ? options_.seed : seed_from_system()) {
  CHECK(!options_.senders.empty(), "a courier has at least one sender");
  options_.ledger.set_on_delivery([this] { wake(); });
  threads_.emplace_back([this] { plan_forever(); });
  for (const auto& sender : options_.senders) {
    threads_.emplace_back([this, one = sender.get()] { work_forever(*one); });
  }
}

Courier::~Courier() { stop(); }

void Courier::stop() {
  if (threads_.empty()) return;
  options_.ledger.set_on_delivery({});
  {
    const std::lock_guard guard(mutex_);
    is_stopping_ = true;
  }
  planner_wake_.notify_all();
  worker_wake_.notify_all();
  for (const auto& sender : options_.senders) sender->abort();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Courier::wake() {
  {
    const std::lock_guard guard(mutex_);
    is_nudged_ = true;
  }
  planner_wake_.notify_one();
}

void Courier::plan_forever() noexcept {
  while (true) {
    const core::Duration wait = std::clamp(plan(), core::Duration{0}, kLongestWait);
    std::unique_lock guard(mutex_);
    planner_wake_.wait_for(guard, wait, [&] { return is_stopping_ || is_nudged_; });
    is_nudged_ = false;
    if (is_stopping_) return;
  }
}

// Notes what ended, starts what may start, and says how long there is nothing to do unless nudged.
core::Duration Courier::plan() {
  std::vector<Finished> finished;
  {
    const std::lock_guard guard(mutex_);
    finished.swap(finished_);
  }
  bool is_disk_refusing = false;
  for (const Finished& one : finished) {
    note(one);
    is_disk_refusing = is_disk_refusing || !one.result;
  }
  if (is_disk_refusing) return kDiskRetry;
  if (!is_recovered_) {
    is_recovered_ = options_.ledger.abandon_attempts().has_value();
    if (!is_recovered_) return kDiskRetry;
  }
  const core::SteadyTime now = options_.clock.steady_now();
  const std::size_t room = breaker_.room(busy_.size(), options_.senders.size(), now);
  if (room > 0) return hand_out(room, options_.clock.wall_now());
  const auto opens_at = breaker_.opens_at();
  return busy_.empty() && opens_at ? *opens_at - now : kLongestWait;
}

core::Duration Courier::hand_out(std::size_t room, core::WallTime now) {
  auto due = options_.ledger.due(now, room + busy_.size());
  if (!due) return kDiskRetry;
  for (store::Delivery& delivery : *due) {
    if (room == 0) break;
    if (!busy_.insert(delivery.device).second) continue;
    --room;
    const std::lock_guard guard(mutex_);
    jobs_.push_back(std::move(delivery));
    worker_wake_.notify_one();
  }
  if (room == 0) return kLongestWait;  // a worker that is done will nudge
  const auto next = options_.ledger.next_due();
  // What is due now was handed out and is about to be begun, after which its worker nudges.
  return next && *next > now ? *next - now : kLongestWait;
}

void Courier::note(const Finished& finished) {
  busy_.erase(finished.device);
  if (!finished.result) {
    if (last_trouble_ != finished.trouble.message) {
      last_trouble_ = finished.trouble.message;
      options_.log.error("delivery: nothing is sent while attempts cannot be recorded: {}",
                         last_trouble_);
    }
    return;
  }
  last_trouble_.clear();
  say(finished);
  if (finished.result->answer == Answer::Aborted) return;
  if (concerns_receiver(*finished.result)) {
    const core::Duration asked = std::min(finished.result->retry_after, options_.schedule.retry_after_most);
    breaker_.failed(options_.clock.steady_now(), random(), asked);
  } else {
    breaker_.succeeded();
  }
}

// A lasting failure is said once, and its end; what is about one event, when it is met and when it
// is over.
void Courier::say(const Finished& finished) {
  const SendResult& result = *finished.result;
  if (result.answer == Answer::Aborted) return;
  if (finished.outcome.state == DeliveryState::Delivered) {
    options_.log.debug("delivery: an event of {} was accepted: {}", finished.device, result.detail);
    if (!last_failure_.empty()) options_.log.info("delivery: events are accepted again");
    last_failure_.clear();
    return;
  }
  // While a receiver loads, the same answer means something else than later.
  const std::string failure = finished.is_loading ? result.detail + " (loading)" : result.detail;
  const bool is_news = concerns_receiver(result) ? last_failure_ != failure : finished.attempts == 1;
  if (concerns_receiver(result)) last_failure_ = failure;
  if (finished.outcome.state == DeliveryState::Dead) {
    options_.log.error("delivery: an event of {} was {}", finished.device, finished.outcome.error);
  } else if (is_news && finished.is_loading) {
    options_.log.warning(
        "delivery: the receiver refused connections a moment ago and may still be loading its flows; tried again "
        "until it is accepted ({})",
        result.detail);
  } else if (is_news && result.answer == Answer::Configuration) {
    options_.log.error("delivery: {}; tried again slowly", result.detail);
  } else if (is_news) {
    options_.log.warning("delivery: {}; tried again until it is accepted", result.detail);
  }
}

void Courier::work_forever(Sender& sender) noexcept {
  while (const auto job = take_job()) {
    Finished finished = attempt(sender, *job);
    const std::lock_guard guard(mutex_);
    finished_.push_back(std::move(finished));
    is_nudged_ = true;
    planner_wake_.notify_one();
  }
}

std::optional<store::Delivery> Courier::take_job() {
  std::unique_lock guard(mutex_);
  worker_wake_.wait(guard, [&] { return is_stopping_ || !jobs_.empty(); });
  if (is_stopping_) return std::nullopt;
  store::Delivery job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

Courier::Finished Courier::attempt(Sender& sender, const store::Delivery& delivery) {
  Finished finished{.device = delivery.device,
                    .result = {},
                    .attempts = delivery.attempts + 1,
                    .is_loading = false,
                    .outcome = {},
                    .trouble = {}};
  if (const core::Status begun =
          options_.ledger.begin_attempt(delivery.id, options_.clock.wall_now());
      !begun) {
    finished.trouble = begun.error();
    return finished;
  }
  wake();  // it is no longer due: the planner may look at the next
  finished.result = sender.send(delivery, delivery.maybe_accepted);
  options_.metrics.add(Metric::Attempts, 1, to_text(finished.result->answer));

  Attempt attempt{.number = finished.attempts,
                  .created_at = delivery.created_at,
                  .now = options_.clock.wall_now(),
                  .refused_at = {},
                  .random = random()};
  {
    const std::lock_guard guard(mutex_);
    if (finished.result->answer == Answer::NoConnection) refused_at_ = attempt.now;
    attempt.refused_at = refused_at_;
  }
  if (finished.result->is_cut) options_.metrics.add(Metric::LimitHits, 1, "answer_bytes");
  finished.is_loading = is_still_loading(*finished.result, attempt, options_.schedule);
  finished.outcome = decide(*finished.result, attempt, options_.schedule);
  if (const core::Status recorded = record(delivery, finished.outcome); !recorded) {
    options_.log.error(
        "delivery: the outcome of an attempt was not recorded, it will be repeated: {}",
        recorded.error().message);
  } else if (finished.outcome.state != DeliveryState::Pending) {
    options_.metrics.add(Metric::Deliveries, 1, to_text(finished.outcome.state));
    const bool is_over = finished.outcome.next_attempt_at > attempt.created_at + options_.schedule.horizon;
    if (finished.outcome.state == DeliveryState::Dead && is_over) options_.metrics.add(Metric::LimitHits, 1, "retry_horizon");
  }
  return finished;
}

// Keeps trying while the disk refuses: an accepted event that is not recorded as such is sent
// again.
core::Status Courier::record(const store::Delivery& delivery,
                             const store::Ledger::Outcome& outcome) {
  core::Status status =
      options_.ledger.finish_attempt(delivery.id, outcome, options_.clock.wall_now());
  while (!status && status.error().code == core::Code::Io && wait_for_disk()) {
    status = options_.ledger.finish_attempt(delivery.id, outcome, options_.clock.wall_now());
  }
  return status;
}

// False: we are stopping.
bool Courier::wait_for_disk() {
  std::unique_lock guard(mutex_);
  return !worker_wake_.wait_for(guard, kDiskRetry, [&] { return is_stopping_; });
}

std::uint64_t Courier::random() {
  const std::lock_guard guard(mutex_);
  // splitmix64: jitter needs to be spread, not secret.
  std::uint64_t mixed = (random_state_ += 0x9E3779B97F4A7C15U);
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31U);
}

}  // namespace dm::outbox
