#include "intent/last_good.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "intent/last_good_keeper.h"
#include "intent/last_good_text.h"
#include "intent/merge.h"
#include "intent/netbox/netbox_source.h"
#include "intent/netbox_face.h"

namespace dm::intent {
namespace {

using core::Code;
using testing::HasSubstr;

constexpr std::size_t kMost = 1U << 24U;

class LastGoodTest : public testing::Test {
 protected:
  LastGoodTest() {
    std::filesystem::create_directories(folder_);
    config::NetBox settings;
    settings.url = face_.url();
    settings.token = config::Secret(testing_support::NetBoxFace::token());
    auto loaded = netbox::make_netbox_source(settings, {true, "role=leaf&role=spine", {}}, 6030, {}, clock_)->load({});
    EXPECT_TRUE(loaded);
    Loaded content = std::move(*loaded);
    content.warnings.push_back("said");
    content.suspended.push_back({"leaf9", "its status is planned"});
    good_ = {"netbox", "scope", "0.1.0", std::make_shared<const Loaded>(std::move(content)), clock_.wall_now()};
  }
  ~LastGoodTest() override { std::filesystem::remove_all(folder_); }

  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }

  testing_support::NetBoxFace face_;
  core::FakeClock clock_;
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("last_good_" + std::to_string(::getpid()));
  std::string file_ = folder_ / "state.db.intent";
  LastGood good_;
};

TEST_F(LastGoodTest, IsReadAsItWasWritten) {
  ASSERT_TRUE(write_last_good(file_, good_, kMost));
  const auto read = read_last_good(file_, kMost);

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->source, "netbox");
  EXPECT_EQ(read->scope, "scope");
  EXPECT_EQ(read->made_by, "0.1.0");
  EXPECT_EQ(read->time, good_.time);
  ASSERT_EQ(read->loaded->devices.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_TRUE(is_same(*read->loaded->devices[i], *good_.loaded->devices[i]));
  EXPECT_EQ(read->loaded->inventory, good_.loaded->inventory);
  EXPECT_EQ(read->loaded->warnings, good_.loaded->warnings);
  EXPECT_EQ(read->loaded->findings, good_.loaded->findings);
  EXPECT_EQ(read->loaded->suspended, good_.loaded->suspended);
}

TEST_F(LastGoodTest, KeepsValuesOfEveryForm) {
  model::DeviceIntent device;
  device.device = "leaf1";
  const std::vector<model::Value> values = {{}, true, std::uint64_t{18446744073709551615U}, -7, 1.5, "text",
                                            model::ValueList{1, "a", model::Value()},
                                            model::ValueObject{{"config/mtu", 9000}, {"config/name", "x"}}};
  device.leaves.push_back({*model::parse_path("/a/b[name=x\\]y]/c"), model::Rule::OneOf, values, {"netbox", "o", "u", "f"}});
  device.lists["/a/b"] = model::ListPolicy::Authoritative;
  device.not_compared["/a/c"] = "nobody says";
  device.unmanaged = {model::Path(), *model::parse_path("/a/b[name=*]")};
  device.strict = {*model::parse_path("/a")};
  Loaded loaded;
  loaded.devices.push_back(std::make_shared<const model::DeviceIntent>(device));
  good_.loaded = std::make_shared<const Loaded>(std::move(loaded));

  ASSERT_TRUE(write_last_good(file_, good_, kMost));
  const auto read = read_last_good(file_, kMost);

  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(is_same(*read->loaded->devices[0], device));
}

TEST_F(LastGoodTest, IsItsOwnersAlone) {
  ASSERT_TRUE(write_last_good(file_, good_, kMost));
  struct stat facts {};
  ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(LastGoodTest, CutAnywhereIsNotUsed) {
  ASSERT_TRUE(write_last_good(file_, good_, kMost));
  const std::string whole = content();
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 2}) {
    const auto read = from_lines(std::string_view(whole).substr(0, size));
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, Code::Corrupt);
  }
}

TEST_F(LastGoodTest, AnotherFormatOrNonsenseIsNotUsed) {
  for (const char* text : {"{\"format\":\"drift-monitor/intent/v2\"}\n", "[]\n", "hello", "{\"format\":1}\n"}) {
    std::ofstream(file_) << text;
    EXPECT_FALSE(read_last_good(file_, kMost)) << text;
  }
}

TEST_F(LastGoodTest, TheLimitLeavesTheOldFile) {
  ASSERT_TRUE(write_last_good(file_, good_, kMost));
  const std::string before = content();
  const auto written = write_last_good(file_, good_, 1000);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::ResourceExhausted);
  EXPECT_THAT(written.error().message, HasSubstr("last_good_bytes"));
  EXPECT_EQ(content(), before);
  EXPECT_FALSE(std::filesystem::exists(file_ + ".new"));
  EXPECT_EQ(read_last_good(file_, 1000).error().code, Code::ResourceExhausted);
}

TEST_F(LastGoodTest, TheKeeperWritesAtMostOnceAMinuteAndTouchesWhatDidNotChange) {
  core::Logger logger(core::LogLevel::Error, core::LogFormat::Text);
  metrics::Registry registry;
  LastGoodKeeper keeper(file_, kMost, logger, registry);
  keeper.note(good_, clock_.steady_now());
  const std::string first = content();

  clock_.advance(std::chrono::seconds(30));
  good_.time = clock_.wall_now();
  keeper.note(good_, clock_.steady_now());  // nothing new
  EXPECT_EQ(content(), first);
  EXPECT_EQ(read_last_good(file_, kMost)->time, good_.time);

  Loaded less = *good_.loaded;
  less.devices.pop_back();
  good_.loaded = std::make_shared<const Loaded>(less);
  keeper.note(good_, clock_.steady_now());
  EXPECT_EQ(content(), first);
  ASSERT_EQ(keeper.due(), clock_.steady_now() + std::chrono::seconds(30));
  clock_.advance(std::chrono::seconds(30));
  keeper.write_due(clock_.steady_now());
  EXPECT_EQ(read_last_good(file_, kMost)->loaded->devices.size(), 9U);

  less.devices.pop_back();
  good_.loaded = std::make_shared<const Loaded>(less);
  keeper.note(good_, clock_.steady_now());
  keeper.flush();  // the end
  EXPECT_EQ(read_last_good(file_, kMost)->loaded->devices.size(), 8U);
}

TEST_F(LastGoodTest, TheKeeperCountsWhatIsTooLarge) {
  core::Logger logger(core::LogLevel::Error, core::LogFormat::Text);
  metrics::Registry registry;
  LastGoodKeeper keeper(file_, 1000, logger, registry);

  keeper.note(good_, clock_.steady_now());

  EXPECT_EQ(registry.value(metrics::Metric::LimitHits, "last_good_bytes"), 1);
}

TEST_F(LastGoodTest, TheKeeperGivesNothingOfAnotherSourceOrScope) {
  core::Logger logger(core::LogLevel::Error, core::LogFormat::Text);
  metrics::Registry registry;
  ASSERT_TRUE(write_last_good(file_, good_, kMost));
  LastGoodKeeper keeper(file_, kMost, logger, registry);
  EXPECT_TRUE(keeper.restore("netbox", "scope"));
  EXPECT_FALSE(keeper.restore("netbox", "another scope"));
  EXPECT_FALSE(keeper.restore("other", "scope"));
  EXPECT_FALSE(LastGoodKeeper("", kMost, logger, registry).restore("netbox", "scope"));
}

}  // namespace
}  // namespace dm::intent
