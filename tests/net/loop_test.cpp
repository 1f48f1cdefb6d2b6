#include "net/loop.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>

namespace dm::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Loop, RunsPostedTasksInOrderOnItsThread) {
  Loop loop;
  std::string order;
  bool was_inside = false;
  loop.post([&] { order += 'a'; });
  loop.post([&] {
    order += 'b';
    was_inside = loop.is_current_thread();
    loop.post([&] {
      order += 'd';
      loop.stop();
    });
  });
  loop.post([&] { order += 'c'; });

  EXPECT_FALSE(loop.is_current_thread());
  loop.run();

  EXPECT_EQ(order, "abcd");
  EXPECT_TRUE(was_inside);
  EXPECT_FALSE(loop.is_current_thread());
}

TEST(Loop, WaitsForWorkOfOtherThreads) {
  Loop loop;
  int tasks = 0;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&] { ++tasks; });
    loop.post([&] { loop.stop(); });
  });

  loop.run();
  other.join();

  EXPECT_EQ(tasks, 1000);
}

TEST(Loop, LeavesLaterTasksWhenStopped) {
  Loop loop;
  bool is_late_task_run = false;
  loop.post([&] { loop.stop(); });
  loop.post([&] { is_late_task_run = true; });

  loop.run();
  EXPECT_FALSE(is_late_task_run);

  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_TRUE(is_late_task_run);
}

TEST(Loop, DoesNotRunWhenStoppedBefore) {
  Loop loop;
  bool is_run = false;
  loop.post([&] { is_run = true; });

  loop.stop();
  loop.run();

  EXPECT_FALSE(is_run);
}

TEST(Loop, DestroysTasksThatNeverRan) {
  const auto held = std::make_shared<int>(1);
  {
    Loop loop;
    loop.post([held] {});
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Timer, FiresOnceInTheOrderOfDeadlines) {
  Loop loop;
  Timer late(loop), early(loop), stop(loop);
  std::string order;
  late.after(milliseconds(4), [&] { order += 'l'; });
  early.after(milliseconds(2), [&] { order += 'e'; });
  stop.after(milliseconds(6), [&] { loop.stop(); });

  loop.run();

  EXPECT_EQ(order, "el");
}

TEST(Timer, ReplacesItsDeadlineAndCallback) {
  Loop loop;
  Timer timer(loop);
  std::string order;
  timer.after(milliseconds(0), [&] { order += 'x'; });

  timer.after(milliseconds(1), [&] {
    order += 'y';
    loop.stop();
  });
  loop.run();

  EXPECT_EQ(order, "y");
}

TEST(Timer, DoesNotFireOnceCancelledEvenIfDue) {
  Loop loop;
  Timer first(loop), second(loop);
  std::string order;
  // Both are due in the same turn; whichever is first takes the other back.
  first.after(milliseconds(0), [&] {
    order += 'f';
    second.cancel();
  });
  second.after(milliseconds(0), [&] {
    order += 's';
    first.cancel();
  });
  Timer stop(loop);
  stop.after(milliseconds(2), [&] { loop.stop(); });

  loop.run();

  EXPECT_EQ(order.size(), 1U);
}

TEST(Timer, MayBeSetAgainInsideItsCallback) {
  Loop loop;
  Timer timer(loop);
  int rounds = 0;
  std::function<void()> again = [&] {
    if (++rounds == 3) return loop.stop();
    timer.after(milliseconds(0), again);
  };
  timer.after(milliseconds(0), again);

  loop.run();

  EXPECT_EQ(rounds, 3);
}

TEST(Timer, MayBeDestroyedInsideItsCallback) {
  Loop loop;
  auto timer = std::make_unique<Timer>(loop);
  const std::string canary(64, 'c');
  std::string seen;
  timer->after(milliseconds(0), [&, canary] {
    timer.reset();
    seen = canary;
    loop.stop();
  });

  loop.run();

  EXPECT_EQ(seen, canary);
}

TEST(Timer, LetsGoOfItsCallbackWhenCancelled) {
  Loop loop;
  Timer timer(loop);
  const auto held = std::make_shared<int>(1);
  timer.after(hours(1), [held] {});
  EXPECT_EQ(held.use_count(), 2);

  timer.cancel();

  EXPECT_EQ(held.use_count(), 1);
}

TEST(Timer, DestructionCancels) {
  Loop loop;
  bool has_fired = false;
  {
    Timer timer(loop);
    timer.after(milliseconds(0), [&] { has_fired = true; });
  }
  Timer stop(loop);
  stop.after(milliseconds(2), [&] { loop.stop(); });

  loop.run();

  EXPECT_FALSE(has_fired);
}

}  // namespace
}  // namespace dm::net
