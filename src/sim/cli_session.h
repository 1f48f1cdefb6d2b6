// The edits of one CLI session on a copy of the switch, and the words of a line. Internal to the CLI.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/device_model.h"

namespace dm::sim {

// One line, word by word.
class Words {
 public:
  explicit Words(std::string_view line);

  bool is_negated() const { return is_negated_; }  // began with `no` or `default`
  bool at_end() const { return next_ == words_.size(); }
  bool take(std::string_view word);   // the next word, if it is this one
  std::string text();                 // the next word, empty at the end
  std::optional<std::uint64_t> number(std::uint64_t low, std::uint64_t high);
  std::string rest() const;           // everything not taken, spaces kept

 private:
  std::string line_;
  std::vector<std::pair<std::size_t, std::size_t>> words_;  // offset, length
  std::size_t next_ = 0;
  bool is_negated_ = false;
};

class CliSession {
 public:
  CliSession(const DeviceModel& model, std::int64_t now_ns) : pristine_(model), model_(model), now_ns_(now_ns) {}

  const DeviceModel& model() const { return model_; }
  std::int64_t now_ns() const { return now_ns_; }

  // A leaf gets a value; a value it has already is not said again.
  void set(const std::string& path, const std::string& type, model::Value value);
  // …/config/leaf and …/state/leaf.
  void set_twins(const std::string& base, const std::string& leaf, const std::string& type,
                 const model::Value& value);
  // The node and everything below it goes, if there is any.
  void erase(const std::string& path);
  void erase_twins(const std::string& base, const std::string& leaf);

  Message finish() && { return std::move(message_); }

 private:
  const DeviceModel& pristine_;
  DeviceModel model_;
  std::int64_t now_ns_;
  Message message_;
};

// Each takes the words after the ones that led there; false: not understood.
bool interface_line(CliSession& session, const std::string& interface, Words& words);
bool vxlan_line(CliSession& session, Words& words);
bool bgp_line(CliSession& session, const std::string& vrf, Words& words);
bool enter_interface(CliSession& session, const std::string& interface);

// `Ethernet1` of `eth1`, `Ethernet 1`, `Et1`; empty when it is no interface name.
std::string interface_name(Words& words);

}  // namespace dm::sim
