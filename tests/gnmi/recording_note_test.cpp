#include "gnmi/recording_note.h"

#include <gnmi.pb.h>
#include <gtest/gtest.h>

#include "gnmi/wire_oracle.h"

namespace dm::gnmi::testing {
namespace {

constexpr core::WallTime kAt{std::chrono::seconds(1795132800)};

TEST(RecordingNote, IsReadAsItWasWritten) {
  const RecordingNote notes[] = {
      {kAt, RecordingStart{"0.1.0", "leaf1", "arista-eos", "dut", {{"/interfaces/interface/config", "on_change"}, {"/arista/eos/mlag", "get"}}, std::chrono::seconds(10)}},
      {kAt, StreamBegins{}},
      {kAt, StreamLost{"UNAVAILABLE: EOF"}},
      {kAt, MessageFollows{}},
      {kAt, GetAnswer{"/arista/eos/mlag", std::string("\x0a\x00", 2)}},
      {kAt, GetFailure{"/arista/eos/mlag", "UNIMPLEMENTED"}},
      {kAt, OncePart{"/arista/eos/mlag", std::string("\x18\x01", 2)}},
      {kAt, ModesInForce{{{"/a", "sample"}, {"/b", "get"}}}},
      {kAt, ModesInForce{}},
      {kAt, PathsRefused{{"/a", "/b"}}},
      {kAt, PathsRefused{}},
      {kAt, RecordingEnd{}},
  };
  for (const RecordingNote& note : notes) {
    const std::string record = to_record(note);
    EXPECT_TRUE(is_note(as_bytes(record)));
    EXPECT_EQ(read_note(as_bytes(record)), note) << note.what.index();
  }
}

TEST(RecordingNote, IsAResponseThatSaysNothingToEverybodyElse) {
  const std::string record = to_record({kAt, StreamLost{"why"}});
  ::gnmi::SubscribeResponse response;
  ASSERT_TRUE(response.ParseFromString(record));
  EXPECT_EQ(response.response_case(), ::gnmi::SubscribeResponse::RESPONSE_NOT_SET);

  const schema::Profile profile;
  model::PathTable paths(nullptr);
  WireReader reader(profile, paths, core::Limits{});
  model::UpdateBatch batch;
  ASSERT_TRUE(reader.read(as_bytes(record), batch));
  EXPECT_TRUE(batch.sets.empty() && batch.exact_deletes.empty() && !batch.sync);
}

TEST(RecordingNote, IsNoMessageOfADevice) {
  ::gnmi::SubscribeResponse sync, extended;
  sync.set_sync_response(true);
  extended.add_extension()->mutable_registered_ext()->set_id(999);
  extended.mutable_extension(0)->mutable_registered_ext()->set_msg("something else");

  for (const std::string& message : {std::string(), sync.SerializeAsString(), extended.SerializeAsString(), std::string("\x2a\xff")}) {
    EXPECT_FALSE(is_note(as_bytes(message)));
    EXPECT_FALSE(read_note(as_bytes(message)));
  }
}

// A later version may write what this one does not know: it is passed over, not taken for the device's words.
TEST(RecordingNote, OfAFormatToComeIsStillANote) {
  ::gnmi::SubscribeResponse response;
  auto& extension = *response.add_extension()->mutable_registered_ext();
  extension.set_id(999);
  extension.set_msg(std::string("drift-monitor:") + "\xf8\x07\x01");  // field 127

  EXPECT_TRUE(is_note(as_bytes(response.SerializeAsString())));
  EXPECT_FALSE(read_note(as_bytes(response.SerializeAsString())));
}

}  // namespace
}  // namespace dm::gnmi::testing
