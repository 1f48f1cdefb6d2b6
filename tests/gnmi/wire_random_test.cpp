// WireReader against protobuf itself, on messages nobody would send: fields in any order, repeated,
// unknown, of the wrong type, groups, odd varints, and bytes changed at random.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/text.h"
#include "gnmi/wire_lenient_parser.h"
#include "gnmi/wire_oracle.h"

namespace dm::gnmi::testing {
namespace {

// Writes messages on the wire, mostly sensible ones.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string response() {
    std::string out;
    const int arms = one_in(12) ? 3 : 1;
    for (int i = 0; i < arms; ++i) {
      if (one_in(20)) {
        varint_field(3, pick(2), out);
      } else if (one_in(40)) {
        bytes_field(4, (one_in(3) ? std::string() : field(2, text())) + junk(), out);
      } else {
        bytes_field(1, notification(), out);
      }
      out += junk();
    }
    for (int i = 0; i < 2; ++i) {
      if (one_in(6)) bytes_field(5, one_in(3) ? text() : extension(), out);
    }
    return out;
  }

  std::string mutate(std::string bytes) {
    const std::size_t times = 1 + pick(3);
    for (std::size_t i = 0; i < times && !bytes.empty(); ++i) {
      const std::size_t at = pick(bytes.size());
      switch (pick(6)) {
        case 0: bytes[at] = static_cast<char>(random_()); break;
        case 1: bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << pick(8))); break;
        case 2: bytes.insert(at, 1, static_cast<char>(random_())); break;
        case 3: bytes.erase(at, 1 + pick(4)); break;
        case 4: bytes.resize(at); break;
        default: bytes.insert(at, bytes.substr(pick(bytes.size()), 1 + pick(24))); break;
      }
    }
    return bytes;
  }

  std::size_t pick(std::size_t count) { return random_() % count; }
  bool one_in(std::size_t n) { return pick(n) == 0; }

 private:
  // A varint, now and then longer than it needs to be.
  void varint(std::uint64_t value, std::string& out, std::size_t most) {
    std::size_t length = 1;
    while (value >= 0x80) {
      out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
      value >>= 7U;
      ++length;
    }
    if (one_in(200) && length < most) {
      out.push_back(static_cast<char>(value | 0x80U));
      value = 0;
    }
    out.push_back(static_cast<char>(value));
  }
  void tag(std::uint32_t number, std::uint32_t type, std::string& out) {
    varint(number << 3U | type, out, 5);
  }
  void varint_field(std::uint32_t number, std::uint64_t value, std::string& out) {
    tag(number, 0, out);
    varint(value, out, 10);
  }
  void bytes_field(std::uint32_t number, std::string_view bytes, std::string& out) {
    tag(number, 2, out);
    varint(bytes.size(), out, 5);
    out += bytes;
  }
  std::string field(std::uint32_t number, std::string_view bytes) {
    std::string out;
    bytes_field(number, bytes, out);
    return out;
  }
  void fixed(std::uint32_t number, std::size_t size, std::uint64_t bits, std::string& out) {
    tag(number, size == 8 ? 1 : 5, out);
    for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(bits >> (8 * i)));
  }

  // Mostly a commit boundary, its messages at times in several parts or replaced by another arm.
  std::string extension() {
    std::string out;
    do {
      std::string subscription;
      do {
        std::string done;
        if (one_in(2)) bytes_field(2, text(), done);
        if (!one_in(4)) varint_field(3, pick(3), done);
        bytes_field(one_in(8) ? 1 : 2, done + junk(), subscription);
      } while (one_in(4));
      bytes_field(6, subscription + junk(), out);
      if (one_in(10)) bytes_field(one_in(2) ? 1 : 5, field(2, text()), out);
    } while (one_in(4));
    return out + junk();
  }

  // Fields nobody knows, known numbers with other types, groups.
  std::string junk() {
    std::string out;
    if (!one_in(15)) return out;
    const auto number = static_cast<std::uint32_t>(1 + pick(one_in(4) ? 5000 : 20));
    switch (pick(5)) {
      case 0: varint_field(number, random_(), out); break;
      case 1: fixed(number, 8, random_(), out); break;
      case 2: fixed(number, 4, random_(), out); break;
      case 3: bytes_field(30, text(), out); break;
      default:
        tag(number, 3, out);
        out += one_in(2) ? field(1, "x") : junk();
        tag(one_in(10) ? number + 1 : number, 4, out);
        break;
    }
    return out;
  }

  std::string text() {
    static const std::array<std::string, 14> kTexts = {
        "config", "mtu", "Ethernet1/1", "openconfig", "", "*", "x]y\\z", "10.0.0.0/24",
        "\xff\xfe", "2001:DB8::1", "oc-if:name", "\xc3\xa4", std::string(300, 'n'), "..."};
    return kTexts[pick(one_in(4) ? kTexts.size() : 6)];
  }

  std::string key_entry() {
    static const std::array<std::string, 6> kNames = {"name", "vlan-id", "identifier", "index", "oc:name", ""};
    std::string out;
    const int repeats = one_in(25) ? 2 : 1;
    for (int i = 0; i < repeats; ++i) {
      if (!one_in(40)) out += field(1, kNames[pick(one_in(6) ? kNames.size() : 2)]);
      if (!one_in(40)) out += field(2, one_in(2) ? std::string("default") : text());
      if (one_in(20)) out = field(2, "swapped") + out;
    }
    return out + junk();
  }

  std::string elem(std::string_view name, bool with_keys) {
    std::string out;
    const bool is_key_first = one_in(10);
    if (!is_key_first) bytes_field(1, one_in(30) ? text() : std::string(name), out);
    if (with_keys) {
      for (std::size_t i = 0; i < 1 + pick(one_in(8) ? 3 : 1); ++i) bytes_field(2, key_entry(), out);
    }
    if (is_key_first) bytes_field(1, one_in(30) ? text() : std::string(name), out);
    return out + junk();
  }

  struct Step {
    std::string_view name;
    bool is_list;
  };

  // Part of a path: elements `from` up to `to` of one of a few ways through the tree.
  std::string path(const std::vector<Step>& way, std::size_t from, std::size_t to) {
    static const std::array<std::string, 8> kOrigins = {
        "openconfig", "", "rfc7951", "openconfig-interfaces", "eos_native", "cli", "a/b", "\xff"};
    std::string out, origin;
    if (one_in(3)) bytes_field(2, kOrigins[pick(one_in(8) ? kOrigins.size() : 4)], origin);
    if (!one_in(6)) out += origin;
    if (one_in(12)) {
      for (std::size_t i = from; i < to; ++i) {
        out += field(1, std::string(way[i].name) + (way[i].is_list ? "[name=" + text() + "]" : ""));
      }
    } else {
      for (std::size_t i = from; i < to; ++i) bytes_field(3, elem(way[i].name, way[i].is_list && !one_in(9)), out);
    }
    if (out.find(origin) == std::string::npos) out += origin;
    if (one_in(15)) bytes_field(4, text(), out);
    return out + junk();
  }

  const std::vector<Step>& way() {
    static const std::vector<std::vector<Step>> kWays = {
        {{"interfaces", false}, {"interface", true}, {"config", false}, {"mtu", false}},
        {{"openconfig-interfaces:interfaces", false}, {"interface", true}, {"config", false}, {"description", false}},
        {{"network-instances", false}, {"network-instance", true}, {"vlans", false}, {"vlan", true}, {"config", false}, {"name", false}},
        {{"network-instances", false}, {"network-instance", true}, {"protocols", false}, {"protocol", true}, {"bgp", false}, {"global", false}, {"config", false}, {"as", false}},
        {{"Sysdb", false}, {"unknown", true}, {"leaf", false}},
        {{"*", false}},
        {{"system", false}, {"config", false}, {"hostname", false}},
        {}};
    return kWays[pick(one_in(5) ? kWays.size() : 4)];
  }

  std::string scalar_arm() {
    std::string out;
    switch (pick(9)) {
      case 0: bytes_field(1, one_in(10) ? std::string(90, 'v') : text(), out); break;
      case 1: varint_field(2, random_(), out); break;
      case 2: varint_field(3, pick(10000), out); break;
      case 3: varint_field(4, pick(3), out); break;
      case 4: bytes_field(5, text(), out); break;
      case 5: fixed(6, 4, random_(), out); break;
      case 6: {
        std::string decimal;
        if (!one_in(5)) varint_field(1, random_() >> pick(64), decimal);
        if (!one_in(5)) varint_field(2, one_in(10) ? 400 : pick(6), decimal);
        bytes_field(7, decimal + junk(), out);
        break;
      }
      case 7: fixed(14, 8, random_(), out); break;
      default: varint_field(2, pick(3), out); break;
    }
    return out;
  }

  std::string typed_value(int depth) {
    static const std::array<std::string, 16> kJson = {
        "1500", "\"text\"", "true", "null", "[null]", "[]", "{}", "[1,2,\"3..5\"]", "-7", "1.5",
        R"({"config":{"mtu":9000,"description":null}})", R"({"openconfig-interfaces:interface":[{"name":"Et1"}]})",
        R"([{"name":"Et1","config":{"mtu":1}}])", "{bad", "18446744073709551616", "[[1]]"};
    std::string out;
    const int arms = one_in(15) ? 2 : 1;
    for (int i = 0; i < arms; ++i) {
      const std::size_t kind = pick(20);
      if (kind == 0 && depth < 4) {
        std::string array;
        for (std::size_t n = pick(4); n > 0; --n) bytes_field(1, typed_value(depth + 1), array);
        bytes_field(8, array + junk(), out);
      } else if (kind == 1) {
        bytes_field(static_cast<std::uint32_t>(9 + pick(5)), text(), out);
      } else if (kind < 5) {
        bytes_field(one_in(2) ? 10 : 11, kJson[pick(kJson.size())], out);
      } else {
        out += scalar_arm();
      }
    }
    return out + junk();
  }

  std::string update(const std::vector<Step>& steps, std::size_t split) {
    std::string out;
    const std::size_t times = one_in(30) ? 2 : 1;
    const bool is_value_first = one_in(8);
    const auto put_value = [&] {
      for (std::size_t i = 0; i < times && !one_in(50); ++i) bytes_field(3, typed_value(0), out);
    };
    if (is_value_first) put_value();
    for (std::size_t i = 0; i < times && !one_in(50); ++i) bytes_field(1, path(steps, split, steps.size()), out);
    if (!is_value_first) put_value();
    if (one_in(25)) {
      std::string old;
      bytes_field(1, one_in(2) ? "\"old\"" : text(), old);
      if (!one_in(3)) varint_field(2, pick(6), old);
      bytes_field(2, old + junk(), out);
    }
    if (one_in(10)) varint_field(4, one_in(5) ? random_() : pick(4), out);
    return out + junk();
  }

  std::string notification() {
    const auto& steps = way();
    const std::size_t split = one_in(2) ? 0 : pick(steps.size() + 1);
    std::string prefix, out;
    const int prefixes = one_in(20) ? 2 : (split > 0 || one_in(3) ? 1 : 0);
    for (int i = 0; i < prefixes; ++i) bytes_field(2, path(steps, 0, split), prefix);
    if (!one_in(10)) varint_field(1, random_() >> 1U, out);
    if (!one_in(10)) out += prefix;
    for (std::size_t i = pick(4); i > 0; --i) bytes_field(4, update(steps, split), out);
    for (std::size_t i = one_in(4) ? 1 + pick(2) : 0; i > 0; --i) {
      bytes_field(5, path(steps, split, split + pick(steps.size() - split + 1)), out);
    }
    if (one_in(12)) varint_field(6, 1, out);
    if (out.find(prefix) == std::string::npos) out += prefix;  // prefix last
    return out + junk();
  }

  std::mt19937_64 random_;
};

