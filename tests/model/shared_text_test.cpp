#include "model/shared_text.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace dm::model {
namespace {

TEST(SharedText, IsItsTextAndCopiesShareIt) {
  SharedText text("dcim.interface:101");
  const SharedText copy = text;
  EXPECT_EQ(copy.str().data(), text.str().data());
  EXPECT_FALSE(text.is_alone());
  EXPECT_EQ(copy, SharedText(std::string_view("dcim.interface:101")));
  EXPECT_TRUE(copy == "dcim.interface:101");
  EXPECT_LT(SharedText("a"), SharedText("b"));

  text = "another";
  EXPECT_EQ(copy.str(), "dcim.interface:101");
  EXPECT_TRUE(copy.is_alone());
  const SharedText moved = std::move(text);
  EXPECT_EQ(moved.str(), "another");
}

TEST(SharedText, TheEmptyTextTakesNothing) {
  EXPECT_TRUE(SharedText().empty());
  EXPECT_TRUE(SharedText("").empty());
  EXPECT_EQ(SharedText(""), SharedText());
  EXPECT_EQ(SharedText().str(), "");
  EXPECT_EQ(sizeof(SharedText), sizeof(void*));
}

TEST(SharedText, CopiesComeAndGoOnSeveralThreads) {
  const SharedText text("shared by all of them");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([text] {
      for (int round = 0; round < 10'000; ++round) {
        const SharedText copy = text;
        if (copy.empty()) return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(text.is_alone());
}

TEST(TextPool, MakesEqualTextsOneAndForgetsWhatNobodyHolds) {
  TextPool pool;
  SharedText first = pool.shared("a text"), second = pool.shared(std::string("a text"));
  EXPECT_EQ(first.str().data(), second.str().data());
  EXPECT_TRUE(pool.shared("").empty());
  pool.drop_unused();
  EXPECT_EQ(pool.size(), 1U);
  first = second = SharedText();
  pool.drop_unused();
  EXPECT_EQ(pool.size(), 0U);
}

}  // namespace
}  // namespace dm::model
