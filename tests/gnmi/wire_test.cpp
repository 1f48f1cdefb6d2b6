#include "gnmi/wire.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gnmi/wire_oracle.h"

namespace dm::gnmi::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Lines = std::vector<std::string>;

std::string bytes_of(const std::string& text_proto) {
  ::gnmi::SubscribeResponse response;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text_proto, &response)) << text_proto;
  return response.SerializeAsString();
}

// One device's reader with everything it needs.
struct Device {
  core::Limits limits;
  schema::Profile profile;
  model::PathTable paths{nullptr};
  WireReader reader{profile, paths, limits};

  Device() = default;
  explicit Device(const core::Limits& limits_in) : limits(limits_in), reader(profile, paths, limits) {}

  Lines read(const std::string& text_proto) { return lines_read(reader, bytes_of(text_proto), paths); }
  // One update of /interfaces/interface[name=et1]/config/x with this `val`.
  Lines read_value(const std::string& value) {
    return read(fmt::format(R"(update {{ update {{ path {{ {} elem {{ name: "x" }} }} val {{ {} }} }} }})",
                            kConfig, value));
  }
  static constexpr const char* kConfig =
      R"(elem { name: "interfaces" } elem { name: "interface" key { key: "name" value: "et1" } } elem { name: "config" })";
};

Lines set_x(std::string_view value) {
  return {fmt::format("set /interfaces/interface[name=et1]/config/x = {}", value)};
}

// The leaf is there, whatever it holds.
Lines unread_x(const std::string& count) {
  return {"set /interfaces/interface[name=et1]/config/x = o \"(undecodable)\"", count};
}

struct ValueCase {
  const char* name;
  const char* value;  // text form of a TypedValue
  Lines expected;
};

class WireValues : public ::testing::TestWithParam<ValueCase> {};

TEST_P(WireValues, AreDecodedByTheArmTheyCameIn) {
  Device device;

  EXPECT_EQ(device.read_value(GetParam().value), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    EveryArm, WireValues,
    ::testing::Values(
        ValueCase{"String", R"(string_val: "uplink")", set_x("s \"uplink\"")},
        ValueCase{"EmptyString", R"(string_val: "")", set_x("s \"\"")},
        ValueCase{"NotUtf8", R"(bytes_val: "\377")", set_x("s \"/w==\"")},
        ValueCase{"NonNegativeInt", "int_val: 7", set_x("u 7")},
        ValueCase{"NegativeInt", "int_val: -7", set_x("i -7")},
        ValueCase{"LargestUint", "uint_val: 18446744073709551615", set_x("u \"18446744073709551615\"")},
        ValueCase{"Zero", "uint_val: 0", set_x("u 0")},
        ValueCase{"True", "bool_val: true", set_x("t true")},
        ValueCase{"False", "bool_val: false", set_x("f false")},
        ValueCase{"Bytes", R"(bytes_val: "abc")", set_x("s \"YWJj\"")},
        ValueCase{"FloatIsItsShortestDecimal", "float_val: 0.1", set_x("d 0.1")},
        ValueCase{"Double", "double_val: 3.25", set_x("d 3.25")},
        ValueCase{"DoubleNotANumber", "double_val: nan", set_x("d \"NaN\"")},
        ValueCase{"Decimal", "decimal_val { digits: 3125 precision: 2 }", set_x("d 31.25")},
        ValueCase{"NegativeDecimal", "decimal_val { digits: -1 precision: 3 }", set_x("d -0.001")},
        ValueCase{"WholeDecimal", "decimal_val { digits: 12 }", set_x("u 12")},
        ValueCase{"LeafList", R"(leaflist_val { element { uint_val: 10 } element { string_val: "20..22" } })",
                  set_x("l [10, \"20..22\"]")},
        ValueCase{"EmptyLeafList", "leaflist_val {}", set_x("l []")},
        ValueCase{"ListInAList", "leaflist_val { element { leaflist_val {} } }", unread_x("undecodable 1")},
        ValueCase{"Any", R"(any_val: "x")", unread_x("undecodable 1")},
        ValueCase{"Ascii", R"(ascii_val: "show")", unread_x("undecodable 1")},
        ValueCase{"ProtoBytes", R"(proto_bytes: "x")", unread_x("undecodable 1")},
        ValueCase{"NoArm", "", unread_x("undecodable 1")},
        ValueCase{"JsonNumber", R"(json_val: "1500")", set_x("u 1500")},
        ValueCase{"JsonNegative", R"(json_val: "-3")", set_x("i -3")},
        ValueCase{"JsonText", R"(json_ietf_val: "\"a \\u00e4\"")", set_x("s \"a \xc3\xa4\"")},
        ValueCase{"JsonQuoted64Bit", R"(json_ietf_val: "\"4294967296\"")", set_x("s \"4294967296\"")},
        ValueCase{"JsonBool", R"(json_ietf_val: "true")", set_x("t true")},
        ValueCase{"JsonEmptyType", R"(json_ietf_val: "[null]")", set_x("t true")},
        ValueCase{"JsonList", R"(json_ietf_val: "[10,\"20..22\"]")", set_x("l [10, \"20..22\"]")},
        ValueCase{"JsonEmptyList", R"(json_ietf_val: "[]")", set_x("l []")},
        ValueCase{"JsonNullDeletes", R"(json_ietf_val: "null")",
                  {"delete /interfaces/interface[name=et1]/config/x"}},
        ValueCase{"JsonThatNamesItsLeaf", R"(json_ietf_val: "{\"openconfig-interfaces:x\":7}")", set_x("u 7")},
        ValueCase{"JsonEmptyObject", R"(json_ietf_val: "{}")", {}},
        ValueCase{"JsonBroken", R"(json_ietf_val: "{\"a\":")", unread_x("undecodable 1")},
        ValueCase{"JsonNothing", R"(json_ietf_val: "")", unread_x("undecodable 1")},
        ValueCase{"JsonBeyond64Bits", R"(json_ietf_val: "18446744073709551616")", unread_x("undecodable 1")}),
    [](const auto& test) { return std::string(test.param.name); });

