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

// The text of a path has to mean the path: names with several colons, and odd origins, did not.
TEST(PathText, IsTheSamePathWhenReadAgain) {
  for (const char* text : {"/a:b:c/d", "/a[x:y:k=v]", "eos_native:/Sysdb/2001:db8::1/x", "eos_native:/a[x:k=v]", "/a[ x: k =v]", ":/a", "/a/b:/c:d"}) {
    const auto path = parse_path(text);
    if (!path) continue;
    EXPECT_EQ(*parse_path(to_text(*path)), *path) << text;
  }
  EXPECT_EQ(canonical("/a:b:c/d"), "/c/d");
  EXPECT_EQ(canonical("eos_native:/Sysdb/2001:db8::1"), "eos_native:/Sysdb/2001:db8::1");
  EXPECT_EQ(canonical("a]b:/c"), "error: path 'a]b:/c': a path starts with '/' (character 1)");
  EXPECT_EQ(canonical("a:b:/c"), "error: path 'a:b:/c': a path starts with '/' (character 1)");
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

TEST(PathMatch, AnyDepthTakesWhatStandsBetweenWhereItFirstFits) {
  EXPECT_EQ(match_texts("/**/b/**/c", "/a/b/x/b/c"), Match::Exact);
  EXPECT_EQ(match_texts("/**/b/**/c", "/a/b/c/d"), Match::Descendant);
  EXPECT_EQ(match_texts("/**/b/c/**/b/d", "/b/c/b/c/b/d"), Match::Exact);
  EXPECT_EQ(match_texts("/**/b/**/c", "/a/c/b"), Match::Ancestor);
  EXPECT_EQ(match_texts("/.../.../a", "/a"), Match::Exact);
  EXPECT_EQ(match_texts("/a/...", "/a"), Match::Descendant);
  EXPECT_EQ(match_texts("/a/.../b", "/x"), Match::None);
}

// A device may send such a delete; with a search for every way to share the path out, it would hold its shard
// for longer than anybody lives.
TEST(PathMatch, ManyAnyDepthsAreAnsweredAtOnce) {
  std::string pattern, path;
  for (int i = 0; i < 31; ++i) pattern += "/.../a";
  for (int i = 0; i < 63; ++i) path += "/a";

  EXPECT_EQ(match_texts(pattern + "/.../b", path), Match::Ancestor);
  EXPECT_EQ(match_texts(pattern + "/.../b", path + "/b"), Match::Exact);
}

TEST(PathMatch, OriginsAreSeparateTrees) {
  EXPECT_EQ(match_texts("eos_native:/a", "/a"), Match::None);
}

}  // namespace
}  // namespace dm::model
