#include "fleet/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace dm::fleet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A disk that answers each commit at once, by the next status of a list; afterwards it accepts.
struct Disk {
  net::Loop loop;
  core::Logger log{core::LogLevel::Info, core::LogFormat::Text};
  std::vector<core::Status> answers;
  std::vector<std::string> written;
  std::size_t asked = 0;

  Recorder::Commit commit() {
    return [this](const model::LedgerBatch& batch, std::function<void(const core::Status&)> done) {
      const core::Status status = asked < answers.size() ? answers[asked] : core::Status();
      ++asked;
      if (status) written.push_back(batch.drifts.at(0).id);
      loop.post([done = std::move(done), status] { done(status); });
    };
  }
};

model::LedgerBatch batch(const std::string& id) { return {.device = "leaf1", .drifts = {{.id = id}}, .events = {}, .bodies = {}}; }

// What is logged until everything is written.
std::string log_of(Disk& disk, Recorder& recorder) {
  testing::internal::CaptureStderr();
  recorder.set_on_idle([&] { disk.loop.stop(); });
  disk.loop.run();
  return testing::internal::GetCapturedStderr();
}

TEST(Recorder, WritesBatchesInTheirOrderHoweverOftenTheDiskRefuses) {
  Disk disk;
  const core::Error full{core::Code::Io, "no space left"};
  disk.answers = {full, full, {}, full};
  Recorder recorder(disk.loop, disk.log, core::Duration{0}, disk.commit());
  recorder.record(batch("1"));
  recorder.record(batch("2"));
  EXPECT_FALSE(recorder.is_idle());

  const std::string log = log_of(disk, recorder);

  EXPECT_THAT(disk.written, ElementsAre("1", "2"));
  EXPECT_EQ(disk.asked, 5U);
  EXPECT_TRUE(recorder.is_idle());
  EXPECT_EQ(log, "") << "a full disk is told by the ledger, once for all devices";
}

TEST(Recorder, SaysOnceWhyOneBatchIsRefused) {
  Disk disk;
  const core::Error refused{core::Code::InvalidArgument, "CHECK constraint failed"};
  disk.answers = {refused, refused, refused};
  Recorder recorder(disk.loop, disk.log, core::Duration{0}, disk.commit());
  recorder.record(batch("1"));

  const std::string log = log_of(disk, recorder);

  EXPECT_THAT(log, HasSubstr("leaf1: "));
  EXPECT_THAT(log, HasSubstr("CHECK constraint failed"));
  EXPECT_THAT(log.substr(log.find("CHECK constraint failed") + 1), Not(HasSubstr("CHECK constraint failed")));
  EXPECT_THAT(disk.written, ElementsAre("1"));
}

TEST(Recorder, MayBeDestroyedBeforeItsAnswerComes) {
  Disk disk;
  {
    Recorder recorder(disk.loop, disk.log, core::Duration{0}, disk.commit());
    recorder.record(batch("1"));
  }
  disk.loop.post([&] { disk.loop.stop(); });

  disk.loop.run();

  EXPECT_THAT(disk.written, ElementsAre("1"));
}

TEST(Recorder, MayBeDestroyedWhenItBecomesIdle) {
  Disk disk;
  auto recorder = std::make_unique<Recorder>(disk.loop, disk.log, core::Duration{0}, disk.commit());
  recorder->set_on_idle([&] {
    recorder.reset();
    disk.loop.stop();
  });
  recorder->record(batch("1"));

  disk.loop.run();

  EXPECT_EQ(recorder, nullptr);
}

}  // namespace
}  // namespace dm::fleet
