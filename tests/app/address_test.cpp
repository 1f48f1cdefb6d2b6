#include <gtest/gtest.h>

#include "app/device_specs.h"

namespace dm::app {
namespace {

TEST(Address, EveryFormGivesHostAndPort) {
  EXPECT_EQ(*parse_address("172.16.0.25", 6030), (HostPort{"172.16.0.25", 6030}));
  EXPECT_EQ(*parse_address("leaf1:57400", 6030), (HostPort{"leaf1", 57400}));
  EXPECT_EQ(*parse_address("[2001:db8::1]:57400", 6030), (HostPort{"2001:db8::1", 57400}));
  EXPECT_EQ(*parse_address("[2001:db8::1]", 6030), (HostPort{"2001:db8::1", 6030}));
  EXPECT_EQ(*parse_address("2001:db8::1", 6030), (HostPort{"2001:db8::1", 6030}));
}

TEST(Address, MistakesAreNamed) {
  EXPECT_FALSE(parse_address("leaf1:0", 6030));
  EXPECT_FALSE(parse_address("leaf1:port", 6030));
  EXPECT_FALSE(parse_address("leaf1:70000", 6030));
  EXPECT_FALSE(parse_address("[2001:db8::1", 6030));
  EXPECT_FALSE(parse_address(":6030", 6030));
}

}  // namespace
}  // namespace dm::app
