#include "gnmi/recording_survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "gnmi/recording.h"
#include "gnmi/recording_note.h"
#include "core/text.h"
#include "gnmi/wire_oracle.h"

namespace dm::gnmi::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr const char* kProfile = R"(
schema: drift-monitor/profile/v1
name: test
paths:
  - { area: interfaces, path: /interfaces/interface/config }
  - { area: vlans, path: /network-instances/network-instance/vlans/vlan/config }
  - { area: mlag, path: /arista/eos/mlag, mode: get }
  - { area: system, path: /system/config, mode: off }
defaults:
  /interfaces/interface/config/enabled: true
aliases:
  - { from: "/ports/port[name=*]", to: "/interfaces/interface[name=*]" }
)";

class SurveyTest : public ::testing::Test {
 protected:
  SurveyTest() : writer_(std::move(*RecordingWriter::create(file_))) {}
  ~SurveyTest() override { std::filesystem::remove(file_); }

  void note(decltype(RecordingNote::what) what) { append(to_record({.at = {}, .what = std::move(what)})); }
  void append(const std::string& record) { ASSERT_TRUE(writer_.append(as_bytes(record))); }
  // One update of a text leaf; elements "name" or "name|key|value".
  static ::gnmi::Notification leaf(const std::vector<std::string>& elements, const std::string& value, const std::string& origin = "") {
    ::gnmi::Notification notification;
    auto& update = *notification.add_update();
    update.mutable_path()->set_origin(origin);
    for (const std::string& element : elements) {
      const auto parts = core::split(element, '|');
      auto& added = *update.mutable_path()->add_elem();
      added.set_name(std::string(parts[0]));
      if (parts.size() == 3) (*added.mutable_key())[std::string(parts[1])] = std::string(parts[2]);
    }
    update.mutable_val()->set_string_val(value);
    return notification;
  }
  void say(const std::vector<std::string>& elements, const std::string& value, const std::string& origin = "") {
    ::gnmi::SubscribeResponse response;
    *response.mutable_update() = leaf(elements, value, origin);
    append(response.SerializeAsString());
  }
  Survey made() {
    const auto profile = schema::parse_profile(kProfile, "test.yaml");
    EXPECT_THAT(profile.errors, IsEmpty());
    auto result = survey(*profile.profile, {file_}, core::Limits{});
    EXPECT_TRUE(result);
    return std::move(*result);
  }

  std::string file_ = (std::filesystem::temp_directory_path() /
                       ("dm-survey-" + std::to_string(::getpid()) + "-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))))
                          .string();
  RecordingWriter writer_;
};

TEST_F(SurveyTest, CountsWhatEachPathGot) {
  say({"interfaces", "interface|name|eth1", "config", "description"}, "a");
  say({"interfaces", "interface|name|eth1", "config", "description"}, "b");
  say({"interfaces", "interface|name|eth1", "config", "enabled"}, "true");
  say({"interfaces", "interface|name|eth2", "config", "enabled"}, "false");
  say({"interfaces", "interface|name|eth2", "config", "colour"}, "red");

  const Survey survey = made();

  const PathSurvey& interfaces = survey.paths[0];
  EXPECT_EQ(interfaces.leaves, 4U);
  EXPECT_EQ(interfaces.config_leaves, 4U);
  EXPECT_EQ(interfaces.unknown, 1U);
  EXPECT_EQ(interfaces.at_default, 1U);
  EXPECT_EQ(survey.messages, 5U);
  EXPECT_THAT(survey.unknown_leaves, ElementsAre(Pair("/interfaces/interface/config/colour", 1)));
}

TEST_F(SurveyTest, SaysWhichPathsGotNothingAndWhatCameInstead) {
  say({"vlans", "vlan|id|10", "config", "name"}, "PROD");
  say({"System", "bd-items"}, "x", "device");

  const Survey survey = made();

  EXPECT_TRUE(survey.paths[1].is_silent());
  EXPECT_EQ(survey.paths[1].nearest, "/vlans/vlan/config/name");
  EXPECT_TRUE(survey.paths[0].is_silent());
  EXPECT_EQ(survey.paths[0].nearest, "");
  EXPECT_FALSE(survey.paths[3].is_silent());  // off
  EXPECT_THAT(survey.not_asked_for, ElementsAre(Pair("/vlans/vlan/config/name", 1)));
  EXPECT_THAT(survey.unknown_lists, ElementsAre(Pair("/vlans/vlan[id]", 1)));
  EXPECT_THAT(survey.other_origins, ElementsAre(Pair("device", 1)));
}

TEST_F(SurveyTest, SaysWhatAnAliasRenamed) {
  say({"ports", "port|name|eth1", "config", "description"}, "a");

  const Survey survey = made();

  EXPECT_EQ(survey.paths[0].leaves, 1U);
  EXPECT_THAT(survey.renamed, ElementsAre(Pair("/ports/port/config/description -> /interfaces/interface/config/description", 1)));
}

TEST_F(SurveyTest, ReadsAnswersOfGetAndSaysWhatFailed) {
  ::gnmi::GetResponse response;
  *response.add_notification() = leaf({"arista", "eos", "mlag", "config", "domain-id"}, "mlag");
  note(GetFailure{"/arista/eos/mlag", "UNAVAILABLE"});
  note(GetAnswer{"/arista/eos/mlag", response.SerializeAsString()});
  note(PathsRefused{{"/interfaces/interface/config"}});
  note(StreamLost{"EOF"});

  const Survey survey = made();

  EXPECT_EQ(survey.paths[2].leaves, 1U);
  EXPECT_EQ(survey.paths[2].failure, "");
  EXPECT_TRUE(survey.paths[0].is_refused);
  EXPECT_EQ(survey.answers, 1U);
  EXPECT_THAT(survey.troubles, ElementsAre("a stream was lost: EOF"));
}

TEST_F(SurveyTest, ReadsWhatASubscribeOnceBroughtAsOneAnswer) {
  ::gnmi::SubscribeResponse part, sync;
  *part.mutable_update() = leaf({"arista", "eos", "mlag", "config", "domain-id"}, "mlag");
  sync.set_sync_response(true);
  note(OncePart{"/arista/eos/mlag", part.SerializeAsString()});
  note(OncePart{"/arista/eos/mlag", sync.SerializeAsString()});

  const Survey survey = made();

  EXPECT_EQ(survey.paths[2].leaves, 1U);
  EXPECT_EQ(survey.answers, 1U);
  EXPECT_EQ(survey.syncs, 0U) << "no dump of a stream";
  EXPECT_EQ(survey.messages, 0U);
}

TEST_F(SurveyTest, KeepsTheReasonOfAPathThatWasNeverRead) {
  note(GetFailure{"/arista/eos/mlag", "UNIMPLEMENTED"});

  EXPECT_EQ(made().paths[2].failure, "UNIMPLEMENTED");
}

TEST_F(SurveyTest, NeedsAFileThatCanBeRead) {
  const auto profile = schema::parse_profile(kProfile, "test.yaml");

  EXPECT_FALSE(survey(*profile.profile, {"/nonexistent"}, core::Limits{}));
}

}  // namespace
}  // namespace dm::gnmi::testing
