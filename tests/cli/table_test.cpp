#include "cli/table.h"

#include <gtest/gtest.h>

namespace dm::cli {
namespace {

TEST(Table, AlignsByWhatIsSeen) {
  Table table({"DEVICE", "STATE"});
  table.add({"leaf1", "live"});
  table.add({"grün", "stale"});

  EXPECT_EQ(table.text(Style(false)), "DEVICE  STATE\nleaf1   live\ngrün    stale\n");
}

TEST(Table, ColoursTakeNoWidth) {
  EXPECT_EQ(display_width(Style(true).red("abc")), 3U);
  EXPECT_EQ(Style(false).red("abc"), "abc");
}

TEST(Table, ADevicesTextCannotMoveTheCursor) {
  EXPECT_EQ(printable("a\x1b[2Jb\nc"), "a\\x1b[2Jb\\nc");
}

}  // namespace
}  // namespace dm::cli
