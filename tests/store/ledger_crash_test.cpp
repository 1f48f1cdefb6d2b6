// The process dies, or the disk refuses, at any instant: what was said to be durable is there, and
// nothing is there by halves. Children are real processes, killed with SIGKILL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <random>
#include <set>

#include "store/queries.h"
#include "store/scratch.h"
#include "store/sqlite.h"

namespace dm::store {
namespace {

using scratch::Folder;

struct Parts {
  core::FakeClock clock;
  core::Logger log{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics;
  std::unique_ptr<Ledger> ledger;

  explicit Parts(const std::string& path) {
    auto opened = Ledger::open(path, {}, clock, log, metrics);
    if (!opened) return;
    ledger = std::move(*opened);
    ledger->set_filter(scratch::everything());
  }
};

// Commits one batch after the other and says the event's id into the pipe once it is durable.
[[noreturn]] void commit_forever(const std::string& path, int pipe) {
  Parts parts(path);
  if (!parts.ledger) _exit(3);
  for (int i = 0;; ++i) {
    const model::LedgerBatch batch =
        scratch::batch("leaf" + std::to_string(i % 7), "/path-" + std::to_string(i));
    parts.ledger->commit(batch, [pipe, id = batch.events[0].id](const core::Status& status) {
      if (status && write(pipe, id.data(), id.size()) < 0) _exit(4);
    });
  }
}

std::set<std::string> read_ids(int pipe, std::size_t at_least) {
  std::set<std::string> ids;
  std::string text;
  std::array<char, 4096> bytes{};
  ssize_t size = 1;
  while (ids.size() < at_least && (size = read(pipe, bytes.data(), bytes.size())) > 0) {
    text.append(bytes.data(), static_cast<std::size_t>(size));
    for (; text.size() >= 32; text.erase(0, 32)) ids.insert(text.substr(0, 32));
  }
  return ids;
}

TEST(LedgerCrash, WhatWasDurableIsThereAndNothingByHalves) {
  Folder folder;
  const std::string path = folder.file("state.db");
  std::set<std::string> durable;
  std::mt19937 random(11);

  for (int round = 0; round < 8; ++round) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      commit_forever(path, ends[1]);
    }
    close(ends[1]);
    durable.merge(read_ids(ends[0], 1 + random() % 200));
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    durable.merge(read_ids(ends[0], SIZE_MAX));  // what it said before it died
    close(ends[0]);
  }

  const Parts parts(path);
  ASSERT_TRUE(parts.ledger);
  auto database = Database::open(path, Mode::Reader);
  ASSERT_TRUE(database);
  auto event = database->prepare("SELECT count(*) FROM event WHERE id = ?1");
  for (const std::string& id : durable) {
    ASSERT_TRUE(*event->bind(1, id).step());
    EXPECT_EQ(event->integer(0), 1) << id;
    event->reset();
  }
  for (const char* halves :
       {"SELECT count(*) FROM event WHERE id NOT IN (SELECT event_id FROM delivery)",
        "SELECT (SELECT count(*) FROM event) - (SELECT count(*) FROM drift)"}) {
    auto statement = database->prepare(halves);
    ASSERT_TRUE(*statement->step());
    EXPECT_EQ(statement->integer(0), 0) << halves;
  }
  EXPECT_GT(durable.size(), 8U);
}

TEST(LedgerCrash, DeathBetweenBeginAndFinishLeavesAMaybe) {
  Folder folder;
  const std::string path = folder.file("state.db");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Parts parts(path);
    std::promise<void> done;
    parts.ledger->commit(scratch::batch("leaf1"), [&](const core::Status&) { done.set_value(); });
    done.get_future().wait();
    const auto due = parts.ledger->due(parts.clock.wall_now(), 1);
    if (!parts.ledger->begin_attempt((*due)[0].id, parts.clock.wall_now())) _exit(5);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));

  Parts parts(path);
  ASSERT_TRUE(parts.ledger);
  const auto due = parts.ledger->due(parts.clock.wall_now(), 1);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_TRUE((*due)[0].maybe_accepted);
}

// The child's files may not grow: a full disk without a disk.
void set_file_limit(rlim_t bytes) {
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_FSIZE, &limit);
}

core::Status commit(Parts& parts, const model::LedgerBatch& batch) {
  std::promise<core::Status> done;
  parts.ledger->commit(batch, [&](const core::Status& status) { done.set_value(status); });
  return done.get_future().get();
}

int live_with_a_full_disk(const std::string& path) {
  signal(SIGXFSZ, SIG_IGN);
  Parts parts(path);
  if (!parts.ledger || !commit(parts, scratch::batch("before"))) return 1;
  const auto due = parts.ledger->due(parts.clock.wall_now(), 1);

  set_file_limit(4096);
  model::LedgerBatch refused = scratch::batch("during");
  refused.bodies[0] = std::string(100'000, 'x');
  const core::Status status = commit(parts, refused);
  if (status || status.error().code != core::Code::Io) return 2;
  if (parts.ledger->is_writable()) return 3;
  if (parts.ledger->begin_attempt((*due)[0].id, parts.clock.wall_now())) return 4;
  const auto still_readable = parts.ledger->open_drifts("before");
  if (!still_readable || still_readable->size() != 1) return 5;
  if (parts.ledger->is_writable()) return 6;  // reading proves nothing

  set_file_limit(RLIM_INFINITY);
  if (!commit(parts, refused)) return 7;
  if (!parts.ledger->is_writable()) return 8;
  if (!parts.ledger->begin_attempt((*due)[0].id, parts.clock.wall_now())) return 9;
  return parts.ledger->open_drifts("during")->size() == 1 ? 0 : 10;
}

TEST(LedgerCrash, AFullDiskIsToldAndOvercome) {
  Folder folder;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(live_with_a_full_disk(folder.file("state.db")));

  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace dm::store
