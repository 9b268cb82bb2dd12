#include "services/ingest/connectors/text_decoder.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"

namespace tend::ingest {
namespace {

std::string Decode(absl::string_view bytes, size_t chunk, const std::string& encoding = "") {
  TextDecoder decoder(encoding);
  std::string out;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, chunk));
    bytes.remove_prefix(piece.size());
    const absl::string_view text = decoder.Decode(piece);
    out.append(text.data(), text.size());
  }
  const absl::string_view rest = decoder.Finish();
  return out.append(rest.data(), rest.size());
}

std::string Utf16(const std::u16string& text, bool little) {
  std::string out;
  for (const char16_t c : text) {
    const char low = static_cast<char>(c & 0xff);
    const char high = static_cast<char>(c >> 8);
    out.push_back(little ? low : high);
    out.push_back(little ? high : low);
  }
  return out;
}

TEST(TextDecoderTest, EveryMarkIsUnderstoodWhateverTheChunk) {
  const std::string plain = "name;Zoë 日本 \xF0\x9F\x8C\xB1\n";
  const std::u16string wide = u"\uFEFFname;Zoë 日本 \U0001F331\n";
  for (const size_t chunk : {1, 2, 3, 5, 1000}) {
    EXPECT_EQ(Decode(plain, chunk), plain);
    EXPECT_EQ(Decode("\xEF\xBB\xBF" + plain, chunk), plain);
    EXPECT_EQ(Decode(Utf16(wide, true), chunk), plain);
    EXPECT_EQ(Decode(Utf16(wide, false), chunk), plain);
  }
}

TEST(TextDecoderTest, ShortFilesComeOutWhole) {
  EXPECT_EQ(Decode("", 1), "");
  EXPECT_EQ(Decode("a", 1), "a");
  EXPECT_EQ(Decode("ab", 1), "ab");
  EXPECT_EQ(Decode("\xFF\xFE", 1), "");
  EXPECT_EQ(Decode("\xEF\xBB\xBF", 2), "");
}

TEST(TextDecoderTest, ANamedSetHoldsOnlyWithoutAMark) {
  EXPECT_EQ(Decode("Zo\xEB \x80", 1, "windows-1252"), "Zoë €");
  EXPECT_EQ(Decode("\xEF\xBB\xBFZoë", 2, "windows-1252"), "Zoë");
  EXPECT_TRUE(TextDecoder::CheckEncoding("").ok());
  EXPECT_TRUE(TextDecoder::CheckEncoding("ISO-8859-15").ok());
  EXPECT_FALSE(TextDecoder::CheckEncoding("klingon").ok());
}

TEST(TextDecoderTest, HalfACharacterAtTheEndIsMarked) {
  EXPECT_EQ(Decode(std::string("\xFF\xFE"
                               "a\0b",
                               5),
                   2),
            "a\xEF\xBF\xBD");
}

}  // namespace
}  // namespace tend::ingest
