#include "gnmi/spelling.h"

#include <gtest/gtest.h>

#include <google/protobuf/text_format.h>

#include "gnmi.pb.h"

namespace dm::gnmi {
namespace {

std::string bytes(const std::string& text) {
  ::gnmi::Path path;
  const bool is_text = google::protobuf::TextFormat::ParseFromString(text, &path);
  EXPECT_TRUE(is_text) << text;
  return path.SerializeAsString();
}

TEST(Spelling, IsWhatTheDeviceWrote) {
  EXPECT_EQ(spelling("", bytes(R"(origin: "openconfig" elem { name: "oc-if:interfaces" } elem { name: "interface" key { key: "name" value: "Et1/1" } })")),
            "openconfig:/oc-if:interfaces/interface[name=Et1/1]");
  EXPECT_EQ(spelling(bytes(R"(elem { name: "a" })"), bytes(R"(elem { name: "b" key { key: "y" value: "2" } key { key: "x" value: "1" } })")),
            "/a + /b[x=1][y=2]");
  EXPECT_EQ(spelling("", bytes(R"(element: "interfaces" element: "interface[name=e1]")")), "/interfaces/interface[name=e1]");
}

TEST(Spelling, IsEmptyForBytesThatAreNoPath) {
  EXPECT_EQ(spelling("", "\x1a\xff"), "");
  EXPECT_EQ(spelling("", std::string("\x1a\x02\x0a\x05", 4)), "");
}

}  // namespace
}  // namespace dm::gnmi
