#include "app/file_watch.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "core/file_stamp.h"

namespace dm::app {
namespace {

namespace fs = std::filesystem;

class FileWatchTest : public testing::Test {
 protected:
  FileWatchTest() { folder_ = ::mkdtemp(name_.data()); }
  ~FileWatchTest() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const fs::path file = folder_ / name;
    std::ofstream(file) << text;
    return file;
  }
  void watch(const std::string& file) { watch_.watch({{file, core::file_stamp(file)}}); }

  std::string name_ = "/tmp/drift-monitor-watch-XXXXXX";
  fs::path folder_;
  FileWatch watch_;
};

TEST_F(FileWatchTest, SaysNothingWhileNothingChanges) {
  watch(write("secret", "one"));

  EXPECT_FALSE(watch_.look());
  EXPECT_FALSE(watch_.look());
}

TEST_F(FileWatchTest, TellsAChangeOnceAndOnlyWhenItStandsStill) {
  const std::string file = write("secret", "one");
  watch(file);

  write("secret", "half of");
  EXPECT_FALSE(watch_.look());
  write("secret", "half of it, and the rest");
  EXPECT_FALSE(watch_.look());
  EXPECT_TRUE(watch_.look());
  EXPECT_FALSE(watch_.look());
}

TEST_F(FileWatchTest, NoticesAFileThatIsReplacedBehindALink) {
  const std::string one = write("one", "same"), two = write("two", "same");
  const fs::path link = folder_ / "link";
  fs::create_symlink(one, link);
  watch(link);

  fs::remove(link);
  fs::create_symlink(two, link);
  (void)watch_.look();
  EXPECT_TRUE(watch_.look());
}

TEST_F(FileWatchTest, NoticesWhatChangedBetweenReadingAndTheFirstLook) {
  const std::string file = write("secret", "one");
  const std::string as_read = core::file_stamp(file);
  write("secret", "another");
  watch_.watch({{file, as_read}});

  (void)watch_.look();
  EXPECT_TRUE(watch_.look());
}

TEST_F(FileWatchTest, NoticesAFileThatGoesAndComes) {
  const std::string file = write("secret", "one");
  watch(file);

  fs::remove(file);
  (void)watch_.look();
  EXPECT_TRUE(watch_.look());
  write("secret", "one");
  (void)watch_.look();
  EXPECT_TRUE(watch_.look());
}

}  // namespace
}  // namespace dm::app
