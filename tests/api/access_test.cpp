#include "api/access.h"

#include <gtest/gtest.h>

namespace dm::api {
namespace {

TEST(Access, WithoutAFileEverybodyIsOperator) { EXPECT_EQ(Access::open().role_of(""), Role::Operator); }

TEST(Access, ATokenGivesItsRole) {
  const auto access = Access::parse("# people\nviewer 0123456789abcdef0123\noperator fedcba9876543210fedc\n", "tokens");
  ASSERT_TRUE(access);

  EXPECT_EQ(access->role_of("Bearer 0123456789abcdef0123"), Role::Viewer);
  EXPECT_EQ(access->role_of("Bearer fedcba9876543210fedc"), Role::Operator);
  EXPECT_EQ(access->role_of("Bearer fedcba9876543210fed"), Role::None);
  EXPECT_EQ(access->role_of("Basic 0123456789abcdef0123"), Role::None);
  EXPECT_EQ(access->role_of(""), Role::None);
}

TEST(Access, MistakesNameTheLine) {
  EXPECT_EQ(Access::parse("viewer short\n", "t").error().message, "t:1: a token has at least 16 characters");
  EXPECT_EQ(Access::parse("\nadmin 0123456789abcdef\n", "t").error().message, "t:2: the role is viewer or operator");
  EXPECT_EQ(Access::parse("# nothing\n", "t").error().message, "t: holds no token");
}

}  // namespace
}  // namespace dm::api
