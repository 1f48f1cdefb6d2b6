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

void GetRounds::set_paths(std::vector<std::size_t> paths) {
  const auto is_gone = [&](std::size_t path) { return std::find(paths.begin(), paths.end(), path) == paths.end(); };
  std::erase_if(open_, is_gone);
  std::erase_if(refused_, [&](const auto& entry) { return is_gone(entry.first); });
  std::erase_if(by_once_, [&](const auto& entry) { return is_gone(entry.first); });
  paths_ = std::move(paths);
}

void GetRounds::begin(core::SteadyTime now) {
  std::erase_if(by_once_, [&](const auto& entry) { return now >= entry.second.retry_at; });
  open_.clear();
  for (std::size_t i = paths_.size(); i-- > 0;) {
    const auto refusal = refused_.find(paths_[i]);
    if (refusal == refused_.end() || now >= refusal->second.retry_at) open_.push_back(paths_[i]);
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
  return refused_.erase(path) > 0;
}

std::vector<std::size_t> GetRounds::failed(const CallEnd& end, const SessionMoment& moment) {
  CHECK(!open_.empty(), "an answer without a question");
  if (is_login_refused(end)) ++logins_refused_;
  if (ends_round(end)) return std::exchange(open_, {});
  const std::size_t path = open_.back();
  if (end.code == GrpcCode::Unimplemented && !is_by_once(path)) {
    by_once_[path] = {end.message, moment.now + kQuarantine};
    return {};
  }
  open_.pop_back();
  if (is_path_refused(end)) {
    const auto known = refused_.find(path);
    const auto since = known == refused_.end() ? moment.wall_now : known->second.since;
    refused_[path] = PathQuarantine{end.code, end.message, since, moment.now + kQuarantine};
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
  const bool has_refused = std::exchange(logins_refused_, 0) > 0;
  for (auto& [path, entry] : refused_) entry.retry_at = {};
  for (auto& [path, entry] : by_once_) entry.retry_at = {};
  return has_refused || !refused_.empty() || !by_once_.empty();
}

}  // namespace dm::gnmi
