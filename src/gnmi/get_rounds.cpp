#include "gnmi/get_rounds.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "gnmi/end_meaning.h"

namespace dm::gnmi {
namespace {

constexpr core::Duration kSlowLogin = std::chrono::minutes(2);  // after the first refusal, doubling
constexpr core::Duration kSlowestLogin = std::chrono::hours(1);

// The device as a whole does not answer now; asking it for other paths would only cost it.
bool ends_round(const CallEnd& end) {
  return is_login_refused(end) || is_full(end) || end.code == GrpcCode::Unavailable || end.code == GrpcCode::DeadlineExceeded;
}

}  // namespace

void GetRounds::begin(core::SteadyTime now) {
  open_.clear();
  for (std::size_t i = refused_.size(); i-- > 0;) {
    if (!refused_[i] || now >= refused_[i]->retry_at) open_.push_back(i);
  }
}

std::optional<std::size_t> GetRounds::next() const {
  return open_.empty() ? std::nullopt : std::optional(open_.back());
}

bool GetRounds::answered() {
  CHECK(!open_.empty(), "an answer without a question");
  logins_refused_ = 0;
  const std::size_t path = open_.back();
  open_.pop_back();
  return std::exchange(refused_[path], std::nullopt).has_value();
}

std::vector<std::size_t> GetRounds::failed(const CallEnd& end, const SessionMoment& moment) {
  CHECK(!open_.empty(), "an answer without a question");
  if (is_login_refused(end)) ++logins_refused_;
  if (ends_round(end)) return std::exchange(open_, {});
  const std::size_t path = open_.back();
  open_.pop_back();
  if (is_path_refused(end)) {
    auto& entry = refused_[path];
    const auto since = entry ? entry->since : moment.wall_now;
    entry = PathQuarantine{end.code, end.message, since, moment.now + kQuarantine};
  }
  return {path};
}

core::Duration GetRounds::wait() const {
  if (logins_refused_ == 0) return interval_;
  core::Duration wait = kSlowLogin;
  for (int i = 1; i < logins_refused_ && wait < kSlowestLogin; ++i) wait *= 2;
  return std::max(interval_, std::min(wait, kSlowestLogin));
}

bool GetRounds::forgive() {
  bool has_refused = std::exchange(logins_refused_, 0) > 0;
  for (auto& entry : refused_) {
    if (!entry) continue;
    entry->retry_at = {};
    has_refused = true;
  }
  return has_refused;
}

}  // namespace dm::gnmi
