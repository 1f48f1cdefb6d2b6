#include "gnmi/scrub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "gnmi/recording.h"
#include "gnmi/recording_note.h"
#include "gnmi/scrub_words.h"
#include "gnmi/wire_oracle.h"
#include "source_dir.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // old devices use what gNMI deprecates

namespace dm::gnmi::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> records_of(const std::string& file) {
  std::vector<std::string> records;
  auto reader = RecordingReader::open(file, core::Limits{});
  EXPECT_TRUE(reader);
  for (;;) {
    const auto record = reader->next();
    EXPECT_TRUE(record);
    if (!record || !*record) return records;
    records.emplace_back(reinterpret_cast<const char*>((*record)->data()), (*record)->size());
  }
}

std::string bytes_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class ScrubTest : public ::testing::Test {
 protected:
  ScrubTest() { std::filesystem::create_directory(folder_); }
  ~ScrubTest() override { std::filesystem::remove_all(folder_); }

  // What `records` are after scrubbing.
  std::vector<std::string> scrubbed(const std::vector<std::string>& records, ScrubOptions options = {}) {
    const std::string from = folder_ + "/from" + std::to_string(++files_);
    to_ = folder_ + "/to" + std::to_string(files_);
    auto writer = RecordingWriter::create(from);
    EXPECT_TRUE(writer);
    for (const std::string& record : records) EXPECT_TRUE(writer->append(as_bytes(record)));
    const auto done = scrub_recording(from, to_, options, core::Limits{});
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return records_of(to_);
  }

  std::string folder_ = (std::filesystem::temp_directory_path() /
                         ("dm-scrub-" + std::to_string(::getpid()) + "-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))))
                            .string();
  std::string to_;
  int files_ = 0;
};

void add(::gnmi::Path& path, const std::string& name, const std::map<std::string, std::string>& keys = {}) {
  auto& element = *path.add_elem();
  element.set_name(name);
  for (const auto& [key, value] : keys) (*element.mutable_key())[key] = value;
}

// One update below /interfaces/interface[name=Ethernet1]/config.
::gnmi::TypedValue& interface_leaf(::gnmi::Notification& notification, const std::string& leaf) {
  auto& update = *notification.add_update();
  add(*update.mutable_path(), "interfaces");
  add(*update.mutable_path(), "interface", {{"name", "Ethernet1"}});
  add(*update.mutable_path(), "config");
  add(*update.mutable_path(), leaf);
  return *update.mutable_val();
}

const char* const kSecrets[] = {"hunter2", "Customer Ltd"};

// Everything of it holds "hunter2" (a secret or unknown text) or "Customer Ltd" (free text), in every place a
// message has for words.
::gnmi::SubscribeResponse full_of_secrets() {
  ::gnmi::SubscribeResponse response;
  auto& notification = *response.mutable_update();
  notification.set_timestamp(1795132800000000000);
  interface_leaf(notification, "description").set_string_val("to Customer Ltd, call hunter2");
  interface_leaf(notification, "auth-password").set_string_val("hunter2");
  interface_leaf(notification, "nobody-knows").set_string_val("hunter2");
  interface_leaf(notification, "banner").set_ascii_val("Customer Ltd");
  interface_leaf(notification, "blob").set_bytes_val("hunter2");
  interface_leaf(notification, "blob2").set_proto_bytes("hunter2");
  interface_leaf(notification, "any").set_any_val("hunter2");
  interface_leaf(notification, "list").mutable_leaflist_val()->add_element()->set_string_val("hunter2");
  interface_leaf(notification, "json").set_json_val(
      R"({"description": "Customer Ltd", "x": [{"password": 4711, "key": "hunter2", "hunter2 as a member": 1}], "deep": {"a": ["Customer Ltd"]}})");
  interface_leaf(notification, "ietf").set_json_ietf_val("{\"openconfig-x:description\": \"\\u0043ustomer Ltd\", \"secret\": {\"any\": \"hunter2\"}}");
  interface_leaf(notification, "broken").set_json_val("{\"hunter2\": ");
  auto& old = *notification.add_update();
  add(*old.mutable_path(), "old");
  old.mutable_value()->set_value("\"hunter2\"");
  old.mutable_value()->set_type(::gnmi::JSON);
  auto& bytes = *notification.add_update();
  bytes.mutable_path()->add_element("users");
  bytes.mutable_path()->add_element("user[name=Customer Ltd]");
  bytes.mutable_path()->add_element("hunter2 is no element");
  bytes.mutable_value()->set_value("hunter2");
  bytes.mutable_value()->set_type(::gnmi::BYTES);
  auto& keyed = *notification.add_update();
  add(*keyed.mutable_path(), "users");
  add(*keyed.mutable_path(), "user", {{"password", "hunter2"}, {"description", "Customer Ltd"}, {"hunter2 key", "1"}});
  add(*keyed.mutable_path(), "an element of Customer Ltd");
  keyed.mutable_path()->set_origin("origin of hunter2");
  keyed.mutable_val()->set_uint_val(1);
  add(*notification.add_delete_(), "users", {{"name", "Customer Ltd"}});
  add(*notification.mutable_prefix(), "hunter2 prefix");
  response.add_extension()->mutable_registered_ext()->set_msg("hunter2");
  response.GetReflection()->MutableUnknownFields(&response)->AddLengthDelimited(100, "hunter2");
  notification.GetReflection()->MutableUnknownFields(&notification)->AddLengthDelimited(100, "Customer Ltd");
  return response;
}

TEST_F(ScrubTest, LeavesNoSecretAndNoFreeTextAnywhere) {
  ::gnmi::SubscribeResponse error;
  error.mutable_error()->set_message("hunter2");
  ::gnmi::GetResponse answer;
  *answer.add_notification() = full_of_secrets().update();
  answer.mutable_error()->set_message("Customer Ltd");
  answer.GetReflection()->MutableUnknownFields(&answer)->AddLengthDelimited(100, "hunter2");
  const auto note = [](auto what) { return to_record({.at = {}, .what = std::move(what)}); };

  scrubbed({note(RecordingStart{"0.1.0", "leaf1", "arista-eos", "", {{"/users/user[name=Customer Ltd]", "on_change"}}}),
            note(StreamBegins{}), note(MessageFollows{}), full_of_secrets().SerializeAsString(), error.SerializeAsString(),
            std::string("\x0a\xff hunter2"), note(GetAnswer{"/users/user[name=Customer Ltd]", answer.SerializeAsString()}),
            note(OncePart{"/users/user[name=Customer Ltd]", full_of_secrets().SerializeAsString()}),
            note(OncePart{"/users/user[name=Customer Ltd]", "hunter2 is no part"}),
            note(ModesInForce{{{"/users/user[name=Customer Ltd]", "get"}}}),
            note(GetAnswer{"/x", "hunter2 is no answer"}), note(GetFailure{"/users[password=hunter2]", "Customer Ltd"}),
            note(StreamLost{"hunter2"}), note(PathsRefused{{"/users/user[name=Customer Ltd]", "hunter2"}}), note(RecordingEnd{})});

  const std::string all = bytes_of(to_);
  for (const char* word : kSecrets) EXPECT_THAT(all, Not(HasSubstr(word)));
  EXPECT_THAT(all, Not(HasSubstr("4711")));
  EXPECT_THAT(all, HasSubstr("Ethernet1"));
}

TEST_F(ScrubTest, KeepsWhatIsCompared) {
  ::gnmi::SubscribeResponse response;
  auto& notification = *response.mutable_update();
  interface_leaf(notification, "name").set_string_val("Ethernet1");
  interface_leaf(notification, "type").set_string_val("iana-if-type:ethernetCsmacd");
  interface_leaf(notification, "mtu").set_json_ietf_val("9214");
  interface_leaf(notification, "enabled").set_bool_val(true);
  response.mutable_update()->add_delete_()->add_elem()->set_name("*");

  const auto records = scrubbed({response.SerializeAsString()});

  ::gnmi::SubscribeResponse after;
  ASSERT_TRUE(after.ParseFromString(records.at(0)));
  EXPECT_EQ(after.DebugString(), response.DebugString());
}

TEST_F(ScrubTest, EqualWordsStayEqualAndOthersStayDifferent) {
  ::gnmi::SubscribeResponse response;
  for (const char* text : {"a", "b", "a", ""}) interface_leaf(*response.mutable_update(), "description").set_string_val(text);

  ::gnmi::SubscribeResponse after;
  ASSERT_TRUE(after.ParseFromString(scrubbed({response.SerializeAsString()}).at(0)));

  const auto text = [&](int i) { return after.update().update(i).val().string_val(); };
  EXPECT_EQ(text(0), text(2));
  EXPECT_NE(text(0), text(1));
  EXPECT_EQ(text(3), "");
}

TEST_F(ScrubTest, ReplacesNamesAndAddressesOnRequestEverywhereAlike) {
  const std::string vrf = "/network-instances/network-instance";
  ::gnmi::SubscribeResponse response;
  auto& update = *response.mutable_update()->add_update();
  add(*update.mutable_path(), "network-instances");
  add(*update.mutable_path(), "network-instance", {{"name", "CUSTOMER"}});
  update.mutable_val()->set_json_ietf_val(R"({"config": {"name": "CUSTOMER", "type": "L3VRF", "router-id": "192.0.2.7"}})");
  auto& other = *response.mutable_update()->add_update();
  add(*other.mutable_path(), "network-instances");
  add(*other.mutable_path(), "network-instance", {{"name", "default"}});
  other.mutable_val()->set_json_ietf_val(R"({"config": {"router-id": "192.0.2.7"}})");

  ::gnmi::SubscribeResponse kept, after;
  ASSERT_TRUE(kept.ParseFromString(scrubbed({response.SerializeAsString()}).at(0)));
  ASSERT_TRUE(after.ParseFromString(scrubbed({response.SerializeAsString()}, {.addresses = true, .names = true}).at(0)));

  EXPECT_EQ(kept.DebugString(), response.DebugString());
  const std::string name = after.update().update(0).path().elem(1).key().at("name");
  EXPECT_NE(name, "CUSTOMER");
  EXPECT_EQ(after.update().update(0).val().json_ietf_val(),
            "{\"config\": {\"name\": \"" + name + "\", \"type\": \"L3VRF\", \"router-id\": \"10.0.1.7\"}}");
  EXPECT_EQ(after.update().update(1).path().elem(1).key().at("name"), "default");
  EXPECT_THAT(after.update().update(1).val().json_ietf_val(), HasSubstr("10.0.1.7"));
}

TEST_F(ScrubTest, WhatCannotBeReadStaysUnreadable) {
  const auto records = scrubbed({std::string("\x0a\xff")});

  ::gnmi::SubscribeResponse response;
  EXPECT_EQ(records.size(), 1U);
  EXPECT_FALSE(response.ParseFromString(records.at(0)));
}

// The recorded streams of other servers: the same number of records, the same paths, no description left.
TEST_F(ScrubTest, KeepsTheShapeOfRecordedStreams) {
  for (const auto& file : std::filesystem::directory_iterator(tests::source_path("tests/data/gnmi"))) {
    if (file.path().extension() != ".pb") continue;
    const auto before = records_of(file.path().string());
    const auto after = scrubbed(before, {.names = true});  // gnxi's bug is to call a description a name
    ASSERT_EQ(before.size(), after.size()) << file.path();
    const schema::Profile profile;
    for (std::size_t i = 0; i < before.size(); ++i) {
      model::PathTable paths_before(nullptr), paths_after(nullptr);
      WireReader reader_before(profile, paths_before, core::Limits{}), reader_after(profile, paths_after, core::Limits{});
      model::UpdateBatch a, b;
      ASSERT_TRUE(reader_before.read(as_bytes(before[i]), a) && reader_after.read(as_bytes(after[i]), b));
      EXPECT_EQ(a.sync, b.sync);
      ASSERT_EQ(a.sets.size(), b.sets.size());
      for (std::size_t k = 0; k < a.sets.size(); ++k) EXPECT_EQ(paths_before.text(a.sets[k].path), paths_after.text(b.sets[k].path));
      EXPECT_EQ(a.exact_deletes.size(), b.exact_deletes.size());
      EXPECT_EQ(a.timestamp_ns, b.timestamp_ns);
    }
    EXPECT_THAT(bytes_of(to_), Not(HasSubstr("uplink")));
  }
}

TEST_F(ScrubTest, NeverOverwrites) {
  const std::string file = folder_ + "/kept";
  std::ofstream(file) << "kept";

  EXPECT_FALSE(scrub_recording(tests::source_path("tests/data/gnmi/fake-05-element.pb"), file, {}, core::Limits{}));
  EXPECT_EQ(bytes_of(file), "kept");
}

TEST(ScrubWords, KeepWhatAComparisonOfAddressesNeeds) {
  ScrubWords words;
  const auto other = [&](const char* text) { return words.with_other_addresses(text); };

  EXPECT_EQ(other("192.0.2.1"), "10.0.1.1");
  EXPECT_EQ(other("192.0.2.9/24"), "10.0.1.9/24");
  EXPECT_EQ(other("198.51.100.1:10"), "10.0.2.1:10");
  EXPECT_EQ(other("via 192.0.2.1, then 203.0.113.5"), "via 10.0.1.1, then 10.0.3.5");
  EXPECT_EQ(other("0.0.0.0/0"), "0.0.0.0/0");
  EXPECT_EQ(other("224.0.0.5"), "224.0.0.5");
  EXPECT_EQ(other("65001:10"), "65001:10");
  EXPECT_EQ(other("2001:db8:ffff::1"), "2001:db8:0:1::1");
  EXPECT_EQ(other("2001:db8:ffff::2/64"), "2001:db8:0:1::2/64");
  EXPECT_EQ(other("fe80::1"), "fe80::1");
  EXPECT_EQ(other("::"), "::");
  EXPECT_EQ(other("00:1c:73:aa:bb:cc"), "02:00:00:00:00:01");
  EXPECT_EQ(other("001c.73aa.bbcc"), "02:00:00:00:00:01");
  EXPECT_EQ(other("00:00:00:00:00:00"), "00:00:00:00:00:00");
}

TEST(ScrubWords, KnowWhatSaysNothingAboutAnybody) {
  for (const char* text : {"", "1500", "-1.5", "true", "10.0.0.0/8", "65001:10", "2001:db8::1/64", "00:1c:73:aa:bb:cc", "Ethernet1/1",
                           "Port-Channel5", "ethernet-1/1", "xe-0/0/1.100", "10,20..22"}) {
    EXPECT_TRUE(is_plain(text)) << text;
  }
  for (const char* text : {"host1", "Ethernet", "Ethernet of Customer", "PROD", "hunter2", "Ethernet1 x", "fe80", "decade"}) {
    EXPECT_FALSE(is_plain(text)) << text;
  }
}

}  // namespace
}  // namespace dm::gnmi::testing
