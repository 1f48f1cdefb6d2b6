#include "model/path_text.h"

#include <gtest/gtest.h>

#include "model/path_table.h"

namespace dm::model {
namespace {

Path path(const std::string& text) { return *parse_path(text); }

TEST(PathText, GivesBackThePathItWasMadeFrom) {
  for (const char* text : {"/", "/a", "/a/b[k1=v1][k2=v2]/c", R"(/a[k=x\]y\\z]/b)", "/a[k=Ethernet1/1]/b", "/a[k= ]",
                           "/a[k=]", "/a[k=::1/64]/b", "eos_native:/Sysdb/a", "eos_native:/"}) {
    const Path made = path(text);
    EXPECT_EQ(PathText(made).parsed(), made) << text;
    EXPECT_EQ(PathText(made).text(), text);
  }
}

TEST(PathText, OfNothingIsTheRoot) {
  EXPECT_EQ(PathText(), PathText(Path()));
  EXPECT_EQ(PathText().parsed(), Path());
}

TEST(PathText, IsOrderedByText) {
  EXPECT_LT(PathText(path("/a-b")), PathText(path("/a/b")));
  EXPECT_EQ(PathText(path("/m:a[y=2][x=1]")), PathText(path("/a[x=1][y=2]")));
}

TEST(PathText, HasTheIdOfItsPath) {
  PathTable table(nullptr);
  const PathId first = table.intern(PathText(path("/a/b[k=1]/c")));

  EXPECT_EQ(table.text(first), "/a/b[k=1]/c");
  EXPECT_EQ(table.entry(first), table.find("/a/b[k=1]"));
  EXPECT_EQ(table.intern(path("/a/b[k=1]/c")), first);
  EXPECT_EQ(table.intern(PathText(path("/a/b[k=1]/c"))), first);
}

}  // namespace
}  // namespace dm::model