TEST(WireRandom, ReadsWhatProtobufReads) {
  constexpr int kMessages = 100'000;
  pb::LogSilencer silence;  // what protobuf thinks of the messages
  core::Limits limits;
  limits.path_depth = 8;
  limits.path_bytes = 512;
  limits.path_keys = 3;
  limits.value_bytes = 64;
  const schema::Profile profile;
  model::PathTable paths(nullptr);
  const LenientParser parser;
  Generator generator(20261122);
  // Few spellings are kept, so that forgetting is met as well.
  WireReader reader(profile, paths, limits, std::make_shared<PathMemo>(5'000));
  int good = 0, corrupt = 0;
  for (int i = 0; i < kMessages; ++i) {
    std::string message = generator.response();
    if (generator.one_in(2)) message = generator.mutate(std::move(message));

    ::gnmi::SubscribeResponse response;
    const bool is_good = parser.parse(message, response);
    const auto expected =
        is_good ? lines_expected(response, profile, limits)
                : std::vector<std::string>{"error " + std::to_string(static_cast<int>(core::Code::Corrupt))};
    ++(is_good ? good : corrupt);

    ASSERT_EQ(lines_read(reader, message, paths), expected)
        << "message " << i << ": " << core::to_hex(message) << "\n" << response.DebugString();
    // The second time the memo answers.
    if (i % 4 != 0) continue;
    ASSERT_EQ(lines_read(reader, message, paths), expected) << "message " << i << ", again";
  }
  EXPECT_GT(good, kMessages / 2);
  EXPECT_GT(corrupt, kMessages / 20);
}

}  // namespace
}  // namespace dm::gnmi::testing
