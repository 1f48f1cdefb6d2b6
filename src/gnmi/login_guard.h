// One account, many devices: when several refuse its login and none takes it, it is the account that is wrong, or the
// AAA server that is down, and not each device. Then it is tried on one device at a time, ever more rarely, instead of on
// all of them: a storm of bad logins loads the server and locks the account.
//
// As soon as one device takes the login, nobody is held back any more; what was refused before the last stream of an
// account ended says nothing about it. A device that cannot be reached makes way for the next at once: it cost no login.
// Pure: the caller brings the time. One for all sessions of a shard; lives on the shard thread.
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
  // The device that tries may take so long before another one may.
  static constexpr core::Duration kLongestTry = std::chrono::minutes(2);

  // `account` is a name and what proves it, as one text; empty: no login at all, never held back.
  void accepted(const std::string& account, const std::string& device);
  void refused(const std::string& account, const std::string& device, core::SteadyTime now, std::uint64_t random);
  void ended(const std::string& account, const std::string& device);   // its stream, or its attempt to get one
  void forget(const std::string& account, const std::string& device);  // it is not watched any more
  void try_again();  // somebody says that what was refused is mended
  // How long the device must wait before it asks again; zero: it may try the login now.
  core::Duration wait(const std::string& account, const std::string& device, core::SteadyTime now);

 private:
  struct Account {
    std::set<std::string> taken_by, refused_by;  // devices
    int tries = 0;                               // refused in a row, while it is suspect
    core::SteadyTime next_try{}, try_ends{};
    std::string trying;                          // the device that tries, if one does
    bool is_suspect() const { return taken_by.empty() && refused_by.size() >= kDevices; }
  };
  static void leave(Account& known, const std::string& device);
  static void forget_stream(Account& known, const std::string& device);

  std::map<std::string, Account> accounts_;
};

}  // namespace dm::gnmi
