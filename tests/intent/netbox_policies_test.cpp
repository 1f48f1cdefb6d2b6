// Row 35: policies of BGP sessions and of their peer groups, in the ways that releases of netbox-bgp give them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox_face.h"
#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using model::Value;
using model::ValueList;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

const std::string kBgp = "/network-instances/network-instance[name=default]/protocols/protocol[identifier=BGP][name=BGP]/bgp";
const std::string kNeighbor = kBgp + "/neighbors/neighbor[neighbor-address=10.0.0.2]/apply-policy/config";
const std::string kGroup = kBgp + "/peer-groups/peer-group[peer-group-name=underlay]/apply-policy/config";

const Brief kIn = Lab::brief(1, "IN"), kOut = Lab::brief(2, "OUT"), kOwn = Lab::brief(3, "OWN");

// One session in the group `underlay`.
struct GroupLab : Lab {
  GroupLab() {
    session("10.0.0.2/31", 65002).peer_group = brief(1, "underlay");
    peer_group(1, "underlay");
  }
  SessionRow& member() { return tables.sessions[0]; }
  PeerGroupRow& group() { return tables.peer_groups[0]; }
};

TEST(Policies, OfASessionWithoutGroupAreASet) {
  Lab lab;
  lab.session("10.0.0.2/31", 65002).import_policies = {kIn};
  lab.tables.sessions[0].export_policies = {kOut, kOwn};
  lab.map();
  EXPECT_EQ(lab.at(kNeighbor + "/import-policy"), set_of({"IN"}));
  EXPECT_EQ(lab.at(kNeighbor + "/export-policy"), set_of({"OUT", "OWN"}));
  EXPECT_EQ(lab.from(kNeighbor + "/export-policy"), "netbox_bgp.bgpsession:700 export_policies");
}

TEST(Policies, NoneAnywhereAreNotCompared) {
  GroupLab lab;
  lab.map();
  EXPECT_EQ(lab.at(kNeighbor + "/import-policy"), "-");
  EXPECT_EQ(lab.at(kGroup + "/import-policy"), "-");
}

// netbox-bgp up to 0.16 lists the group's at the session too; later releases do not.
TEST(Policies, OfAGroupAreExpectedAtTheGroupWhetherItsSessionsRepeatThemOrNot) {
  for (const bool is_merged : {false, true}) {
    GroupLab lab;
    lab.group().import_policies = {kIn};
    if (is_merged) lab.member().import_policies = {kIn};
    lab.map();
    EXPECT_EQ(lab.at(kGroup + "/import-policy"), set_of({"IN"}));
    EXPECT_EQ(lab.from(kGroup + "/import-policy"), "netbox_bgp.bgppeergroup:1 import_policies");
    EXPECT_EQ(lab.at(kNeighbor + "/import-policy"), one_of({Value(), ValueList{"IN"}}));  // inherited, or written again
    EXPECT_EQ(lab.at(kNeighbor + "/export-policy"), "-");
    EXPECT_EQ(lab.at(kGroup + "/export-policy"), "-");
  }
}

TEST(Policies, OfAMemberStandAloneOrWithThoseOfItsGroupInAnyOrder) {
  for (const bool is_merged : {false, true}) {
    GroupLab lab;
    lab.group().import_policies = {kIn};
    lab.member().import_policies = {kOwn};
    if (is_merged) lab.member().import_policies.push_back(kIn);
    lab.map();
    EXPECT_EQ(lab.at(kNeighbor + "/import-policy"), one_of({ValueList{"OWN"}, ValueList{"IN", "OWN"}, ValueList{"OWN", "IN"}}));
    EXPECT_EQ(lab.from(kNeighbor + "/import-policy"), "netbox_bgp.bgpsession:700 import_policies");
  }
}

TEST(Policies, OfAMemberWhoseGroupHasNoneAreItsOwn) {
  GroupLab lab;
  lab.member().import_policies = {kOwn};
  lab.map();
  EXPECT_EQ(lab.at(kNeighbor + "/import-policy"), set_of({"OWN"}));
  EXPECT_EQ(lab.at(kGroup + "/import-policy"), "-");
}

TEST(Policies, AreExpectedAtEachMemberWhereThatIsSet) {
  GroupLab lab;
  lab.options.names.group_policies = config::PoliciesAt::Neighbor;
  lab.group().import_policies = {kIn};
  lab.member().import_policies = {kOwn};
  lab.map();
  EXPECT_EQ(lab.at(kNeighbor + "/import-policy"), set_of({"IN", "OWN"}));
  EXPECT_EQ(lab.at(kGroup + "/import-policy"), "-");
}

TEST(Policies, WithoutTheGroupAreNotComparedAndItIsSaid) {
  GroupLab lab;
  lab.tables.peer_groups.clear();
  lab.member().import_policies = {kIn};
  lab.map();
  EXPECT_EQ(lab.at(kNeighbor + "/import-policy"), "-");
  EXPECT_THAT(lab.loaded.devices.at(0)->not_compared,
              Contains(Pair(HasSubstr("neighbor/apply-policy/config/import-policy"), "NetBox does not show the peer group of a session")));
}

TEST(Policies, OfAGroupOfPlannedOrIgnoredSessionsAreNotDemanded) {
  GroupLab lab;
  lab.group().import_policies = {kIn};
  lab.member().status = "planned";
  lab.map();
  EXPECT_EQ(lab.at(kGroup + "/import-policy"), "-");
  lab.member().status = "active";
  lab.member().custom_fields["drift_policy"] = Value("ignore");
  lab.map();
  EXPECT_EQ(lab.at(kGroup + "/import-policy"), "-");
}

TEST(Policies, TooManyToTryEveryOrderAreNotCompared) {
  GroupLab lab;
  for (std::uint64_t id = 10; id < 15; ++id) lab.group().import_policies.push_back(Lab::brief(id, "P" + std::to_string(id)));
  lab.map();
  EXPECT_EQ(lab.at(kGroup + "/import-policy"), set_of({"P10", "P11", "P12", "P13", "P14"}));
  EXPECT_EQ(lab.at(kNeighbor + "/import-policy"), "-");
  EXPECT_THAT(lab.loaded.devices.at(0)->not_compared, Contains(Pair(HasSubstr("neighbor/apply-policy/config/import-policy"), HasSubstr("more than 4"))));
}

// Rows as netbox-bgp 0.17 gives them, and one with a policy.
TEST(Policies, ReadThePluginsPeerGroups) {
  const auto recorded = read_page<PeerGroupRow>(testing_support::netbox_file("paged50/plugins_bgp_peer-group_p1.json"));
  ASSERT_TRUE(recorded) << recorded.error().message;
  ASSERT_EQ(recorded->rows.size(), 3U);
  EXPECT_EQ(recorded->rows[0].name, "evpn");
  EXPECT_THAT(recorded->rows[0].import_policies, testing::IsEmpty());
  EXPECT_THAT(recorded->rows[0].wrong_fields, testing::IsEmpty());

  const auto page = read_page<PeerGroupRow>(R"({"count":1,"next":null,"results":[{"id":1,"name":"underlay",
      "import_policies":[{"id":4,"url":"https://n/api/plugins/bgp/routing-policy/4/","display":"RM-IN","name":"RM-IN","description":""}]}]})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows[0].import_policies[0].name, "RM-IN");
}

}  // namespace
}  // namespace dm::intent::netbox
