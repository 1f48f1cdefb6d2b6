#include "gnmi/recording.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "gnmi/wire_oracle.h"
#include "source_dir.h"

namespace dm::gnmi::testing {
namespace {

std::string data_file(const std::string& name) { return tests::source_path("tests/data/gnmi/" + name); }

std::vector<std::string> messages_of(const std::string& file) {
  std::vector<std::string> messages;
  auto reader = RecordingReader::open(file, core::Limits{});
  EXPECT_TRUE(reader) << file;
  for (;;) {
    auto message = reader->next();
    EXPECT_TRUE(message) << message.error().message;
    if (!message || !*message) return messages;
    messages.emplace_back(reinterpret_cast<const char*>((*message)->data()), (*message)->size());
  }
}

// The messages as people read them: the text between two "# ---" lines.
std::vector<::gnmi::SubscribeResponse> texts_of(const std::string& file) {
  std::vector<::gnmi::SubscribeResponse> messages;
  std::ifstream stream(file);
  std::string line, text;
  bool is_inside = false;
  const auto finish = [&] {
    if (!is_inside) return;
    messages.emplace_back();
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &messages.back())) << text;
    text.clear();
  };
  while (std::getline(stream, line)) {
    const bool is_start = line.starts_with("# --- message");
    if (is_start || line.starts_with("# END")) {
      finish();
      is_inside = is_start;
    } else if (is_inside) {
      text += line + "\n";
    }
  }
  finish();
  return messages;
}

// A temporary file, gone at the end of the test.
struct TemporaryFile {
  std::string path = (std::filesystem::temp_directory_path() /
                      ("dm-recording-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + "-" +
                       std::to_string(::getpid())))
                         .string();
  ~TemporaryFile() { std::filesystem::remove(path); }
};

class Recordings : public ::testing::TestWithParam<std::string> {};

TEST_P(Recordings, AreReadAsTheirTextSays) {
  const std::string file = data_file(GetParam());
  const auto messages = messages_of(file + ".pb");
  const auto texts = texts_of(file + ".txtpb");
  const schema::Profile profile;
  const core::Limits limits;
  model::PathTable paths(nullptr);
  WireReader reader(profile, paths, limits);

  ASSERT_EQ(messages.size(), texts.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    EXPECT_EQ(lines_read(reader, messages[i], paths), lines_expected(texts[i], profile, limits))
        << "message " << i + 1;
  }
}

INSTANTIATE_TEST_SUITE_P(OtherServers, Recordings,
                         ::testing::Values("lemming-01-changes", "lemming-02-bgp-replace", "lemming-03-kill9",
                                           "collector-04-device-kill", "fake-05-element",
                                           "gnxi-07-sample-buggy", "gnxi-08-sample-leaf"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// The leaves after all messages: sets in order, deletes with everything below.
std::map<std::string, std::string> state_after(const std::string& name) {
  const schema::Profile profile;
  model::PathTable paths(nullptr);
  WireReader reader(profile, paths, core::Limits{});
  model::UpdateBatch batch;
  std::map<std::string, std::string> leaves;
  for (const std::string& message : messages_of(data_file(name))) {
    EXPECT_TRUE(reader.read(as_bytes(message), batch));
    for (const auto id : batch.exact_deletes) {
      std::erase_if(leaves, [&](const auto& leaf) {
        const auto leaf_id = paths.find(leaf.first);
        return leaf_id == id || paths.is_below(leaf_id, id);
      });
    }
    for (const auto& set : batch.sets) {
      leaves[paths.text(set.path)] = model::to_json(model::decode(batch.value(set)));
    }
  }
  return leaves;
}

TEST(Recording, EndsInTheStateTheDeviceHad) {
  const auto fake = state_after("fake-05-element.pb");
  const auto lemming = state_after("lemming-01-changes.pb");

  EXPECT_EQ(fake, (std::map<std::string, std::string>{
                      {"/interfaces/interface[name=Ethernet1]/config/enabled", "true"},
                      {"/interfaces/interface[name=Ethernet1]/config/mtu", "9214"},
                      {"/vlans", "[\"a\", \"b\"]"}}));
  EXPECT_TRUE(lemming.contains("/interfaces/interface[name=Ethernet1/1]/config/name"));
}

TEST(Recording, HubsDeleteOfEverythingMeansTheDeviceIsLost) {
  const schema::Profile profile;
  model::PathTable paths(nullptr);
  WireReader reader(profile, paths, core::Limits{});
  model::UpdateBatch batch;
  int lost = 0;
  for (const std::string& message : messages_of(data_file("collector-04-device-kill.pb"))) {
    ASSERT_TRUE(reader.read(as_bytes(message), batch));
    if (batch.device_lost) ++lost;
  }
  EXPECT_GT(lost, 0);
}

TEST(Recording, IsReadBackAsItWasWritten) {
  TemporaryFile file;
  const std::vector<std::string> messages = {"", "a", std::string(300, 'b'), std::string(20'000, 'c')};

  auto writer = RecordingWriter::create(file.path);
  ASSERT_TRUE(writer);
  for (const std::string& message : messages) ASSERT_TRUE(writer->append(as_bytes(message)));

  EXPECT_EQ(messages_of(file.path), messages);
}

TEST(Recording, SaysWhereItIsBroken) {
  TemporaryFile file;
  const auto error_of = [&](const std::string& content) {
    std::ofstream(file.path, std::ios::binary | std::ios::trunc) << content;
    core::Limits limits;
    limits.grpc_message_bytes = 100;
    auto reader = RecordingReader::open(file.path, limits);
    for (;;) {
      auto message = reader->next();
      if (!message) return message.error().message.substr(("recording " + file.path + ": ").size());
      if (!*message) return std::string("none");
    }
  };

  EXPECT_EQ(error_of(std::string("\x01") + "a" + "\x05" + "b"), "message 2: cut short");
  EXPECT_EQ(error_of("\x80"), "message 1: cut short");
  EXPECT_EQ(error_of("\xff\x7f"), "message 1: 16383 bytes, more than 100");
  EXPECT_EQ(error_of("\xff\xff\xff\xff\xff\xff"), "message 1: its length makes no sense");
  EXPECT_FALSE(RecordingReader::open(file.path + "-missing", core::Limits{}));
  EXPECT_FALSE(RecordingWriter::create("/nonexistent-directory/file"));
}

TEST(Recording, IsNeverOverwritten) {
  TemporaryFile file;
  std::ofstream(file.path) << "kept";

  const auto writer = RecordingWriter::create(file.path);

  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, core::Code::InvalidArgument);
  EXPECT_EQ(std::filesystem::file_size(file.path), 4U);
}

}  // namespace
}  // namespace dm::gnmi::testing
