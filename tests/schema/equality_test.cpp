#include "schema/equality.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "schema/address.h"

namespace dm::schema {
namespace {

using model::Value;
using model::ValueList;
using enum LeafKind;

struct Pair {
  const char* rule;
  LeafType type;
  Value a, b;
  bool is_equal;
};

void PrintTo(const Pair& pair, std::ostream* out) {
  *out << pair.rule << ": " << model::to_json(pair.a) << " and " << model::to_json(pair.b);
}

LeafType list_of(LeafKind kind) { return {.path = {}, .kind = kind, .is_list = true}; }
LeafType ordered(LeafKind kind) { return {.path = {}, .kind = kind, .is_list = true, .is_ordered = true}; }
LeafType one(LeafKind kind) { return {.path = {}, .kind = kind}; }
const LeafType kVlans{.path = {}, .kind = VlanSet, .is_list = true};
constexpr std::uint64_t kHuge = 18446744073709551615ULL;

class EqualityRule : public testing::TestWithParam<Pair> {};

TEST_P(EqualityRule, HoldsBothWays) {
  const Pair& pair = GetParam();

  EXPECT_EQ(equal(pair.type, pair.a, pair.b), pair.is_equal);
  EXPECT_EQ(equal(pair.type, pair.b, pair.a), pair.is_equal);
  EXPECT_TRUE(equal(pair.type, pair.a, pair.a));
  EXPECT_EQ(canonical(pair.type, canonical(pair.type, pair.a)), canonical(pair.type, pair.a));
}

INSTANTIATE_TEST_SUITE_P(Numbers, EqualityRule, testing::ValuesIn(std::vector<Pair>{
    {"quoted", one(Unsigned), 65000, "65000", true},
    {"real", one(Unsigned), 65000, 65000.0, true},
    {"quoted real", one(Unsigned), "65000.0", 65000, true},
    {"leading zeros", one(Unsigned), "0065000", 65000, true},
    {"other number", one(Unsigned), 65000, 65001, false},
    {"64 bits", one(Unsigned), kHuge, "18446744073709551615", true},
    {"64 bits stay exact", one(Unsigned), kHuge, "18446744073709551614", false},
    {"negative", one(Signed), -5, "-5", true},
    {"negative real", one(Signed), -5, -5.0, true},
    {"minus zero", one(Decimal), -0.0, 0, true},
    {"decimal64", one(Decimal), "10.0", 10, true},
    {"decimal64 fraction", one(Decimal), "10.50", 10.5, true},
    {"exponent", one(Decimal), "1e3", 1000, true},
    {"plus", one(Signed), "+7", 7, true},
    {"no number", one(Unsigned), "many", 0, false},
    {"empty is not zero", one(Unsigned), "", 0, false},
    {"hexadecimal is text", one(Unsigned), "0x10", 16, false},
    {"infinity is text", one(Decimal), "inf", std::numeric_limits<double>::infinity(), false},
    {"not a number equals itself", one(Decimal), std::nan(""), "NaN", true},
    {"bool is no number", one(Unsigned), true, 1, false}}));

INSTANTIATE_TEST_SUITE_P(Bools, EqualityRule, testing::ValuesIn(std::vector<Pair>{
    {"text", one(Bool), true, "true", true},
    {"capital", one(Bool), true, "True", true},
    {"number", one(Bool), true, 1, true},
    {"number zero", one(Bool), false, 0, true},
    {"quoted number", one(Bool), false, "0", true},
    {"opposite", one(Bool), true, false, false},
    {"opposite text", one(Bool), true, "false", false},
    {"other number", one(Bool), true, 2, false},
    {"other text", one(Bool), true, "yes", false}}));

INSTANTIATE_TEST_SUITE_P(Names, EqualityRule, testing::ValuesIn(std::vector<Pair>{
    {"identity module", one(Identity), "openconfig-bgp-types:L2VPN_EVPN", "L2VPN_EVPN", true},
    {"two modules", one(Identity), "a:L3VRF", "b:L3VRF", true},
    {"case counts", one(Identity), "l3vrf", "L3VRF", false},
    {"numeric tpid", one(Identity), 37120, "37120", true},
    {"enum module", one(Enum), "oc:ACTIVE", "ACTIVE", true},
    {"enum case", one(Enum), "Active", "ACTIVE", false}}));

INSTANTIATE_TEST_SUITE_P(Texts, EqualityRule, testing::ValuesIn(std::vector<Pair>{
    {"same", one(Text), "host1", "host1", true},
    {"trailing space", one(Text), "host1 ", "host1", false},
    {"case", one(Text), "Host1", "host1", false},
    {"colon is no module", one(Text), "a:b", "b", false},
    {"number from a file", one(Text), 40, "40", true},
    {"bool from a file", one(Text), true, "true", true},
    {"zeros count in text", one(Text), "040", 40, false},
    {"absent is not empty here", one(Text), Value(), "", false}}));

INSTANTIATE_TEST_SUITE_P(Unknowns, EqualityRule, testing::ValuesIn(std::vector<Pair>{
    {"unsigned and real", one(Unknown), 7, 7.0, true},
    {"negative", one(Unknown), -7, -7.0, true},
    {"text is no number", one(Unknown), "7", 7, false},
    {"text is no bool", one(Unknown), "true", true, false},
    {"text exact", one(Unknown), "a ", "a", false},
    {"list as set", one(Unknown), ValueList{1, 2.0}, ValueList{2, 1}, true},
    {"one-member list is no scalar", one(Unknown), ValueList{1}, 1, false}}));

INSTANTIATE_TEST_SUITE_P(Lists, EqualityRule, testing::ValuesIn(std::vector<Pair>{
    {"order", list_of(Text), ValueList{"a", "b"}, ValueList{"b", "a"}, true},
    {"repetition", list_of(Text), ValueList{"a", "a", "b"}, ValueList{"a", "b"}, true},
    {"member more", list_of(Text), ValueList{"a"}, ValueList{"a", "b"}, false},
    {"scalar is a list of one", list_of(Text), "a", ValueList{"a"}, true},
    {"members by kind", list_of(Unsigned), ValueList{"2", 1}, ValueList{1.0, 2}, true},
    {"identities", list_of(Identity), ValueList{"m:IPV4", "IPV6"}, ValueList{"IPV6", "IPV4"}, true},
    {"ordered by user", ordered(Text), ValueList{"a", "b"}, ValueList{"b", "a"}, false},
    {"ordered repetition", ordered(Text), ValueList{"a", "a"}, ValueList{"a"}, false},
    {"ordered same", ordered(Text), ValueList{"a", "b"}, ValueList{"a", "b"}, true},
    {"empty and absent differ here", list_of(Text), ValueList{}, Value(), false}}));

INSTANTIATE_TEST_SUITE_P(Vlans, EqualityRule, testing::ValuesIn(std::vector<Pair>{
    {"ranges", kVlans, ValueList{10, "20..22"}, ValueList{"10", "20", "21..22"}, true},
    {"all", kVlans, ValueList{"1..4094"}, ValueList{"1..999", 1000, "1001..4094"}, true},
    {"overlap", kVlans, ValueList{"10..20", "15..25"}, ValueList{"10..25"}, true},
    {"scalar", kVlans, 10, ValueList{"10"}, true},
    {"scalar range", kVlans, "10..11", ValueList{11, 10}, true},
    {"real", kVlans, ValueList{10.0}, ValueList{10}, true},
    {"one less", kVlans, ValueList{"10..12"}, ValueList{"10..11"}, false},
    {"dash is no range", kVlans, ValueList{"10-12"}, ValueList{10, 11, 12}, false},
    {"strangers are kept", kVlans, ValueList{"ten", 10}, ValueList{10, "ten"}, true},
    {"a stranger counts", kVlans, ValueList{"ten", 10}, ValueList{10}, false},
    {"out of range", kVlans, ValueList{4095}, ValueList{}, false},
    {"backwards", kVlans, ValueList{"12..10"}, ValueList{10, 11, 12}, false}}));

INSTANTIATE_TEST_SUITE_P(Addresses, EqualityRule, testing::ValuesIn(std::vector<Pair>{
    {"IPv6 case and zeros", one(Ip), "2001:DB8:0:0::1", "2001:db8::1", true},
    {"IPv6 zone", one(Ip), "FE80::1%Vlan10", "fe80::1%Vlan10", true},
    {"IPv6 other zone", one(Ip), "fe80::1%Vlan10", "fe80::1%Vlan11", false},
    {"IPv4", one(Ip), "10.0.0.1", "10.0.0.2", false},
    {"interface name instead", one(Ip), "Loopback0", "Loopback0", true},
    {"prefix host bits", one(IpPrefix), "10.0.0.5/24", "10.0.0.0/24", true},
    {"prefix length", one(IpPrefix), "10.0.0.0/24", "10.0.0.0/25", false},
    {"prefix IPv6", one(IpPrefix), "2001:DB8::1/32", "2001:db8::/32", true},
    {"prefix zero", one(IpPrefix), "1.2.3.4/0", "0.0.0.0/0", true},
    {"mac case", one(Mac), "00:1C:73:AB:CD:EF", "00:1c:73:ab:cd:ef", true},
    {"mac dashes", one(Mac), "00-1C-73-AB-CD-EF", "00:1c:73:ab:cd:ef", true},
    {"mac dots", one(Mac), "001c.73ab.cdef", "00:1c:73:ab:cd:ef", true},
    {"mac bare", one(Mac), "001c73abcdef", "00:1c:73:ab:cd:ef", true},
    {"other mac", one(Mac), "00:1c:73:ab:cd:ee", "00:1c:73:ab:cd:ef", false}}));

TEST(CompactVlans, WritesNeighboursAsRanges) {
  const Value compact = compact_vlans(ValueList{"22", 10, "20..21", 4094, "x"});

  EXPECT_EQ(model::to_json(compact), R"([10, "20..22", 4094, "x"])");
}

TEST(CompactVlans, LeavesTheAbsentValueAlone) { EXPECT_TRUE(compact_vlans(Value()).is_absent()); }

TEST(Canonical, LeavesObjectsAlone) {
  const Value entry = model::ValueObject{{"config/name", "a"}};

  EXPECT_EQ(canonical(one(Text), entry), entry);
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text : {"", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/24", "::1::", "Loopback0"}) {
    EXPECT_FALSE(canonical_ip(text)) << text;
  }
  for (const char* text : {"", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "x/24"}) {
    EXPECT_FALSE(canonical_ip_prefix(text)) << text;
  }
  for (const char* text : {"", "00:1c:73:ab:cd", "00:1c:73:ab:cd:ef:00", "00:1c-73:ab:cd:ef", "001c73abcdeg",
                           "00:1c:73:ab:cd:ef:", "0:1c:73:ab:cd:ef", ":::::"}) {
    EXPECT_FALSE(canonical_mac(text)) << text;
  }
}

}  // namespace
}  // namespace dm::schema
