#include "services/ingest/connectors/value.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/ingest/connectors/party_mapper.h"

namespace tend::ingest {
namespace {

// The value where cells a, b, c hold "1", "", " x ".
std::string Get(absl::string_view text) {
  Slots slots;
  for (const char* name : {"a", "b", "c"}) slots.Of(name);
  const absl::StatusOr<Value> value = Value::Compile(text, {{"owner", "eve"}, {"none", ""}}, slots);
  if (!value.ok()) return "error";
  std::vector<absl::string_view> cells = {"1", "", " x "};
  cells.resize(slots.names().size());
  std::string scratch;
  return std::string(value->Get(cells, scratch));
}

TEST(ValueTest, PutsCellsIntoPlaces) {
  EXPECT_EQ(Get("{a}"), "1");
  EXPECT_EQ(Get("{c}"), "x");
  EXPECT_EQ(Get("owner:{a}"), "owner:1");
  EXPECT_EQ(Get("{a} {c}"), "1 x");
  EXPECT_EQ(Get("{a} {b}"), "1");
  EXPECT_EQ(Get("{b|c|a}"), "x");
  EXPECT_EQ(Get("{missing | a}"), "1");
  EXPECT_EQ(Get("{$owner}"), "eve");
  EXPECT_EQ(Get("{$none}"), "");
  EXPECT_EQ(Get("by {$owner}"), "by eve");
  EXPECT_EQ(Get("constant"), "constant");
  EXPECT_EQ(Get(""), "");
}

TEST(ValueTest, IsEmptyWhenAllItsPlacesAre) {
  EXPECT_EQ(Get("owner:{b}"), "");
  EXPECT_EQ(Get("{b}, {missing}"), "");
}

TEST(ValueTest, RefusesBadGrammar) {
  for (const char* text : {"{a", "{}", "{a|}", "{$stranger}"})
    EXPECT_EQ(Get(text), "error") << text;
}

TEST(MeansYesTest, InDoubtItIsYes) {
  for (const char* no : {"", "false", "FALSE", "No", "0", "none", "-"})
    EXPECT_FALSE(MeansYes(no)) << no;
  for (const char* yes : {"true", "1", "x", "2024-05-01", "unsubscribed", "?"}) {
    EXPECT_TRUE(MeansYes(yes)) << yes;
  }
}

// Pairs from Salesforce's own documentation of its ids.
TEST(SalesforceId18Test, AddsTheLettersThatTellTheCase) {
  EXPECT_EQ(SalesforceId18("001D000000IRFma"), "001D000000IRFmaIAH");
  EXPECT_EQ(SalesforceId18("001D000000IRFmaIAH"), "001D000000IRFmaIAH");
  EXPECT_EQ(SalesforceId18("not an id at a!"), "not an id at a!");
}

}  // namespace
}  // namespace tend::ingest