struct MessageCase {
  const char* name;
  const char* message;  // text form of a SubscribeResponse
  Lines expected;
};

class WireMessages : public ::testing::TestWithParam<MessageCase> {};

TEST_P(WireMessages, AreReadAsTheyAreMeant) {
  Device device;

  EXPECT_EQ(device.read(GetParam().message), GetParam().expected);
  EXPECT_EQ(device.read(GetParam().message), GetParam().expected) << "when the memo answers";
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, WireMessages,
    ::testing::Values(
        MessageCase{"Sync", "sync_response: true", {"sync"}},
        MessageCase{"CommitDone", R"(extension { config_subscription { sync_done { server_commit_id: "7" done: true } } })", {"commit done"}},
        MessageCase{"CommitDoneBesideAnUpdate", R"(update { timestamp: 3 } extension { depth { level: 1 } } extension { config_subscription { sync_done { done: true } } })", {"commit done", "at 3"}},
        MessageCase{"CommitNotDoneSaysNothing", R"(extension { config_subscription { sync_done { commit_confirm_id: "7" } } })", {}},
        MessageCase{"StartOfAConfigSubscriptionSaysNothing", "extension { config_subscription { start { } } }", {}},
        MessageCase{"OtherExtensionsSayNothing", R"(extension { registered_ext { id: 999 msg: "x" } })", {}},
        MessageCase{"SyncFalseSaysNothing", "sync_response: false", {}},
        MessageCase{"EmptyResponseIsAKeepalive", "", {}},
        MessageCase{"NotificationWithoutContent", "update { timestamp: 5 }", {"at 5"}},
        MessageCase{"ErrorArm", R"(error { code: 14 message: "busy" })", {"error 6"}},
        MessageCase{"PrefixIsJoined", R"(update { timestamp: 1
            prefix { target: "leaf1" elem { name: "interfaces" } elem { name: "interface" key { key: "name" value: "Ethernet1/1" } } }
            update { path { elem { name: "config" } elem { name: "mtu" } } val { uint_val: 9000 } } })",
                    {"set /interfaces/interface[name=Ethernet1/1]/config/mtu = u 9000", "at 1"}},
        MessageCase{"NullAfterAValueWins", R"(update {
            update { path { elem { name: "a" } } val { uint_val: 1 } }
            update { path { elem { name: "a" } } val { json_ietf_val: "null" } } })",
                    {"delete /a", "set /a = u 1", "unset /a"}},
        MessageCase{"OriginsOfOneTree", R"(update { prefix { origin: "openconfig" }
            update { path { elem { name: "a" } } val { uint_val: 1 } }
            update { path { origin: "openconfig-interfaces" elem { name: "b" } } val { uint_val: 2 } }
            update { path { origin: "rfc7951" elem { name: "c" } } val { uint_val: 3 } } })",
                    {"set /a = u 1", "set /b = u 2", "set /c = u 3"}},
        MessageCase{"OtherOriginsStayApart", R"(update { prefix { origin: "eos_native" elem { name: "Sysdb" } }
            update { path { elem { name: "2001:db8::1" } elem { name: "mtu" } } val { uint_val: 1 } } })",
                    {"set eos_native:/Sysdb/2001:db8::1/mtu = u 1"}},
        MessageCase{"ModulePrefixesAreDropped", R"(update {
            update { path { elem { name: "openconfig-interfaces:interfaces" } elem { name: "oc-if:interface" key { key: "name" value: "a:b" } } } val { string_val: "x" } } })",
                    {"set /interfaces/interface[name=a:b] = s \"x\""}},
        MessageCase{"KeysAreSortedAndEscaped", R"(update {
            update { path { elem { name: "protocol" key { key: "name" value: "B]GP\\" } key { key: "identifier" value: "BGP" } } } val { uint_val: 1 } } })",
                    {"set /protocol[identifier=BGP][name=B\\]GP\\\\] = u 1"}},
        MessageCase{"DeprecatedElements", R"(update {
            update { path { element: "ports" element: "port[port-id=1/1/1]" element: "state" } val { uint_val: 1 } }
            delete { element: "ports" element: "port[port-id=1/1/2]" } })",
                    {"delete /ports/port[port-id=1/1/2]", "set /ports/port[port-id=1/1/1]/state = u 1"}},
        MessageCase{"DeprecatedElementsThatAreNone", R"(update {
            update { path { element: "port[port-id=1/1/1" } val { uint_val: 1 } } })",
                    {"undecodable 1"}},
        MessageCase{"DeprecatedValue", R"(update {
            update { path { elem { name: "a" } } value { value: "\"x\"" type: JSON } }
            update { path { elem { name: "b" } } value { value: "abc" type: BYTES } }
            update { path { elem { name: "c" } } value { value: "abc" type: ASCII } } })",
                    {"set /a = s \"x\"", "set /b = s \"YWJj\"", "set /c = o \"(undecodable)\"", "undecodable 1"}},
        MessageCase{"DeletesAtAnyLevel", R"(update {
            prefix { elem { name: "interfaces" } }
            delete { elem { name: "interface" key { key: "name" value: "et1" } } elem { name: "config" } }
            delete { elem { name: "interface" key { key: "name" value: "et2" } } }
            delete { } })",
                    {"delete /interfaces", "delete /interfaces/interface[name=et1]/config",
                     "delete /interfaces/interface[name=et2]"}},
        MessageCase{"DeleteWithWildcards", R"(update {
            delete { elem { name: "interfaces" } elem { name: "interface" key { key: "name" value: "*" } } elem { name: "config" } }
            delete { elem { name: "a" } elem { name: "..." } } })",
                    {"pattern /interfaces/interface[name=*]/config", "pattern /a/..."}},
        MessageCase{"DeleteWithMissingKeys", R"(update {
            delete { elem { name: "interfaces" } elem { name: "interface" } elem { name: "config" } } })",
                    {"pattern /interfaces/interface/config"}},
        MessageCase{"DeleteOfTheRoot", R"(update { delete { } })", {"delete /"}},
        MessageCase{"HubSaysTheDeviceIsGone", R"(update { prefix { target: "leaf1" origin: "openconfig" } delete { elem { name: "*" } } })",
                    {"lost"}},
        MessageCase{"UpdateWithAWildcard", R"(update { update { path { elem { name: "a" } elem { name: "*" } } val { uint_val: 1 } } })",
                    {"undecodable 1"}},
        MessageCase{"UpdateOfAListWithoutKeys", R"(update { update { path { elem { name: "interfaces" } elem { name: "interface" } elem { name: "mtu" } } val { uint_val: 1 } } })",
                    {"undecodable 1"}},
        MessageCase{"UpdateOfTheRoot", R"(update { update { path { } val { uint_val: 1 } } })", {"undecodable 1"}},
        MessageCase{"UpdateWithoutPathAndValue", R"(update { update { } delete { elem { name: "a" } } })", {"delete /a"}},
        MessageCase{"ReplaceKeepsBoth", R"(update { delete { elem { name: "a" } } update { path { elem { name: "a" } elem { name: "b" } } val { uint_val: 1 } } })",
                    {"delete /a", "set /a/b = u 1"}},
        MessageCase{"SamePathTwice", R"(update { update { path { elem { name: "a" } } val { uint_val: 1 } } update { path { elem { name: "a" } } val { uint_val: 2 } } })",
                    {"set /a = u 1", "set /a = u 2"}},
        MessageCase{"Atomic", R"(update { prefix { elem { name: "a" } } atomic: true update { path { elem { name: "b" } } val { uint_val: 1 } } })",
                    {"atomic /a", "set /a/b = u 1"}},
        MessageCase{"AtomicWithoutPrefixIsOrdinary", R"(update { atomic: true update { path { elem { name: "b" } } val { uint_val: 1 } } })",
                    {"set /b = u 1"}},
        MessageCase{"DuplicatesAreSummed", R"(update { update { path { elem { name: "a" } } val { uint_val: 1 } duplicates: 2 } update { path { elem { name: "b" } } val { uint_val: 1 } duplicates: 3 } })",
                    {"set /a = u 1", "set /b = u 1", "coalesced 5"}},
        MessageCase{"JsonSubtree", R"(update { update { path { elem { name: "interfaces" } }
            val { json_ietf_val: "{\"openconfig-interfaces:interface\":[{\"name\":\"Ethernet1\",\"config\":{\"enabled\":true,\"openconfig-vlan:tpid\":\"openconfig-vlan-types:TPID_0X8100\",\"arista-intf-augments:load-interval\":300}}]}" } } })",
                    {"set /interfaces/interface[name=Ethernet1]/name = s \"Ethernet1\"",
                     "set /interfaces/interface[name=Ethernet1]/config/enabled = t true",
                     "set /interfaces/interface[name=Ethernet1]/config/tpid = s \"openconfig-vlan-types:TPID_0X8100\"",
                     "set /interfaces/interface[name=Ethernet1]/config/load-interval = u 300"}},
        MessageCase{"JsonListAtItsOwnPath", R"(update { update { path { elem { name: "interfaces" } elem { name: "interface" } }
            val { json_val: "[{\"config\":{\"name\":\"Et1\",\"mtu\":1500}}]" } } })",
                    {"set /interfaces/interface[name=Et1]/config/name = s \"Et1\"",
                     "set /interfaces/interface[name=Et1]/config/mtu = u 1500"}},
        MessageCase{"JsonEntryWithNullInside", R"(update { update { path { elem { name: "interfaces" } elem { name: "interface" key { key: "name" value: "Et1" } } }
            val { json_val: "{\"config\":{\"mtu\":null,\"description\":\"x\"}}" } } })",
                    {"delete /interfaces/interface[name=Et1]/config/mtu",
                     "set /interfaces/interface[name=Et1]/config/description = s \"x\""}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Wire, RefusesWhatIsNoSubscribeResponse) {
  Device device;

  EXPECT_THAT(lines_read(device.reader, "\x0a\x05short", device.paths), ElementsAre("error 9"));
  EXPECT_THAT(lines_read(device.reader, "\xff\xff\xff\xff\xff\xff", device.paths), ElementsAre("error 9"));
  EXPECT_THAT(lines_read(device.reader, std::string("\x00\x01", 2), device.paths), ElementsAre("error 9"));
}

