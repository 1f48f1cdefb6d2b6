// The words a scrubbed recording has instead of its own: same in, same out, and nothing of the original left.
//
// Replacements are numbered in the order their originals are met, so that they tell nothing. Addresses keep what a
// comparison needs: the last octet (IPv6: a short interface identifier), and that equal networks stay equal. One
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace dm::gnmi {

class ScrubWords {
 public:
  // "text-1", "text-2", ...
  std::string text(std::string_view original);
  // The text with every IPv4, IPv6 and MAC address in it replaced: 10.0.0.1, 10.0.1.0/24, 65001:10 stays,
  // 10.0.0.1:10. Unspecified, loopback, multicast and broadcast addresses stay.
  std::string with_other_addresses(std::string_view original);

  std::size_t count() const { return texts_.size() + networks_.size() + wide_networks_.size() + identifiers_.size() + macs_.size(); }

 private:
  using Numbers = std::map<std::string, std::uint32_t, std::less<>>;
  static std::uint32_t number(Numbers& numbers, std::string_view original);
  std::string address(const std::string& word);  // of one word; unchanged if it is none
  std::string ipv4(const unsigned char* bytes);
  std::string ipv6(const unsigned char* bytes);
  std::string mac(const std::string& word);

  Numbers texts_, networks_, wide_networks_, identifiers_, macs_;
};

// True for texts that say nothing about anybody: numbers, booleans, addresses, route distinguishers and targets, and
// names of ports as vendors make them (Ethernet1/1, Port-Channel5, lo0, ethernet-1/1).
bool is_plain(std::string_view text);
bool is_port_name(std::string_view text);

}  // namespace dm::gnmi
