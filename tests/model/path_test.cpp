#include "model/path.h"

#include <gtest/gtest.h>

namespace dm::model {
namespace {

std::string canonical(std::string_view text) {
  const auto path = parse_path(text);
  return path ? to_text(*path) : "error: " + path.error().message;
}

TEST(PathText, CanonicalFormIsAFixedPoint) {
  for (const char* text :
       {"/interfaces/interface[name=Ethernet1/1]/config/mtu", "/a/b[k=x\\]y\\\\z]/c", "/",
        "/network-instances/network-instance[name=default]/protocols/protocol[identifier=BGP][name=BGP]",
        "eos_native:/Sysdb/interface/config"}) {
    EXPECT_EQ(canonical(text), text);
  }
}

TEST(PathText, ReadsWhatOthersWrite) {
  EXPECT_EQ(canonical("/oc-if:interfaces/interface[name=Vxlan1]/arista-exp-eos-vxlan:arista-vxlan"),
            "/interfaces/interface[name=Vxlan1]/arista-vxlan");
  EXPECT_EQ(canonical("/a/b[z=1][c=2]"), "/a/b[c=2][z=1]");
  EXPECT_EQ(canonical("/a/b[k=\\/x\\=y]"), "/a/b[k=/x=y]");
  EXPECT_EQ(canonical("openconfig:/a/b"), "/a/b");
  EXPECT_EQ(canonical("/a/address[ip=2001:db8::1]"), "/a/address[ip=2001:db8::1]");
}

TEST(PathText, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(canonical("a/b"), "error: path 'a/b': a path starts with '/' (character 1)");
  EXPECT_EQ(canonical("/a//b"), "error: path '/a//b': an element without a name (character 4)");
  EXPECT_EQ(canonical("/a[k=v"), "error: path '/a[k=v': '[' without ']' (character 7)");
  EXPECT_EQ(canonical("/a[k]"), "error: path '/a[k]': a key is written [name=value] (character 5)");
  EXPECT_EQ(canonical("/a[k=1][k=2]"), "error: path '/a[k=1][k=2]': a key written twice (character 13)");
}

Match match_texts(std::string_view pattern, std::string_view path) {
  return match(*parse_path(pattern), *parse_path(path));
}

TEST(PathMatch, NamesAncestorsAndDescendants) {
  EXPECT_EQ(match_texts("/a/b", "/a/b"), Match::Exact);
  EXPECT_EQ(match_texts("/a/b", "/a/b/c"), Match::Descendant);
  EXPECT_EQ(match_texts("/a/b/c", "/a/b"), Match::Ancestor);
  EXPECT_EQ(match_texts("/a/x", "/a/b"), Match::None);
}

TEST(PathMatch, LeftOutKeysAndStarsMeanAny) {
  const char* vlan = "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=40]/config/name";
  EXPECT_EQ(match_texts("/network-instances/network-instance/vlans/vlan/config", vlan), Match::Descendant);
  EXPECT_EQ(match_texts("/network-instances/network-instance[name=*]/vlans", vlan), Match::Descendant);
  EXPECT_EQ(match_texts("/network-instances/network-instance[name=gold]/vlans", vlan), Match::None);
  EXPECT_EQ(match_texts("/network-instances/**/config/name", vlan), Match::Exact);
  EXPECT_EQ(match_texts("/network-instances/**/bgp/**", vlan), Match::Ancestor);
  EXPECT_EQ(match_texts("/interfaces/interface[name=Eth*]", "/interfaces/interface[name=Ethernet1]"), Match::Exact);
}

TEST(PathMatch, OriginsAreSeparateTrees) {
  EXPECT_EQ(match_texts("eos_native:/a", "/a"), Match::None);
}

}  // namespace
}  // namespace dm::model
