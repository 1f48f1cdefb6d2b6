#include "model/value.h"

#include <gtest/gtest.h>

namespace dm::model {
namespace {

TEST(Value, EncodingRoundTrips) {
  for (const Value& value :
       {Value(true), Value(false), Value(std::uint64_t{0}), Value(std::uint64_t{18446744073709551615U}),
        Value(std::int64_t{-5}), Value(2.5), Value("text with \"quotes\""), Value(""),
        Value(ValueList{Value(10), Value("20..22")}), Value(ValueList{})}) {
    std::string bytes;
    encode(value, bytes);
    EXPECT_EQ(decode(bytes), value) << to_json(value);
  }
}

TEST(Value, AbsentIsNoBytes) {
  std::string bytes;
  encode(Value(), bytes);
  EXPECT_TRUE(bytes.empty());
  EXPECT_TRUE(decode("").is_absent());
}

TEST(Value, SignedAndUnsignedOfOneNumberAreOneValue) {
  EXPECT_EQ(Value(std::int64_t{7}), Value(std::uint64_t{7}));
  std::string a, b;
  encode_int(7, a);
  encode_uint(7, b);
  EXPECT_EQ(a, b);
}

TEST(Value, JsonKeepsEveryDigit) {
  EXPECT_EQ(to_json(Value(std::uint64_t{9007199254740992U})), "9007199254740992");
  EXPECT_EQ(to_json(Value(std::uint64_t{9007199254740993U})), "\"9007199254740993\"");
  EXPECT_EQ(to_json(Value(std::uint64_t{18446744073709551615U})), "\"18446744073709551615\"");
  EXPECT_EQ(to_json(Value(std::int64_t{-9007199254740993})), "\"-9007199254740993\"");
}

TEST(Value, JsonEscapesWhatADeviceMaySay) {
  EXPECT_EQ(to_json(Value("a\"b\\c\nd\x01")), "\"a\\\"b\\\\c\\nd\\u0001\"");
  EXPECT_EQ(to_json(Value("\xFF")), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(to_json(Value(ValueObject{{"config/vlan-id", Value(40)}, {"x", Value()}})),
            "{\"config/vlan-id\": 40, \"x\": null}");
}

}  // namespace
}  // namespace dm::model
