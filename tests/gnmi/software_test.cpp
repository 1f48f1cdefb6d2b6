#include "gnmi/software.h"

#include <gmock/gmock.h>
#include <gnmi.pb.h>
#include <gtest/gtest.h>

#include <set>

#include "gnmi/software_watch.h"

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;

::gnmi::CapabilityResponse answer() {
  ::gnmi::CapabilityResponse response;
  for (const char* name : {"openconfig-interfaces", "openconfig-bgp"}) {
    auto& model = *response.add_supported_models();
    model.set_name(name);
    model.set_organization("OpenConfig working group");
    model.set_version("2.0.0");
  }
  response.add_supported_encodings(::gnmi::JSON);
  response.add_supported_encodings(::gnmi::JSON_IETF);
  response.set_gnmi_version("0.7.0");
  return response;
}

Software read(const ::gnmi::CapabilityResponse& response) {
  const auto software = read_software(response.SerializeAsString());
  EXPECT_TRUE(software);
  return software ? *software : Software{};
}

TEST(Software, IsWhatTheAnswerToCapabilitiesSays) {
  const Software software = read(answer());

  EXPECT_EQ(software.gnmi_version, "0.7.0");
  EXPECT_EQ(software.models, 2U);
  EXPECT_EQ(software.fingerprint.size(), 16U);
  EXPECT_EQ(to_text(software), "gNMI 0.7.0, 2 models, fingerprint " + software.fingerprint);
}

TEST(Software, IsTheSameInAnyOrderAndWithRepetitions) {
  ::gnmi::CapabilityResponse other;
  for (const int i : {1, 0, 1}) *other.add_supported_models() = answer().supported_models(i);
  other.add_supported_encodings(::gnmi::JSON_IETF);
  other.add_supported_encodings(::gnmi::JSON);
  other.set_gnmi_version("0.7.0");

  EXPECT_EQ(read(other), read(answer()));
}

TEST(Software, IsTheSameWithEncodingsOneByOne) {
  std::string bytes = answer().SerializeAsString();
  const std::string packed("\x12\x02\x00\x04", 4), one_by_one("\x10\x04\x10\x00", 4);
  ASSERT_NE(bytes.find(packed), std::string::npos);
  bytes.replace(bytes.find(packed), packed.size(), one_by_one);

  EXPECT_EQ(*read_software(bytes), read(answer()));
}

TEST(Software, EveryPartTellsTwoVersionsApart) {
  const auto changed = [](auto change) {
    ::gnmi::CapabilityResponse response = answer();
    change(response);
    return read(response).fingerprint;
  };

  const std::vector<std::string> all{
      changed([](auto&) {}),
      changed([](auto& r) { r.set_gnmi_version("0.8.0"); }),
      changed([](auto& r) { r.add_supported_encodings(::gnmi::PROTO); }),
      changed([](auto& r) { r.mutable_supported_models()->RemoveLast(); }),
      changed([](auto& r) { r.mutable_supported_models(0)->set_version("2.0.1"); }),
      changed([](auto& r) { r.mutable_supported_models(0)->set_organization("vendor"); }),
      changed([](auto& r) {
        r.mutable_supported_models(0)->set_organization("vendor2.0.0");
        r.mutable_supported_models(0)->clear_version();
      }),
      changed([](auto& r) { r.Clear(); })};

  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

TEST(Software, MalformedAnswersSayNothing) {
  const std::string good = answer().SerializeAsString();

  EXPECT_FALSE(read_software(good.substr(0, good.size() - 1)));
  EXPECT_FALSE(read_software(std::string("\x0a\x02\x0a\x05", 4))) << "a model beyond its end";
  EXPECT_FALSE(read_software(std::string("\x12\x01\x80", 3))) << "half an encoding";
  EXPECT_FALSE(read_software(std::string("\x12\x0b") + std::string(11, '\x80'))) << "an encoding without end";
}

TEST(Software, ShowsAVersionThatIsNoText) {
  ::gnmi::CapabilityResponse response;
  response.set_gnmi_version("\x01" + std::string(1000, 'x'));
  EXPECT_EQ(to_text(read({})).find("gNMI of no version, 0 models, "), 0U);
  EXPECT_LE(read(response).gnmi_version.size(), 80U);
  EXPECT_EQ(read(response).gnmi_version.find('\x01'), std::string::npos);
}

struct Watch {
  SoftwareWatch watch;
  core::SteadyTime now{1h};

  // A connection on which the device answers so, if it is asked. True: the software has changed.
  bool connect(const std::string& version) {
    watch.begin_connection();
    return watch.asks() && watch.hear({version, 1, version}, now);
  }
};

TEST(SoftwareWatch, NeverAsksADeviceThatTakesEverything) {
  SoftwareWatch watch;
  watch.begin_connection();
  EXPECT_FALSE(watch.asks());
}

TEST(SoftwareWatch, AsksOncePerConnection) {
  SoftwareWatch watch;
  watch.want();

  EXPECT_TRUE(watch.asks());
  EXPECT_FALSE(watch.asks());
  watch.begin_connection();
  EXPECT_TRUE(watch.asks());
}

TEST(SoftwareWatch, TellsAChangeAndWhatWasBefore) {
  Watch lab;
  lab.watch.want();

  EXPECT_FALSE(lab.connect("A")) << "the first answer is no change";
  EXPECT_FALSE(lab.connect("A"));
  lab.watch.begin_connection();
  EXPECT_EQ(lab.watch.hear({"B", 1, "B"}, lab.now)->gnmi_version, "A");
  EXPECT_EQ(lab.watch.last()->gnmi_version, "B");
}

TEST(SoftwareWatch, AnswersThatAlwaysDifferChangeNothingMoreThanNowAndThen) {
  Watch lab;
  lab.watch.want();
  lab.connect("A");

  EXPECT_TRUE(lab.connect("B"));
  EXPECT_FALSE(lab.connect("A"));
  EXPECT_FALSE(lab.connect("B"));
  EXPECT_FALSE(lab.connect("A"));
  lab.now += SoftwareWatch::kLeastChange;
  EXPECT_TRUE(lab.connect("A")) << "it has lasted";
}

TEST(SoftwareWatch, IsNotAskedAgainWhereWeMayNot) {
  SoftwareWatch watch;
  watch.want();
  watch.asks();

  watch.refuse();
  watch.begin_connection();

  EXPECT_FALSE(watch.asks());
}

}  // namespace
}  // namespace dm::gnmi
