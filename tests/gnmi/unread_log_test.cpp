#include "gnmi/unread_log.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace dm::gnmi {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What is logged, line by line.
struct Desk {
  core::Logger log{core::LogLevel::Warning, core::LogFormat::Text};
  model::PathTable paths{nullptr};
  model::UpdateBatch batch;
  UnreadLog unread;

  void lose(model::UnreadKind kind, const std::string& leaf) {
    batch.lose(kind, paths.intern(*model::parse_path(leaf)), std::nullopt);
  }
  std::string said() {
    ::testing::internal::CaptureStderr();
    unread.say(batch, paths, "leaf1", log);
    batch.clear();
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST(UnreadLog, NamesDevicePathAndCureOnce) {
  Desk desk;
  desk.lose(model::UnreadKind::ValueBytes, "/a");
  EXPECT_THAT(desk.said(), AllOf(HasSubstr("leaf1: /a cannot be read"), HasSubstr("limits.value_bytes")));

  desk.lose(model::UnreadKind::ValueBytes, "/a");
  EXPECT_THAT(desk.said(), IsEmpty());
  desk.lose(model::UnreadKind::Form, "/a");
  EXPECT_THAT(desk.said(), HasSubstr("any_val"));
}

TEST(UnreadLog, NamesTheGapOfWhatHasNoLeaf) {
  Desk desk;
  desk.batch.lose(model::UnreadKind::ListKeys, model::kNoPath, *model::parse_path("/x/y"));

  EXPECT_THAT(desk.said(), HasSubstr("leaf1: /x/y cannot be read"));
}

TEST(UnreadLog, IsBounded) {
  Desk desk;
  std::string all;
  for (int i = 0; i < 200; ++i) {
    desk.lose(model::UnreadKind::Text, fmt::format("/a{}", i));
    all += desk.said();
  }

  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), static_cast<long>(UnreadLog::kMost + 1));
  EXPECT_THAT(all, HasSubstr("counted, not listed"));
}

}  // namespace
}  // namespace dm::gnmi
