// What Ledger::open says about files it cannot or must not use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "store/migrations.h"
#include "store/scratch.h"
#include "store/sqlite.h"

namespace dm::store {
namespace {

using scratch::Folder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class LedgerOpen : public testing::Test {
 protected:
  core::Result<std::unique_ptr<Ledger>> open(const std::string& path) {
    return Ledger::open(path, {}, clock_, log_, metrics_);
  }

  Folder folder_;
  core::FakeClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
};

TEST_F(LedgerOpen, NamesTheMissingFolder) {
  const auto ledger = open(folder_.file("nowhere/state.db"));

  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, core::Code::Io);
  EXPECT_THAT(ledger.error().message, AllOf(HasSubstr("nowhere/state.db"),
                                            HasSubstr("does not exist"), HasSubstr("store.path")));
}

TEST_F(LedgerOpen, SaysThatAFolderIsNoFile) {
  const auto ledger = open(folder_.file(""));

  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, core::Code::Io);
}

TEST_F(LedgerOpen, SaysThatTheFolderIsNotWritable) {
  const auto ledger = open("/proc/state.db");  // where not even root may create a file

  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, core::Code::Io);
  EXPECT_THAT(ledger.error().message,
              AllOf(HasSubstr("/proc/state.db"), HasSubstr("cannot be written")));
}

TEST_F(LedgerOpen, RefusesASecondWriter) {
  const auto first = open(folder_.file("state.db"));
  ASSERT_TRUE(first);

  const auto second = open(folder_.file("state.db"));

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, core::Code::Unavailable);
  EXPECT_THAT(second.error().message, AllOf(HasSubstr("in use by another drift-monitor"),
                                            HasSubstr("process " + std::to_string(getpid()))));
}

TEST_F(LedgerOpen, TheFileIsForTheServiceAlone) {
  const auto ledger = open(folder_.file("state.db"));
  ASSERT_TRUE(ledger);

  struct stat info {};
  ASSERT_EQ(stat(folder_.file("state.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(LedgerOpen, RefusesAFileThatIsNoDatabase) {
  std::ofstream(folder_.file("state.db")) << std::string(8192, 'x');

  const auto ledger = open(folder_.file("state.db"));

  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, core::Code::Corrupt);
  EXPECT_THAT(ledger.error().message, AllOf(HasSubstr("damaged"), HasSubstr("move the file away")));
}

TEST_F(LedgerOpen, RefusesADamagedDatabase) {
  const std::string path = folder_.file("state.db");
  {
    scratch::Book book;
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(book.commit(scratch::batch("leaf" + std::to_string(i))));
    book.ledger.reset();
    std::filesystem::copy_file(book.path, path);
  }
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto size = std::filesystem::file_size(path);
  ASSERT_GT(size, 16U * 4096U);
  for (std::streamoff at = 4096; at + 4096 < static_cast<std::streamoff>(size); at += 4096) {
    file.seekp(at + 8);
    file << "damaged!damaged!";
  }
  file.close();

  const auto ledger = open(path);

  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, core::Code::Corrupt) << ledger.error().message;
  EXPECT_THAT(ledger.error().message, HasSubstr("move the file away"));
}

TEST_F(LedgerOpen, RefusesAFileOfANewerVersionAndLeavesItAlone) {
  const std::string path = folder_.file("state.db");
  ASSERT_TRUE(open(path));
  const int future = schema_version() + 1;
  {
    auto database = Database::open(path, Mode::Owner);
    ASSERT_TRUE(database->execute("PRAGMA user_version=" + std::to_string(future)));
  }

  const auto ledger = open(path);

  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, core::Code::PermissionDenied);
  EXPECT_THAT(ledger.error().message, HasSubstr("newer drift-monitor"));
  auto database = Database::open(path, Mode::Reader);
  EXPECT_EQ(*stored_version(*database), future);
}

TEST_F(LedgerOpen, AFileOfVersion1KeepsItsDriftsAndWhatWasToldOfThem) {
  scratch::Book book;
  model::LedgerBatch told = scratch::batch("leaf1");
  ASSERT_TRUE(book.commit(told));
  book.ledger.reset();
  {
    auto database = Database::open(book.path, Mode::Owner);
    ASSERT_TRUE(database->execute("ALTER TABLE drift DROP COLUMN was_sent; "
                                  "ALTER TABLE drift DROP COLUMN field; PRAGMA user_version=1"));
  }

  book.reopen();

  ASSERT_THAT(*book.ledger->open_drifts("leaf1"), testing::SizeIs(1));
  told.events[0].id = "another";
  told.events[0].action = told.events[0].differences[0].action = model::EventAction::Resolved;
  ASSERT_TRUE(book.commit(told));
  EXPECT_EQ(book.metrics.value(metrics::Metric::OutboxPending), 2);
}

TEST_F(LedgerOpen, AnEmptyFileBecomesADatabase) {
  std::ofstream(folder_.file("state.db")).flush();

  EXPECT_TRUE(open(folder_.file("state.db")));
}

TEST(Database, AReaderCannotWrite) {
  scratch::Book book;
  auto reader = Database::open(book.path, Mode::Reader);
  ASSERT_TRUE(reader);

  const core::Status status = reader->execute("DELETE FROM drift");

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, core::Code::Io);
}

TEST(Database, AMigrationThatFailsLeavesNothingBehind) {
  Folder folder;
  auto database = Database::open(folder.file("state.db"), Mode::Owner);
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->execute("CREATE TABLE delivery (id INTEGER)"));  // in the way of version 1

  const core::Status status = migrate(*database);

  ASSERT_FALSE(status);
  EXPECT_EQ(*stored_version(*database), 0);
  auto tables =
      database->prepare("SELECT count(*) FROM sqlite_master WHERE name IN ('drift', 'event')");
  ASSERT_TRUE(*tables->step());
  EXPECT_EQ(tables->integer(0), 0);
}

}  // namespace
}  // namespace dm::store
