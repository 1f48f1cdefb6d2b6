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

void LoginGuard::refused(const std::string& account, const std::string& device, core::SteadyTime now, std::uint64_t random) {
  if (account.empty()) return;
  Account& known = accounts_[account];
  const bool was_suspect = known.is_suspect();
  forget_stream(known, device);
  known.refused_by.insert(device);
  // The devices that made it suspect were the first try; those that were on their way meanwhile count with them.
  if (!known.is_suspect() || (was_suspect && known.trying != device)) return;
  known.tries = was_suspect ? known.tries + 1 : 1;
  known.next_try = now + login_wait(known.tries + 1, random);
}

void LoginGuard::ended(const std::string& account, const std::string& device) {
  if (const auto known = accounts_.find(account); known != accounts_.end()) leave(known->second, device);
}

void LoginGuard::forget(const std::string& account, const std::string& device) {
  const auto known = accounts_.find(account);
  if (known == accounts_.end()) return;
  known->second.refused_by.erase(device);
  leave(known->second, device);
  if (known->second.taken_by.empty() && known->second.refused_by.empty()) accounts_.erase(known);
}

void LoginGuard::leave(Account& known, const std::string& device) {
  if (known.trying == device) known.trying.clear();
  forget_stream(known, device);
}

// Until its last stream ended the account was good: what was refused before was the devices' own matter.
void LoginGuard::forget_stream(Account& known, const std::string& device) {
  if (known.taken_by.erase(device) > 0 && known.taken_by.empty()) known.refused_by.clear();
}

void LoginGuard::try_again() {
  for (auto& [account, known] : accounts_) {
    known.refused_by.clear();
    known.tries = 0;
  }
}

core::Duration LoginGuard::wait(const std::string& account, const std::string& device, core::SteadyTime now) {
  const auto found = accounts_.find(account);
  if (found == accounts_.end() || !found->second.is_suspect()) return core::Duration::zero();
  Account& known = found->second;
  if (now < known.next_try) return std::min<core::Duration>(known.next_try - now, kLookAgain);
  if (!known.trying.empty() && known.trying != device && now < known.try_ends) return kLookAgain;
  known.trying = device;
  known.try_ends = now + kLongestTry;
  return core::Duration::zero();
}

}  // namespace dm::gnmi
