#include "services/cli/sample/json_line.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/cli/sample/random.h"
#include "tend/v1/interaction.pb.h"

namespace tend::sample {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Fill(Message* message, Random& random);

void FillScalar(Message* message, const FieldDescriptor* field, Random& random) {
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(message, field, "a \"quote\" \\ \n \x01 \xC3\xA9\xE2\x80\xA6");
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(message, field, 1);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(message, field, true);
    case FieldDescriptor::CPPTYPE_INT32:
      // Also the nanos of times and spans, which end at a billion.
      return reflection.SetInt32(message, field, static_cast<int>(random.Below(999'999'999)));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(message, field, random.Below(2'000'000'000));
    default:
      FAIL() << "a new kind of field: " << field->full_name();
  }
}

// Sets every field; of a oneof the one that comes last.
void Fill(Message* message, Random& random) {
  const google::protobuf::Descriptor& type = *message->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      FillScalar(message, field, random);
    } else if (field->is_repeated()) {
      for (int n = 0; n < 2; ++n)
        Fill(message->GetReflection()->AddMessage(message, field), random);
    } else {
      Fill(message->GetReflection()->MutableMessage(message, field), random);
    }
  }
}

// A full interaction for each fact.
std::vector<v1::Interaction> OneOfEachFact() {
  Random random(1);
  v1::Interaction full;
  Fill(&full, random);
  std::vector<v1::Interaction> rows;
  const auto* facts = v1::Interaction::descriptor()->FindOneofByName("fact");
  for (int i = 0; i < facts->field_count(); ++i) {
    v1::Interaction& row = rows.emplace_back(full);
    row.clear_fact();
    Fill(row.GetReflection()->MutableMessage(&row, facts->field(i)), random);
  }
  return rows;
}

v1::Interaction Parse(const std::string& line) {
  v1::Interaction row;
  const auto status = google::protobuf::util::JsonStringToMessage(line, &row);
  EXPECT_TRUE(status.ok()) << status.message() << "\n" << line;
  return row;
}

bool Same(const v1::Interaction& a, const v1::Interaction& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

TEST(JsonLineTest, ProtobufReadsBackEveryFieldOfEveryFact) {
  const std::vector<v1::Interaction> rows = OneOfEachFact();
  ASSERT_GE(rows.size(), 35U);
  for (const v1::Interaction& row : rows) {
    std::string line;
    AppendJson(row, &line);
    EXPECT_TRUE(Same(Parse(line), row)) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
}

TEST(JsonLineTest, FastAndGeneralWayWriteTheSameBytes) {
  for (const v1::Interaction& row : OneOfEachFact()) {
    std::string fast;
    std::string general;
    AppendJson(row, &fast);
    AppendJson(static_cast<const Message&>(row), &general);
    EXPECT_EQ(fast, general);
  }
}

TEST(JsonLineTest, WhatIsEmptyIsLeftOut) {
  v1::Interaction row;
  std::string line;
  AppendJson(row, &line);
  EXPECT_EQ(line, "{}");
  row.set_unsolicited(false);
  row.mutable_message_opened();
  line.clear();
  AppendJson(row, &line);
  EXPECT_EQ(line, R"({"unsolicited":false,"messageOpened":{}})");
}

TEST(JsonLineTest, TimesAreRfc3339) {
  v1::Interaction row;
  row.mutable_occur_time()->set_seconds(1'767'603'845);
  std::string line;
  AppendJson(row, &line);
  EXPECT_EQ(line, R"({"occurTime":"2026-01-05T09:04:05Z"})");
}

}  // namespace
}  // namespace tend::sample
