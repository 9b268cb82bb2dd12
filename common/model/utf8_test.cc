#include "common/model/utf8.h"

#include <string>

#include "google/protobuf/stubs/logging.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tend/v1/identifier.pb.h"

namespace tend::model {
namespace {

std::string Prefix(absl::string_view bytes) {
  const absl::string_view prefix = Utf8Prefix(bytes);
  return {prefix.data(), prefix.size()};
}

TEST(Utf8Test, ThePrefixEndsBeforeWhatIsNoCharacter) {
  EXPECT_EQ(Prefix(""), "");
  EXPECT_EQ(Prefix("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(Prefix("caf\xc3"), "caf");          // half of one
  EXPECT_EQ(Prefix("caf\xe9 au lait"), "caf");  // Latin-1
  EXPECT_EQ(Prefix("a\xc0\xaf"), "a");          // longer than it need be
  EXPECT_EQ(Prefix("a\xed\xa0\x80"), "a");      // half of a pair of UTF-16
  EXPECT_EQ(Prefix("a\xf4\x90\x80\x80"), "a");  // beyond Unicode
  EXPECT_EQ(Prefix({"a\0b", 3}), std::string("a\0b", 3));
}

RC_GTEST_PROP(Utf8Test, WhatIsUtf8IsWhatAMessageIsReadWith, ()) {
  const auto byte = rc::gen::element<char>('a', '\0', '\x80', '\x90', '\xa0', '\xbf', '\xc0',
                                           '\xc3', '\xe0', '\xed', '\xf0', '\xf4');
  const auto size = *rc::gen::inRange<char>(0, 6);
  const auto bytes = *rc::gen::container<std::string>(static_cast<size_t>(size), byte);
  const std::string raw = {0x1a, size};  // the field's number and type, and its length
  const google::protobuf::LogSilencer silencer;
  v1::Identifier identifier;
  RC_ASSERT(identifier.ParseFromString(raw + bytes) == IsUtf8(bytes));
}

}  // namespace
}  // namespace tend::model
