// The addresses of dominicsayers/isemail (BSD 3) against NormalizeEmail.

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/enrichment/domain/email.h"

namespace tend::enrichment {
namespace {

constexpr char kPath[] = "../shared/data/isemail/tests.xml";

struct Judged {
  std::string address;
  std::string category;
  std::string diagnosis;
};

std::string Between(absl::string_view text, absl::string_view open, absl::string_view close) {
  const size_t from = text.find(open);
  if (from == absl::string_view::npos) return "";
  const size_t to = text.find(close, from);
  return std::string(text.substr(from + open.size(), to - from - open.size()));
}

// XML's escapes, and the file's own: U+2400 + n stands for the control character n.
std::string Unescaped(std::string text) {
  for (int code = 0; code < 32; ++code) {
    const std::string escape = absl::StrFormat("&#x24%02X;", code);
    absl::StrReplaceAll({{escape, std::string(1, static_cast<char>(code))}}, &text);
  }
  return absl::StrReplaceAll(
      text,
      {{"&#xA9;", "\xc2\xa9"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}});
}

std::vector<Judged> ReadTests() {
  std::ifstream file(kPath);
  const std::string xml{std::istreambuf_iterator<char>(file), {}};
  std::vector<Judged> tests;
  for (size_t at = xml.find("<test id"); at != std::string::npos;
       at = xml.find("<test id", at + 1)) {
    const std::string test = xml.substr(at, xml.find("</test>", at) - at);
    tests.push_back({Unescaped(Between(test, "<address>", "</address>")),
                     Between(test, "<category>", "</category>"),
                     Between(test, "<diagnosis>", "</diagnosis>")});
  }
  return tests;
}

TEST(IsEmailTest, PlainAddressesPassAndInvalidOnesDoNot) {
  const std::vector<Judged> tests = ReadTests();
  if (tests.empty()) GTEST_SKIP() << kPath << " is absent: e-mail is tested on our own table only";
  ASSERT_GE(tests.size(), 150u);
  int valid = 0, invalid = 0;
  for (const Judged& test : tests) {
    // Space around an address is taken off before anybody judges.
    if (absl::StripAsciiWhitespace(test.address).size() != test.address.size()) continue;
    std::string out;
    const bool passed = NormalizeEmail(test.address, out);
    // A domain without a dot, with a numeric end or as a literal is RFC 5321's, and no person's.
    const bool dotless = test.address.find('.', test.address.rfind('@') + 1) == std::string::npos;
    if (dotless) {
      EXPECT_FALSE(passed) << test.address;
    } else if (test.category == "ISEMAIL_VALID_CATEGORY" || test.category == "ISEMAIL_DNSWARN") {
      EXPECT_TRUE(passed) << test.address << " " << test.diagnosis;
      ++valid;
    } else if (test.category == "ISEMAIL_ERR" || test.category == "ISEMAIL_RFC5322") {
      EXPECT_FALSE(passed) << test.address << " " << test.diagnosis;
      ++invalid;
    }
  }
  EXPECT_GE(valid, 15);
  EXPECT_GE(invalid, 40);
}

}  // namespace
}  // namespace tend::enrichment
