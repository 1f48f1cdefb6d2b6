#include "compare/leaf_verdict.h"

#include <gtest/gtest.h>

namespace dm::compare {
namespace {

using model::DifferenceKind;
using model::Rule;
using model::Value;
using model::ValueList;

struct Case {
  const char* name;
  const char* leaf;           // schema text
  Value default_value;        // absent = the platform has none
  Rule rule;
  std::vector<Value> intended;
  Value current;
  std::optional<DifferenceKind> expected;
};

constexpr const char* kDescription = "/interfaces/interface/config/description";
constexpr const char* kMtu = "/interfaces/interface/routed-vlan/ipv4/config/mtu";
constexpr const char* kEnabled = "/interfaces/interface/config/enabled";
constexpr const char* kTrunk = "/interfaces/interface/aggregation/switched-vlan/config/trunk-vlans";
constexpr const char* kPeerAs = "/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor/config/peer-as";
constexpr const char* kTargets = "/network-instances/network-instance/protocols/protocol/bgp/global/evpn/import-target";

const Case kCases[] = {
    {"same text", kDescription, {}, Rule::Equal, {"host1"}, "host1", {}},
    {"trailing space counts", kDescription, {}, Rule::Equal, {"host1"}, "host1 ", DifferenceKind::Different},
    {"text gone", kDescription, {}, Rule::Equal, {"host1"}, {}, DifferenceKind::Missing},
    {"empty text is gone", kDescription, {}, Rule::Equal, {"host1"}, "", DifferenceKind::Missing},
    {"absent wanted, empty is there", kDescription, {}, Rule::Absent, {}, "", {}},
    {"absent wanted, text is there", kDescription, {}, Rule::Absent, {}, "x", DifferenceKind::Unexpected},
    {"number by value", kMtu, 1500, Rule::Equal, {"9214"}, 9214, {}},
    {"number gone", kMtu, 1500, Rule::Equal, {9214}, {}, DifferenceKind::Missing},
    {"default said aloud", kMtu, 1500, Rule::Equal, {9214}, 1500, DifferenceKind::Different},
    {"default wanted, nothing said", kMtu, 1500, Rule::Equal, {1500}, {}, {}},
    {"absent wanted, default said", kMtu, 1500, Rule::Absent, {}, 1500, {}},
    {"default wanted, other said", kEnabled, true, Rule::Equal, {true}, false, DifferenceKind::Different},
    {"default true, nothing said", kEnabled, true, Rule::Equal, {true}, {}, {}},
    {"VLANs respelled", kTrunk, {}, Rule::Equal, {ValueList{10, "20..22"}}, ValueList{"10", 20, "21..22"}, {}},
    {"VLAN added", kTrunk, {}, Rule::Equal, {ValueList{34}}, ValueList{34, 40}, DifferenceKind::Different},
    {"all VLANs or none said", kTrunk, {}, Rule::OneOf, {{}, ValueList{"1..4094"}}, {}, {}},
    {"all VLANs in pieces", kTrunk, {}, Rule::OneOf, {{}, ValueList{"1..4094"}}, ValueList{"1..10", "11..4094"}, {}},
    {"not all VLANs", kTrunk, {}, Rule::OneOf, {{}, ValueList{"1..4094"}}, ValueList{"1..10"}, DifferenceKind::Different},
    {"may be inherited", kPeerAs, {}, Rule::OneOf, {{}, 65000}, {}, {}},
    {"inherited or this", kPeerAs, {}, Rule::OneOf, {{}, 65000}, 65001, DifferenceKind::Different},
    {"one of, none there", kPeerAs, {}, Rule::OneOf, {65000, 65001}, {}, DifferenceKind::Missing},
    {"set in another order", kTargets, {}, Rule::Set, {ValueList{"1:1", "1:2"}}, ValueList{"1:2", "1:1"}, {}},
    {"set with one more", kTargets, {}, Rule::Set, {ValueList{"1:1"}}, ValueList{"1:2", "1:1"}, DifferenceKind::Different},
    {"set gone", kTargets, {}, Rule::Set, {ValueList{"1:1"}}, {}, DifferenceKind::Missing},
};

TEST(LeafVerdict, FollowsTheTable) {
  for (const Case& c : kCases) {
    const std::uint16_t leaf = schema::find_leaf(c.leaf);
    ASSERT_NE(leaf, 0) << c.leaf;
    const Absence absence{c.default_value.is_absent() ? nullptr : &c.default_value, true};
    const model::Expectation expectation{.path = {}, .rule = c.rule, .values = c.intended, .from = {}};

    EXPECT_EQ(judge_value(schema::leaf_type(leaf), absence, expectation, c.current), c.expected) << c.name;
  }
}

}  // namespace
}  // namespace dm::compare
