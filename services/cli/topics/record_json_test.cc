#include "services/cli/topics/record_json.h"

#include <gtest/gtest.h>

#include "tend/v1/relationship.pb.h"

namespace tend::cli {
namespace {

stream::Record RecordOf(absl::string_view topic, absl::string_view key, absl::string_view value) {
  stream::Record record;
  record.topic = topic;
  record.partition = 2;
  record.offset = stream::Offset(7);
  record.key = key;
  record.value = value;
  return record;
}

TEST(RecordJsonTest, ARecordIsOneLineWithItsPlaceAndType) {
  v1::Relationship relationship;
  relationship.set_stage(v1::STAGE_READY);
  const std::string bytes = relationship.SerializeAsString();
  EXPECT_EQ(*RecordJson(RecordOf("tend.relationships.v1", "p1", bytes)),
            R"({"topic":"tend.relationships.v1","partition":2,"offset":7,"key":"p1",)"
            R"("type":"tend.v1.Relationship","value":{"stage":"STAGE_READY"}})");
}

TEST(RecordJsonTest, TheKeyTellsATieFromAPersonAndANudgeFromAnInbox) {
  EXPECT_NE(RecordJson(RecordOf("tend.relationships.v1", "p1/eve", ""))->find("tend.v1.Tie"),
            std::string::npos);
  EXPECT_NE(RecordJson(RecordOf("tend.inboxes.v1", "eve\nn1", ""))->find(R"("key":"eve\nn1")"),
            std::string::npos);
}

TEST(RecordJsonTest, ATombstoneHasNoValueAndAKeyOfBytesIsHexadecimal) {
  stream::Record record = RecordOf("tend.interactions.v1", "\x01\xff", "");
  record.tombstone = true;
  EXPECT_NE(RecordJson(record)->find(R"("key":"01ff","type":"tend.v1.Interaction","value":null)"),
            std::string::npos);
}

TEST(RecordJsonTest, AHashThatBeginsWithZeroIsNoRecordOfTheHarness) {
  const auto key = [](size_t size) { return absl::string_view("\0\0\0\0\0\0\0\1", size); };
  EXPECT_TRUE(IsHarnessRecord(RecordOf("tend.relationships.v1", key(1), "")));
  EXPECT_FALSE(IsHarnessRecord(RecordOf("tend.interactions.v1", key(8), "")));
}

TEST(RecordJsonTest, WhatCannotBeReadIsShownAsItsBytes) {
  EXPECT_EQ(*RecordJson(RecordOf("tend.nudges.v1", "eve", "\xff")),
            R"({"topic":"tend.nudges.v1","partition":2,"offset":7,"key":"eve","bytes":"/w=="})");
  EXPECT_EQ(RecordJson(RecordOf("other", "", "")).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tend::cli
