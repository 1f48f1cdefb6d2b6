// A path that the device takes neither as ON_CHANGE nor as SAMPLE, and has no Get for: it is read by Subscribe ONCE, judged,
// and its status says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fleet/device_modes.h"

namespace dm::fleet {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST_F(DeviceModes, SaysAsWhatAPathIsAskedAndWhy) {
  EXPECT_EQ(shown().mode, "on_change");
  refuse(1, 3, "ON_CHANGE Streaming mode invalid for " + kDomain);
  answer(3);
  refuse(5, 3, "ON_CHANGE Streaming mode invalid for " + kDomain);

  EXPECT_EQ(shown().mode, "sample");
  EXPECT_THAT(shown().reason, HasSubstr("the device does not take it as on_change: INVALID_ARGUMENT: ON_CHANGE Streaming mode"));
  EXPECT_EQ(device_->status()->paths->at(0).mode, "on_change");
}

TEST_F(DeviceModes, ReadsWhatIsNotTakenOnTheStream) {
  refuse_on_stream();

  ASSERT_THAT(peers_, SizeIs(2)) << "a connection for the reading";
  EXPECT_EQ(shown().mode, "get");
  EXPECT_THAT(shown().reason, HasSubstr("not as SAMPLE either; not read yet"));
  EXPECT_THAT(device_->monitor().differences(), SizeIs(0)) << "what is not read yet is not missing";
  EXPECT_EQ(device_->status()->verdict, model::Verdict::Degraded);

  answer_connection();
  refuse(1, 12, "no Get here");
  answer(3, kDomain, "wrong");

  EXPECT_EQ(shown().mode, "once");
  EXPECT_THAT(shown().reason, HasSubstr("read by Subscribe ONCE, for the device has no Get: no Get here"));
  ASSERT_THAT(device_->monitor().differences(), SizeIs(1));
  EXPECT_EQ(device_->monitor().differences()[0].path_text, kDomain);
  EXPECT_THAT(device_->status()->quarantined, SizeIs(0));
}

TEST_F(DeviceModes, QuarantinesOnlyWhatCannotBeReadAtAll) {
  refuse_on_stream();
  answer_connection();
  refuse(1, 12, "no Get here");
  refuse(3, 3, "no such path");

  ASSERT_THAT(device_->status()->quarantined, SizeIs(1));
  EXPECT_EQ(device_->status()->quarantined[0].path, kDomain);
  EXPECT_EQ(device_->status()->quarantined[0].message, "no such path");
  EXPECT_THAT(device_->monitor().differences(), SizeIs(0));
}

TEST_F(DeviceModes, TriesTheConfiguredModeOnRequest) {
  refuse_on_stream();
  device_->retry_now();
  loop_.post([this] { loop_.stop(); });
  fakes::run(loop_);

  answer_connection();
  answer(1, kHostname, "right");

  EXPECT_EQ(shown().mode, "on_change");
  EXPECT_EQ(shown().reason, "");
}

}  // namespace
}  // namespace dm::fleet
