#include "gnmi/login_guard.h"

#include <algorithm>

#include "gnmi/session_waits.h"

namespace dm::gnmi {

void LoginGuard::accepted(const std::string& account, const std::string& device) {
  if (account.empty()) return;
  Account& known = accounts_[account];
  known.taken_by.insert(device);
  known.refused_by.clear();
  known.tries = 0;
}

void LoginGuard::refused(const std::string& account, const std::string& device) {
  if (account.empty()) return;
  Account& known = accounts_[account];
  known.taken_by.erase(device);
  known.refused_by.insert(device);
}

void LoginGuard::ended(const std::string& account, const std::string& device) {
  if (const auto known = accounts_.find(account); known != accounts_.end()) known->second.taken_by.erase(device);
}

void LoginGuard::forget(const std::string& account, const std::string& device) {
  const auto known = accounts_.find(account);
  if (known == accounts_.end()) return;
  known->second.taken_by.erase(device);
  known->second.refused_by.erase(device);
  if (known->second.taken_by.empty() && known->second.refused_by.empty()) accounts_.erase(known);
}

void LoginGuard::try_again() {
  for (auto& [account, known] : accounts_) {
    known.refused_by.clear();
    known.tries = 0;
  }
}

core::Duration LoginGuard::wait(const std::string& account, core::SteadyTime now, std::uint64_t random) {
  const auto found = accounts_.find(account);
  if (found == accounts_.end() || !found->second.is_suspect()) return core::Duration::zero();
  Account& known = found->second;
  // The three devices that refused it were the first try.
  const bool is_first = known.tries == 0;
  if (!is_first && now < known.next_try) return std::min<core::Duration>(known.next_try - now, kLookAgain);
  ++known.tries;
  const core::Duration next = login_wait(known.tries + 1, random);
  known.next_try = now + next;
  return is_first ? std::min(next, kLookAgain) : core::Duration::zero();
}

}  // namespace dm::gnmi
