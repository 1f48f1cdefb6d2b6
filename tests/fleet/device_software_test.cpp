// A device that runs other software than when it refused something: what it refused is asked for again, on the stream and
// beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fleet/device_modes.h"

namespace dm::fleet {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

// It comes back by itself.
class DeviceSoftware : public DeviceModes {
 protected:
  explicit DeviceSoftware(schema::PathMode mode_of_second = schema::PathMode::OnChange) : DeviceModes(mode_of_second, 1ms) {}

  void tell_software(std::size_t connection, std::uint32_t call, const std::string& version) {
    ::gnmi::CapabilityResponse response;
    response.set_gnmi_version(version);
    say(connection, h2::headers(call, h2::accepted()) + h2::data(call, h2::message(response.SerializeAsString())) + h2::trailers(call, "0"));
  }
  // Until another connection is begun; takes it.
  void wait_for_connection() {
    const std::size_t known = peers_.size();
    net::Timer look(loop_);
    std::function<void()> again = [&] {
      if (peers_.size() > known) return loop_.stop();
      look.after(1ms, again);
    };
    again();
    fakes::run(loop_);
    answer_connection();
  }
};

// The second path is read beside the stream.
class DeviceSoftwareOfReading : public DeviceSoftware {
 protected:
  DeviceSoftwareOfReading() : DeviceSoftware(schema::PathMode::Get) {}
};

TEST_F(DeviceSoftware, AsksForEverythingOnANewStream) {
  refuse_on_stream();  // connection 0; the reading has 1
  answer_connection();
  answer(1, kDomain, "right");
  EXPECT_FALSE(device_->status()->software);
  tell_software(0, 11, "0.7.0");
  ASSERT_TRUE(device_->status()->software);
  EXPECT_EQ(device_->status()->software->gnmi_version, "0.7.0");

  peers_[0]->hang_up();
  wait_for_connection();
  answer(1, kHostname, "right");
  EXPECT_EQ(shown().mode, "get") << "the device has not said yet that it is another one";
  tell_software(2, 3, "0.8.0");
  EXPECT_TRUE(peers_[2]->is_closed);
  wait_for_connection();
  answer(1, kHostname, "right");

  EXPECT_EQ(shown().mode, "on_change");
  EXPECT_EQ(device_->status()->software->gnmi_version, "0.8.0");
}

TEST_F(DeviceSoftwareOfReading, AsksAgainForWhatWasRefusedBesideTheStream) {
  answer(1, kHostname, "right");  // connection 0; the reading has 1
  answer_connection();
  refuse(1, 3, "no such path");
  ASSERT_THAT(device_->status()->quarantined, SizeIs(1));
  tell_software(0, 3, "0.7.0");
  peers_[0]->hang_up();
  wait_for_connection();
  answer(1, kHostname, "right");
  ASSERT_THAT(peers_, SizeIs(3)) << "what is refused is not asked for again so soon";

  tell_software(2, 3, "0.8.0");

  ASSERT_THAT(peers_, SizeIs(4)) << "a reading";
  EXPECT_FALSE(peers_[2]->is_closed) << "the stream has nothing to ask again";
  answer_connection();
  ::gnmi::GetResponse response;
  auto& update = *response.add_notification()->add_update();
  for (const char* name : {"system", "config", "domain-name"}) update.mutable_path()->add_elem()->set_name(name);
  update.mutable_val()->set_string_val("right");
  say(h2::headers(1, h2::accepted()) + h2::data(1, h2::message(response.SerializeAsString())) + h2::trailers(1, "0"));
  EXPECT_THAT(device_->status()->quarantined, IsEmpty());
  EXPECT_EQ(device_->status()->verdict, model::Verdict::InSync);
}

}  // namespace
}  // namespace dm::fleet
