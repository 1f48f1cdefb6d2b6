// One account, many devices: when several refuse its login and none takes it, it is the account that is wrong, or the
// AAA server that is down, and not each device. Then it is tried on one device at a time, ever more rarely, instead of on
// all of them: a storm of bad logins loads the server and locks the account.
//
// As soon as one device takes the login, nobody is held back any more. Pure: the caller brings the time. One for all
// sessions of a shard; lives on the shard thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "core/clock.h"

namespace dm::gnmi {

class LoginGuard {
 public:
  // So many devices must refuse an account that none takes.
  static constexpr std::size_t kDevices = 3;
  // Who is held back asks again so soon: another device may have been let in.
  static constexpr core::Duration kLookAgain = std::chrono::seconds(30);

  // `account` is a name and what proves it, as one text; empty: no login at all, never held back.
  void accepted(const std::string& account, const std::string& device);
  void refused(const std::string& account, const std::string& device);
  void ended(const std::string& account, const std::string& device);   // its stream
  void forget(const std::string& account, const std::string& device);  // it is not watched any more
  void try_again();  // somebody says that what was refused is mended
  // How long a login must wait before it asks again; zero: it may be tried now.
  core::Duration wait(const std::string& account, core::SteadyTime now, std::uint64_t random);

 private:
  struct Account {
    std::set<std::string> taken_by, refused_by;  // devices
    int tries = 0;                               // while it is suspect
    core::SteadyTime next_try{};
    bool is_suspect() const { return taken_by.empty() && refused_by.size() >= kDevices; }
  };
  std::map<std::string, Account> accounts_;
};

}  // namespace dm::gnmi
