#include "config/checks.h"

#include <gtest/gtest.h>

namespace dm::config {
namespace {

TEST(UrlMistake, TakesHttpAndHttps) {
  for (const char* url : {"http://netbox", "https://netbox.example:8443/base/", "http://[2001:db8::1]:80/", "http://10.0.0.1",
                          "http://kestra:8080/api/v1/main/executions/webhook/ns/flow/{key}?a=b#c", "http://h_1-x."}) {
    EXPECT_EQ(url_mistake(url), std::nullopt) << url;
  }
}

TEST(UrlMistake, NamesTheMistake) {
  const std::pair<const char*, const char*> kUrls[] = {
      {"netbox", "expected http://... or https://..."},
      {"", "expected http://... or https://..."},
      {"ftp://h", "expected http://... or https://..."},
      {"http://", "names no host"},
      {"http://:80", "names no host"},
      {"http:///x", "names no host"},
      {"http://h:0", "its port is no number from 1 to 65535"},
      {"http://h:x", "its port is no number from 1 to 65535"},
      {"http://h:65536", "its port is no number from 1 to 65535"},
      {"http://u:p@h", "holds a user name or password; they have keys of their own"},
      {"http://h /x", "holds a blank or control character"},
      {"http://h\n", "holds a blank or control character"},
      {"http://[::1", "names no host"},
      {"http://[nonsense]", "its host is neither a name nor an address (IPv6 is written in brackets)"},
      {"http://h{x}", "its host is neither a name nor an address (IPv6 is written in brackets)"},
  };
  for (const auto& [url, wanted] : kUrls) EXPECT_EQ(url_mistake(url), wanted) << url;
}

TEST(DeviceAddressMistake, TakesEveryForm) {
  for (const char* address : {"leaf1", "leaf1:6030", "10.0.0.1", "10.0.0.1:57400", "[2001:db8::1]", "[2001:db8::1]:6030",
                              "2001:db8::1", "fe80::1", "leaf1.dc_1.example-net"}) {
    EXPECT_EQ(device_address_mistake(address), std::nullopt) << address;
  }
}

TEST(DeviceAddressMistake, RefusesTheRest) {
  for (const char* address : {"leaf1:", "leaf1:0", "leaf1:70000", "leaf1:grpc", ":6030", "[leaf1]:6030", "[::1", "[::1]6030",
                              "http://leaf1", "leaf 1", "u@leaf1", "2001:db8:::1"}) {
    EXPECT_NE(device_address_mistake(address), std::nullopt) << address;
  }
  EXPECT_EQ(device_address_mistake("leaf1:0"),
            "'leaf1:0' its port is no number from 1 to 65535; write host, host:port, [IPv6] or [IPv6]:port");
}

TEST(ParseListen, TellsLoopbackFromTheRest) {
  const std::pair<const char*, bool> kListens[] = {
      {"127.0.0.1:8080", true}, {"127.1.2.3:0", true},   {"localhost:80", true}, {"[::1]:8080", true},
      {"0.0.0.0:8080", false},  {":8080", false},        {"[::]:8080", false},   {"10.0.0.1:8080", false},
      {"127.evil.example:80", false}, {"host:8080", false},
  };
  for (const auto& [listen, is_loopback] : kListens) {
    const auto parsed = parse_listen(listen);
    ASSERT_TRUE(parsed) << listen;
    EXPECT_EQ(parsed->is_loopback, is_loopback) << listen;
  }
}

TEST(ParseListen, RefusesTheRest) {
  for (const char* listen : {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "[::1]", "::1:8080", "[x]:80", "a b:80"}) {
    EXPECT_FALSE(parse_listen(listen)) << listen;
  }
}

TEST(HeaderMistake, GuardsAgainstSmuggledLines) {
  EXPECT_EQ(header_mistake("X-Api-Key", "a b"), std::nullopt);
  EXPECT_EQ(header_mistake("X Api", "a"), "is no header name");
  EXPECT_EQ(header_mistake("", "a"), "is no header name");
  EXPECT_EQ(header_mistake("X", "a\r\nY: b"), "its value holds a line break or control character");
}

}  // namespace
}  // namespace dm::config
