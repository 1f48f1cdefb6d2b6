#include <gtest/gtest.h>

#include "core/backoff.h"
#include "core/clock.h"
#include "core/text.h"

namespace dm::core {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, RoundTripsNanoseconds) {
  const char* text = "2026-11-22T16:00:00.123456789Z";
  EXPECT_EQ(to_rfc3339(*from_rfc3339(text)), text);
  EXPECT_EQ(to_rfc3339(*from_rfc3339("2026-11-22T17:30:00+01:30")), "2026-11-22T16:00:00.000000000Z");
}

TEST(Rfc3339, RefusesWhatIsNoInstant) {
  for (const char* text : {"", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-11-22T16:00:00", "2026-11-22T16:00:00.Z", "2026-11-22T25:00:00Z"}) {
    EXPECT_FALSE(from_rfc3339(text)) << text;
  }
}

TEST(DurationText, ReadsAndWrites) {
  EXPECT_EQ(*parse_duration("500ms"), 500ms);
  EXPECT_EQ(*parse_duration("5m"), 5min);
  EXPECT_EQ(*parse_duration("0"), 0s);
  EXPECT_FALSE(parse_duration("5"));
  EXPECT_FALSE(parse_duration("-1s"));
  EXPECT_FALSE(parse_duration("9999999999999h"));
  EXPECT_EQ(to_text(90s), "90s");
  EXPECT_EQ(to_text(120s), "2m");
}

TEST(Backoff, GrowsWithJitterToItsCeiling) {
  Backoff backoff({.first = 1s, .most = 8s});

  for (const auto ceiling : {1s, 2s, 4s, 8s, 8s, 8s}) {
    const Duration wait = backoff.next(0x123456789ABCDEFULL);
    EXPECT_GE(wait, ceiling / 2);
    EXPECT_LE(wait, ceiling);
  }

  backoff.reset();
  EXPECT_LE(backoff.next(~0ULL), 1s);
}

TEST(Text, ShortenCutsBetweenCharacters) {
  EXPECT_EQ(shorten("short", 10), "short");
  EXPECT_EQ(shorten("ääääää", 8), "ää…");
}

TEST(Text, Utf8IsMended) {
  EXPECT_TRUE(is_valid_utf8("grün 🦊"));
  EXPECT_FALSE(is_valid_utf8("\xC0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));
  EXPECT_EQ(to_valid_utf8("a\xFF z"), "a\xEF\xBF\xBD z");
}

TEST(Text, GlobMatchesWholeTexts) {
  EXPECT_TRUE(matches_glob("leaf*", "leaf1"));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(matches_glob("leaf*", "spine1"));
  EXPECT_FALSE(matches_glob("leaf", "leaf1"));
}

TEST(Text, HexAndBase64) {
  EXPECT_EQ(to_hex("\x01\xAB"), "01ab");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(random_id().size(), 32U);
  EXPECT_NE(random_id(), random_id());
}

}  // namespace
}  // namespace dm::core
