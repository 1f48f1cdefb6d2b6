#include "intent/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "intent/fabric_intent.h"
#include "source_dir.h"

namespace dm::intent {
namespace {

using model::ListPolicy;
using model::Rule;
using model::Value;
using model::ValueList;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kEt1 = "/interfaces/interface[name=Ethernet1]";

FilesLoad parse(const std::string& text) { return parse_files({{"a.yaml", text}}, {}); }

// The value of one leaf written as `text`, or the mistakes.
std::string value_of(const std::string& text) {
  const auto load = parse("devices:\n  leaf1:\n    leaves:\n      " + kEt1 +
                          "/config/description: " + text + "\n");
  if (!load.errors.empty()) return load.errors.front();
  const auto& leaf = load.loaded.devices.at(0)->leaves.at(0);
  return testing_support::describe(leaf.rule, leaf.values);
}
std::string said(Rule rule, const std::vector<Value>& values) {
  return testing_support::describe(rule, values);
}

TEST(IntentFiles, TheLabsFilesGiveTheLabsIntent) {
  const auto load = load_files(tests::source_path("tests/data/fabric"), {"intent-files/*.yaml"}, {});
  ASSERT_THAT(load.errors, IsEmpty());

  const auto wanted = testing_support::read_fabric_intent();
  ASSERT_EQ(load.loaded.devices.size(), 10U);
  std::size_t leaves = 0, entries = 0;
  for (const auto& device : load.loaded.devices) {
    const model::DeviceIntent& intent = *device;
    testing_support::expect_same(intent.device, wanted.at(intent.device),
                                 testing_support::as_fabric(intent));
    leaves += intent.leaves.size();
    entries += intent.entries.size();
    EXPECT_EQ(intent.lists.size(), 8U);
  }
  EXPECT_EQ(leaves, 1104U);
  EXPECT_EQ(entries, 400U);
}

TEST(IntentFiles, ReadsEveryPartOfAFile) {
  const auto load = parse(R"(schema: drift-monitor/intent/v1
lists:
  /network-instances/network-instance/vlans/vlan: authoritative
  /interfaces/interface: at-least
devices:
  leaf1:
    leaves:
      /interfaces/interface[name=Ethernet1]/config/description: host1
      "/interfaces/interface[name=Ethernet2]/config/enabled": true
    entries:
      - /interfaces/interface[name=Ethernet1]
    unmanaged:
      - /network-instances/network-instance[name=default]/vlans/vlan[vlan-id=4000]
      - /interfaces/interface[name=*]/config/mtu
      - /network-instances/network-instance/protocols
  leaf2: {}
)");
  ASSERT_THAT(load.errors, IsEmpty());
  ASSERT_EQ(load.loaded.devices.size(), 2U);
  const auto& leaf1 = *load.loaded.devices[0];
  EXPECT_EQ(leaf1.device, "leaf1");
  ASSERT_EQ(leaf1.leaves.size(), 2U);
  EXPECT_EQ(leaf1.leaves[0].from, (model::Provenance{"file", "a.yaml:8", ""}));
  EXPECT_EQ(leaf1.leaves[1].from.object, "a.yaml:9");
  ASSERT_EQ(leaf1.entries.size(), 1U);
  EXPECT_EQ(leaf1.entries[0].from.object, "a.yaml:11");
  EXPECT_EQ(leaf1.unmanaged.size(), 3U);
  EXPECT_EQ(leaf1.lists.at("/network-instances/network-instance/vlans/vlan"),
            ListPolicy::Authoritative);
  EXPECT_EQ(leaf1.lists.at("/interfaces/interface"), ListPolicy::AtLeast);
  EXPECT_EQ(load.loaded.devices[1]->lists, leaf1.lists);
}

TEST(IntentFiles, ReadsScalarsByTheirLookAndQuotedOnesAsText) {
  EXPECT_EQ(value_of("host1"), said(Rule::Equal, {"host1"}));
  EXPECT_EQ(value_of("true"), said(Rule::Equal, {true}));
  EXPECT_EQ(value_of("65000"), said(Rule::Equal, {65000}));
  EXPECT_EQ(value_of("-5"), said(Rule::Equal, {-5}));
  EXPECT_EQ(value_of("18446744073709551615"),
            said(Rule::Equal, {std::uint64_t{18446744073709551615U}}));
  EXPECT_EQ(value_of("1.5"), said(Rule::Equal, {1.5}));
  EXPECT_EQ(value_of("1.50"), said(Rule::Equal, {"1.50"}));
  EXPECT_EQ(value_of("10.0.0.1"), said(Rule::Equal, {"10.0.0.1"}));
  EXPECT_EQ(value_of("40:110040"), said(Rule::Equal, {"40:110040"}));
  EXPECT_EQ(value_of("\"on\""), said(Rule::Equal, {"on"}));
  EXPECT_EQ(value_of("'010'"), said(Rule::Equal, {"010"}));
  EXPECT_EQ(value_of("\"65000\""), said(Rule::Equal, {"65000"}));
  EXPECT_EQ(value_of("\"\""), said(Rule::Equal, {""}));
  EXPECT_EQ(value_of("\"null\""), said(Rule::Equal, {"null"}));
}

TEST(IntentFiles, ReadsListsAndRules) {
  EXPECT_EQ(value_of("[10, \"20..22\"]"), said(Rule::Equal, {Value(ValueList{10, "20..22"})}));
  EXPECT_EQ(value_of("[]"), said(Rule::Equal, {Value(ValueList{})}));
  EXPECT_EQ(value_of("{absent: true}"), said(Rule::Absent, {}));
  EXPECT_EQ(value_of("{one_of: [null, 65000, [1, 2]]}"),
            said(Rule::OneOf, {Value(), 65000, ValueList{1, 2}}));
  EXPECT_EQ(value_of("{set: [\"40:110040\"]}"), said(Rule::Set, {Value(ValueList{"40:110040"})}));
}

TEST(IntentFiles, NamesTheCureForAMissingValue) {
  for (const char* nothing : {"", "~", "null"}) {
    EXPECT_THAT(value_of(nothing), HasSubstr("a.yaml:4:7: no value: write {absent: true}"))
        << nothing;
  }
}

TEST(IntentFiles, RefusesValuesThatSayNothingClear) {
  EXPECT_THAT(value_of("on"), HasSubstr("write \"on\" in quotes"));
  EXPECT_THAT(value_of("No"), HasSubstr("write \"No\" in quotes"));
  EXPECT_THAT(value_of("010"), HasSubstr("'010' may be read as another number"));
  EXPECT_THAT(value_of("0x10"), HasSubstr("'0x10' may be read as another number"));
  EXPECT_THAT(value_of("[1, null]"), HasSubstr("plain values only"));
  EXPECT_THAT(value_of("[[1]]"), HasSubstr("plain values only"));
  EXPECT_THAT(value_of("{absent: false}"), HasSubstr("can only be true"));
  EXPECT_THAT(value_of("{absent: \"true\"}"), HasSubstr("can only be true"));
  EXPECT_THAT(value_of("{one_of: []}"), HasSubstr("at least one value"));
  EXPECT_THAT(value_of("{one_of: 5}"), HasSubstr("at least one value"));
  EXPECT_THAT(value_of("{one_of: [{absent: true}]}"), HasSubstr("expected a value or a list"));
  EXPECT_THAT(value_of("{set: 5}"), HasSubstr("`set` needs a list"));
  EXPECT_THAT(value_of("{set: [null]}"), HasSubstr("plain values only"));
  EXPECT_THAT(value_of("{equal: 5}"), HasSubstr("expected {absent: true}"));
  EXPECT_THAT(value_of("{absent: true, set: [1]}"), HasSubstr("expected {absent: true}"));
}

TEST(IntentFiles, ReadsPathsTolerantlyAndCanonically) {
  const auto load = parse(R"(devices:
  leaf1:
    leaves:
      "/network-instances/network-instance[name=default]/protocols/protocol[name=BGP][identifier=oc-policy-types:BGP]/bgp/neighbors/neighbor[neighbor-address=2001:DB8::1]/config/peer-as": 65000
      "/openconfig-interfaces:interfaces/interface[name=Ethernet3/1]/config/description": "x"
    entries:
      - "/interfaces/interface[name=a\\]b]"
)");
  ASSERT_THAT(load.errors, IsEmpty());
  const auto& device = *load.loaded.devices[0];
  ASSERT_EQ(device.leaves.size(), 2U);
  EXPECT_EQ(device.leaves[0].path.text(),
            "/interfaces/interface[name=Ethernet3/1]/config/description");
  EXPECT_EQ(device.leaves[1].path.text(),
            "/network-instances/network-instance[name=default]/protocols/"
            "protocol[identifier=BGP][name=BGP]"
            "/bgp/neighbors/neighbor[neighbor-address=2001:db8::1]/config/peer-as");
  EXPECT_EQ(device.entries[0].path.text(), "/interfaces/interface[name=a\\]b]");
}

std::string leaf_error(const std::string& path) {
  const auto load = parse("devices:\n  leaf1:\n    leaves:\n      \"" + path + "\": x\n");
  return load.errors.empty() ? "" : load.errors.front();
}

TEST(IntentFiles, RefusesPathsThatNameNoSingleLeafOrEntry) {
  EXPECT_THAT(leaf_error("interfaces"),
              HasSubstr("a.yaml:4:7: path 'interfaces': a path starts with '/'"));
  EXPECT_THAT(leaf_error("/"), HasSubstr("names the whole device"));
  EXPECT_THAT(leaf_error("/interfaces/interface[name=*]/config/mtu"),
              HasSubstr("no wildcards here"));
  EXPECT_THAT(leaf_error("/interfaces/interface[name=Ethernet*]/config/mtu"),
              HasSubstr("a.yaml:4:7: path '/interfaces/interface[name=Ethernet*]/config/mtu': no wildcards here"));
  EXPECT_THAT(parse("devices: {leaf1: {entries: [\"/interfaces/interface[name=Eth*1]\"]}}\n").errors,
              ElementsAre(HasSubstr("a.yaml:1:29: ")));
  EXPECT_THAT(parse("devices: {leaf1: {unmanaged: [\"/interfaces/interface[name=Ethernet*]\"]}}\n").errors, IsEmpty());
  EXPECT_THAT(leaf_error("/interfaces/interface/config/mtu"),
              HasSubstr("/interfaces/interface is a list, it needs [name=…]"));
  EXPECT_THAT(leaf_error("/interfaces/interface[id=Ethernet1]/config/mtu"),
              HasSubstr("has no key 'id', its keys are [name=…]"));
  EXPECT_THAT(leaf_error("/interfaces/interface[name=Ethernet1]"),
              HasSubstr("belong under `entries`"));
  EXPECT_THAT(leaf_error("/interfaces/interface[name=Ethernet1/config"),
              HasSubstr("'[' without ']'"));

  const auto entries = parse(
      "devices: {leaf1: {entries: [\"/interfaces/interface[name=Et1]/config/mtu\", "
      "/interfaces/interface, [1]]}}");
  ASSERT_EQ(entries.errors.size(), 3U);
  EXPECT_THAT(entries.errors[0], HasSubstr("does not end in a list entry"));
  EXPECT_THAT(entries.errors[1], HasSubstr("is a list, it needs [name=…]"));
  EXPECT_THAT(entries.errors[2], HasSubstr("expected a path"));

  const auto lists = parse(
      "lists: {\"/interfaces/interface[name=x]\": authoritative, /interfaces/interface: "
      "sometimes}\ndevices: {}");
  ASSERT_EQ(lists.errors.size(), 2U);
  EXPECT_THAT(
      lists.errors[0],
      HasSubstr("a.yaml:1:9: path '/interfaces/interface[name=x]': a list is named without keys"));
  EXPECT_THAT(lists.errors[1], HasSubstr("'sometimes' is no list policy"));
}

TEST(IntentFiles, TellsAllMistakesOfAllFilesAtOnceInOrder) {
  const auto load = parse_files(
      {{"one.yaml", "schema: v0\nextra: 1\ndevices:\n  leaf1:\n    leafs: {}\n    entries: x\n"},
       {"two.yaml", "devices: [leaf1]\n"},
       {"three.yaml", "devices:\n  leaf1: {}\n  leaf1: {}\n"},
       {"four.yaml", "lists: {}\n"},
       {"five.yaml", ""},
       {"six.yaml", "a: [b\n"},
       {"seven.yaml", "devices: {}\n---\ndevices: {}\n"},
       {"eight.yaml", "devices:\n  leaf1: {}\n  \xff: {}\n"},
       {"nine.yaml", "devices:\n  leaf1:\n"}},
      {});
  EXPECT_TRUE(load.loaded.devices.empty());
  EXPECT_THAT(
      load.errors,
      ElementsAre(
          HasSubstr("one.yaml:1:9: schema 'v0' is not known; this is drift-monitor/intent/v1"),
          HasSubstr("one.yaml:2:1: unknown key 'extra'"),
          HasSubstr("one.yaml:5:5: unknown key 'leafs'"),
          HasSubstr("one.yaml:6:14: expected a list of paths"),
          HasSubstr("two.yaml:1:10: expected a map of device names"),
          HasSubstr("three.yaml:3:3: 'leaf1' is written twice"),
          HasSubstr("four.yaml:1:1: `devices` is missing"),
          HasSubstr("five.yaml:1:1: the file is empty"), HasSubstr("six.yaml:"),
          HasSubstr("seven.yaml:"), HasSubstr("eight.yaml:3:1: not valid UTF-8"),
          HasSubstr("nine.yaml:")));
}

TEST(IntentFiles, APathSaidTwiceMustSayTheSame) {
  const std::string one = "devices: {leaf1: {leaves: {\"" + kEt1 + "/config/mtu\": 9000}}}\n";
  const std::string other = "devices: {leaf1: {leaves: {\n  \"" + kEt1 + "/config/mtu\": 1500}}}\n";

  const auto same = parse_files({{"a.yaml", one}, {"b.yaml", one}}, {});
  EXPECT_THAT(same.errors, IsEmpty());
  EXPECT_EQ(same.loaded.devices.at(0)->leaves.size(), 1U);

  const auto differs = parse_files({{"a.yaml", one}, {"b.yaml", other}}, {});
  EXPECT_THAT(differs.errors,
              ElementsAre("b.yaml:2:3: " + kEt1 + "/config/mtu has another value at a.yaml:1"));

  // Two spellings of one path in one file.
  const auto spelled =
      parse("devices:\n  leaf1:\n    leaves:\n      " + kEt1 +
            "/config/mtu: 1\n      /oc-if:interfaces/interface[name=Ethernet1]/config/mtu: 2\n");
  EXPECT_THAT(spelled.errors, ElementsAre(HasSubstr("a.yaml:5:7: " + kEt1 +
                                                    "/config/mtu has another value at a.yaml:4")));
}

TEST(IntentFiles, TheSameIsWhatTheLeafsTypeSaysIsTheSame) {
  const std::string mtu = kEt1 + "/config/mtu";
  const auto file = [&](const std::string& value) { return "devices: {leaf1: {leaves: {\"" + mtu + "\": " + value + "}}}\n"; };
  EXPECT_THAT(parse_files({{"a.yaml", file("9000")}, {"b.yaml", file("\"9000\"")}}, {}).errors, IsEmpty());
  EXPECT_THAT(parse_files({{"a.yaml", file("{one_of: [null, 9000]}")}, {"b.yaml", file("{one_of: [null, \"9000\"]}")}}, {}).errors,
              IsEmpty());
  EXPECT_THAT(parse_files({{"a.yaml", file("9000")}, {"b.yaml", file("{absent: true}")}}, {}).errors, testing::SizeIs(1));

  const std::string twice = "devices:\n  leaf1:\n    leaves:\n      " + mtu + ": 9000\n      " + mtu + ": ";
  EXPECT_THAT(parse(twice + "9000\n").errors, IsEmpty());
  EXPECT_THAT(parse(twice + "1500\n").errors, ElementsAre(HasSubstr("a.yaml:5:7: " + mtu + " has another value at a.yaml:4")));
}

TEST(IntentFiles, AValueThatCannotBeTheLeafsIsAMistake) {
  const auto error_of = [&](const std::string& leaf, const std::string& value) {
    const auto load = parse("devices:\n  leaf1:\n    leaves:\n      " + kEt1 + "/config/" + leaf + ": " + value + "\n");
    return load.errors.empty() ? std::string() : load.errors.front();
  };
  EXPECT_THAT(error_of("mtu", "nine"), testing::MatchesRegex("a.yaml:4:[0-9]+: \"nine\" is no number from 0 on.*"));
  EXPECT_THAT(error_of("mtu", "-1"), HasSubstr("is no number from 0 on"));
  EXPECT_THAT(error_of("mtu", "{one_of: [9000, big]}"), HasSubstr("\"big\" is no number"));
  EXPECT_THAT(error_of("enabled", "maybe"), HasSubstr("is no true or false"));
  EXPECT_EQ(error_of("mtu", "\"9000\""), "");
  EXPECT_EQ(error_of("enabled", "\"true\""), "");
  EXPECT_EQ(error_of("mtu", "{absent: true}"), "");
  EXPECT_EQ(error_of("description", "40"), "");
}

TEST(IntentFiles, MergesFilesAndRefusesTwoPoliciesOfOneList) {
  const std::string a = "lists: {/interfaces/interface: at-least}\ndevices: {leaf1: {entries: [\"" +
                        kEt1 + "\"]}, leaf2: {}}\n";
  const std::string b =
      "lists: {/interfaces/interface: authoritative}\ndevices: {leaf1: {leaves: {\"" + kEt1 +
      "/config/mtu\": 1}}}\n";
  const auto conflict = parse_files({{"a.yaml", a}, {"b.yaml", b}}, {});
  EXPECT_THAT(
      conflict.errors,
      ElementsAre(
          "b.yaml:1:9: /interfaces/interface has another policy at a.yaml:1 for the same device"));

  const auto merged = parse_files({{"a.yaml", a}, {"b.yaml", b.substr(b.find('\n') + 1)}}, {});
  ASSERT_THAT(merged.errors, IsEmpty());
  ASSERT_EQ(merged.loaded.devices.size(), 2U);
  EXPECT_EQ(merged.loaded.devices[0]->leaves.size(), 1U);
  EXPECT_EQ(merged.loaded.devices[0]->entries.size(), 1U);
}

TEST(IntentFiles, BoundsSizeAndMistakes) {
  core::Limits limits;
  limits.intent_file_bytes = 10;
  EXPECT_THAT(parse_files({{"a.yaml", "devices: {leaf1: {}}"}}, limits).errors,
              ElementsAre(HasSubstr("larger than 10 bytes (limits.intent_file_bytes)")));

  std::string many = "devices:\n  leaf1:\n    entries:\n";
  for (int i = 0; i < 300; ++i) many += "      - x\n";
  const auto load = parse(many);
  ASSERT_EQ(load.errors.size(), 201U);
  EXPECT_EQ(load.errors.back(), "… and 100 more mistakes");

  EXPECT_FALSE(parse(std::string(5000, '[')).errors.empty());
}

TEST(IntentFiles, UsesAnchorsForDevicesThatAreAlike) {
  const auto load =
      parse("devices:\n  leaf1: &leaf\n    entries: [\"" + kEt1 + "\"]\n  leaf2: *leaf\n");
  ASSERT_THAT(load.errors, IsEmpty());
  ASSERT_EQ(load.loaded.devices.size(), 2U);
  EXPECT_EQ(load.loaded.devices[1]->entries.size(), 1U);
}

class Folder {
 public:
  Folder() {
    std::string name = testing::TempDir() + "intent_files_XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((std::filesystem::path(path_) / name).parent_path());
    std::ofstream(std::filesystem::path(path_) / name) << text;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(IntentFiles, FindsFilesByPatternRelativeToAFolder) {
  const Folder folder;
  folder.write("intent/b.yaml", "devices: {leaf2: {}}");
  folder.write("intent/a.yaml", "devices:\n  leaf1:\n    entries: [\"" + kEt1 + "\"]\n");
  folder.write("intent/notes.txt", "not YAML: [");

  const auto load =
      load_files(folder.path(), {"intent/*.yaml", "intent/a.yaml", "other/*.yaml"}, {});
  ASSERT_THAT(load.errors, IsEmpty());
  ASSERT_EQ(load.loaded.devices.size(), 2U);
  EXPECT_EQ(load.loaded.devices[0]->entries[0].from.object, "intent/a.yaml:3");
  EXPECT_THAT(load.loaded.warnings, ElementsAre("intent.files: 'other/*.yaml' matches no file"));

  const auto absolute = load_files("/nowhere", {folder.path() + "/intent/a.yaml"}, {});
  EXPECT_THAT(absolute.errors, IsEmpty());
  EXPECT_EQ(absolute.loaded.devices.at(0)->entries.at(0).from.object,
            folder.path() + "/intent/a.yaml:3");
}

TEST(IntentFiles, TellsFilesThatAreNotThere) {
  const Folder folder;
  folder.write("a.yaml", "devices: 5");
  FilesSource source(folder.path(), {"missing.yaml", "a.yaml"}, {});
  const auto loaded = source.load({});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, core::Code::InvalidArgument);
  EXPECT_EQ(loaded.error().message,
            "missing.yaml:1:1: no such file\na.yaml:1:10: expected a map of device names");
  EXPECT_FALSE(source.is_remote());
}

}  // namespace
}  // namespace dm::intent
