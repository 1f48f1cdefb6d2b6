#include "outbox/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"

namespace dm::outbox {
namespace {

using store::DeliveryState;

bool concerns_event(const SendResult& result) {
  return result.answer == Answer::Configuration &&
         (result.status == 400 || result.status == 413 || result.status == 422);
}

// Full jitter: anywhere between nothing (nearly) and the whole step, so that many senders spread
// out.
core::Duration growing(const Attempt& attempt, const SchedulePolicy& policy) {
  core::Duration step = policy.first;
  for (int i = 1; i < attempt.number && step < policy.most; ++i) step *= 2;
  step = std::min(step, policy.most);
  const auto share =
      static_cast<std::int64_t>(attempt.random % static_cast<std::uint64_t>(step.count() + 1));
  return std::max(core::Duration{share}, policy.least);
}

core::Duration slow(const Attempt& attempt, const SchedulePolicy& policy) {
  const auto share = static_cast<std::int64_t>(attempt.random %
                                               static_cast<std::uint64_t>(policy.slow.count() + 1));
  return policy.slow + core::Duration{share};
}

core::Duration wait(const SendResult& result, const Attempt& attempt,
                    const SchedulePolicy& policy) {
  if (result.answer == Answer::Aborted) return core::Duration{0};
  if (result.answer == Answer::Configuration && !is_still_loading(result, attempt, policy))
    return slow(attempt, policy);
  const core::Duration asked = std::min(result.retry_after, policy.retry_after_most);
  return std::max(growing(attempt, policy), asked);
}

bool is_accepted(Answer answer) {
  return answer == Answer::Accepted || answer == Answer::AcceptedNoRun;
}

}  // namespace

std::string_view to_text(Answer answer) {
  switch (answer) {
    case Answer::Accepted:
      return "accepted";
    case Answer::AcceptedNoRun:
      return "accepted_no_run";
    case Answer::Retry:
      return "retry";
    case Answer::NoConnection:
      return "no_connection";
    case Answer::Ambiguous:
      return "ambiguous";
    case Answer::Configuration:
      return "configuration";
    case Answer::Aborted:
      return "aborted";
  }
  CHECK(false, "unknown answer");
}

bool is_still_loading(const SendResult& result, const Attempt& attempt, const SchedulePolicy& policy) {
  return result.status == 404 && attempt.refused_at && attempt.now - *attempt.refused_at < policy.loading;
}

bool concerns_receiver(const SendResult& result) {
  switch (result.answer) {
    case Answer::Retry:
    case Answer::NoConnection:
    case Answer::Ambiguous:
      return true;
    case Answer::Configuration:
      return !concerns_event(result);
    case Answer::Accepted:
    case Answer::AcceptedNoRun:
    case Answer::Aborted:
      return false;
  }
  CHECK(false, "unknown answer");
}

store::Ledger::Outcome decide(const SendResult& result, const Attempt& attempt,
                              const SchedulePolicy& policy) {
  store::Ledger::Outcome outcome{.state = DeliveryState::Pending,
                                 .answer_class = std::string(to_text(result.answer)),
                                 .status = result.status,
                                 .error = {},
                                 .next_attempt_at = attempt.now,
                                 .maybe_accepted = false};
  if (is_accepted(result.answer)) {
    outcome.state = DeliveryState::Delivered;
    return outcome;
  }
  outcome.error = result.detail;
  outcome.maybe_accepted = result.answer == Answer::Ambiguous || result.answer == Answer::Aborted;
  outcome.next_attempt_at = attempt.now + wait(result, attempt, policy);
  const core::Duration horizon =
      concerns_event(result) ? std::min(policy.event_horizon, policy.horizon) : policy.horizon;
  if (result.answer == Answer::Aborted || outcome.next_attempt_at <= attempt.created_at + horizon)
    return outcome;
  outcome.state = DeliveryState::Dead;
  outcome.error = fmt::format(
      "given up after {} attempts in {}: {}", attempt.number,
      core::to_text(std::chrono::floor<std::chrono::seconds>(attempt.now - attempt.created_at)),
      result.detail);
  return outcome;
}

}  // namespace dm::outbox