TEST(Wire, SaysWhatTheDeviceReports) {
  Device device;
  model::UpdateBatch batch;

  const auto status =
      device.reader.read(as_bytes(bytes_of(R"(error { code: 8 message: "too many streams" })")), batch);

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error(), (core::Error{core::Code::Unavailable, "the device reports: too many streams"}));
}

TEST(Wire, CountsWhatIsBeyondALimit) {
  core::Limits limits;
  limits.path_depth = 4;
  limits.path_bytes = 60;
  limits.value_bytes = 8;
  Device device(limits);

  EXPECT_EQ(device.read_value(R"(string_val: "longer than eight")"), unread_x("refused 1"));
  EXPECT_EQ(device.read_value(R"(json_val: "\"longer than eight\"")"), unread_x("refused 1"));
  EXPECT_THAT(device.read_value(R"(json_val: "{\"deep\":1}")"), ElementsAre("refused 1"));
  EXPECT_THAT(device.read(R"(update { delete { elem { name: "a" } elem { name: "b" } elem { name: "c" } elem { name: "d" } elem { name: "e" } } })"),
              ElementsAre("refused 1"));
  EXPECT_THAT(device.read(fmt::format(R"(update {{ delete {{ elem {{ name: "{}" }} }} }})", std::string(60, 'n'))),
              ElementsAre("refused 1"));
}

TEST(Wire, LearnsNoPathBeyondTheTablesLimit) {
  core::Limits limits;
  limits.paths_per_process = 1;
  Device device(limits);

  EXPECT_THAT(device.read(R"(update { update { path { elem { name: "a" } } val { uint_val: 1 } } })"),
              ElementsAre("set /a = u 1"));
  EXPECT_THAT(device.read(R"(update { update { path { elem { name: "b" } } val { uint_val: 1 } } })"),
              ElementsAre("refused 1"));
  EXPECT_EQ(device.paths.size(), 1U);
}

TEST(Wire, RefusesMoreLeavesInOneMessageThanADeviceMayHave) {
  core::Limits limits;
  limits.leaves_per_device = 2;
  Device device(limits);

  EXPECT_THAT(device.read_value(R"(json_val: "{\"a\":1,\"b\":2,\"c\":3}")"),
              ElementsAre("set /interfaces/interface[name=et1]/config/x/a = u 1", "refused 2"));
}

TEST(Wire, MergesRepeatedSubMessagesAsProtobufDoes) {
  Device device;
  // Two notifications in one response, the path of the update in two pieces, `origin` last.
  const std::string first_path = "\x1a\x03\x0a\x01" "a";   // elem { name: "a" }
  const std::string second_path = "\x1a\x03\x0a\x01" "b" "\x12\x03" "cli";
  const auto field = [](char tag, const std::string& bytes) {
    return std::string(1, tag) + static_cast<char>(bytes.size()) + bytes;
  };
  const std::string update =
      field('\x0a', first_path) + field('\x0a', second_path) + field('\x1a', "\x18\x05");
  const std::string message =
      field('\x0a', "\x08\x07") + field('\x0a', field('\x22', update));

  EXPECT_THAT(lines_read(device.reader, message, device.paths),
              ElementsAre("set cli:/a/b = u 5", "at 7"));
}

TEST(Wire, SharesOneMemoBetweenReaders) {
  const schema::Profile profile;
  const core::Limits limits;
  model::PathTable paths(nullptr);
  const auto memo = std::make_shared<PathMemo>();
  WireReader first(profile, paths, limits, memo), second(profile, paths, limits, memo);
  const std::string message = bytes_of(R"(update { update { path { elem { name: "a" } } val { uint_val: 1 } } })");

  (void)lines_read(first, message, paths);
  const std::size_t known = memo->size();

  EXPECT_THAT(lines_read(second, message, paths), ElementsAre("set /a = u 1"));
  EXPECT_EQ(known, 1U);
  EXPECT_EQ(memo->size(), known);
}

TEST(Wire, ForgetsAndLearnsAgainWhenTheMemoIsFull) {
  const schema::Profile profile;
  const core::Limits limits;
  model::PathTable paths(nullptr);
  const auto memo = std::make_shared<PathMemo>(3);
  WireReader reader(profile, paths, limits, memo);

  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 10; ++i) {
      const std::string message = bytes_of(fmt::format(
          R"(update {{ update {{ path {{ elem {{ name: "a{}" }} }} val {{ uint_val: 1 }} }} }})", i));
      EXPECT_THAT(lines_read(reader, message, paths), ElementsAre(fmt::format("set /a{} = u 1", i)));
      EXPECT_LE(memo->size(), 3U);
    }
  }
  EXPECT_EQ(paths.size(), 10U);
}

TEST(Wire, KeepsNothingOfTheMessageBefore) {
  Device device;
  (void)device.read(R"(update { atomic: true prefix { elem { name: "a" } } delete { elem { name: "*" } } })");

  EXPECT_THAT(device.read("update { }"), IsEmpty());
}

// An answer of a Get: what it says, and how it ended.
struct Answer {
  Lines sets;
  bool has_deletes = false;
  core::Status status;
};
Answer read_answer(const std::string& text_proto) {
  ::gnmi::GetResponse response;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text_proto, &response)) << text_proto;
  const std::string bytes = response.SerializeAsString();
  schema::Profile profile;
  model::PathTable paths{nullptr};
  WireReader reader(profile, paths, {});
  model::UpdateBatch batch;
  Answer answer;
  answer.status = reader.read_answer({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, batch);
  for (const model::LeafSet& set : batch.sets) {
    answer.sets.push_back(paths.text(set.path) + "=" + model::to_json(model::decode(batch.value(set))));
  }
  answer.has_deletes = !batch.exact_deletes.empty() || !batch.pattern_deletes.empty() ||
                       batch.atomic_prefix != model::kNoPath || batch.device_lost || batch.deletes_lost;
  return answer;
}

TEST(WireAnswer, IsOfAllItsNotifications) {
  const Answer answer = read_answer(R"(
      notification { prefix { elem { name: "a" } } update { path { elem { name: "x" } } val { uint_val: 1 } } }
      notification { update { path { elem { name: "b" } } val { string_val: "two" } } })");

  EXPECT_THAT(answer.sets, ElementsAre("/a/x=1", "/b=\"two\""));
}

TEST(WireAnswer, MayBeOneObjectForAContainer) {
  const Answer answer = read_answer(R"(notification { update {
      path { elem { name: "arista" } elem { name: "eos" } elem { name: "evpn" } }
      val { json_ietf_val: '{"arista-exp-eos-evpn:evpn-instances": {"evpn-instance": [{"name": "40", "config": {"name": "40"},'
                           '"route-target": {"config": {"import": ["40:110040"]}}}]}}' } } })");

  const std::string entry = "/arista/eos/evpn/evpn-instances/evpn-instance[name=40]";
  EXPECT_THAT(answer.sets, ::testing::UnorderedElementsAre(entry + "/name=\"40\"", entry + "/config/name=\"40\"",
                                                           entry + "/route-target/config/import=[\"40:110040\"]"));
}

TEST(WireAnswer, DeletesNothing) {
  const Answer answer = read_answer(R"(
      notification { atomic: true prefix { elem { name: "a" } } delete { elem { name: "x" } } delete { elem { name: "*" } }
                     update { path { elem { name: "y" } } val { json_ietf_val: "null" } } })");

  EXPECT_THAT(answer.sets, IsEmpty());
  EXPECT_FALSE(answer.has_deletes);
}

TEST(WireAnswer, ThatIsNoGetResponseIsSaidSo) {
  schema::Profile profile;
  model::PathTable paths{nullptr};
  WireReader reader(profile, paths, {});
  model::UpdateBatch batch;
  const std::uint8_t bytes[] = {0x0a, 0xff};

  const core::Status status = reader.read_answer(bytes, batch);

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "not a valid GetResponse: bad field");
}

}  // namespace
}  // namespace dm::gnmi::testing
