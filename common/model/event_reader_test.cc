#include "common/model/event_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/util/message_differencer.h"

namespace tend::model {
namespace {

using google::protobuf::util::MessageDifferencer;

v1::PersonEvent Visit(const std::string& id) {
  v1::PersonEvent event;
  event.set_person_id("p");
  event.mutable_interaction()->set_id(id);
  event.mutable_interaction()->mutable_source()->set_system("web");
  event.mutable_interaction()->mutable_page_visited()->set_url("/pricing");
  event.mutable_interaction()->add_parties()->set_display_name("Ann");
  return event;
}

TEST(EventReaderTest, NothingOfTheLastEventStays) {
  v1::PersonEvent merged, empty, message = Visit("m");
  merged.mutable_merged()->set_survivor_person_id("q");
  empty.set_person_id("nobody");
  message.mutable_interaction()->clear_source();
  message.mutable_interaction()->clear_parties();
  message.mutable_interaction()->mutable_message_sent();
  v1::PersonEvent read;
  for (const v1::PersonEvent& event : {Visit("a"), message, merged, Visit("b"), empty, merged}) {
    ASSERT_TRUE(ReadEvent(event.SerializeAsString(), &read));
    EXPECT_TRUE(MessageDifferencer::Equals(read, event)) << read.DebugString();
  }
}

TEST(EventReaderTest, TheInteractionsMemoryIsUsedAgain) {
  v1::PersonEvent read;
  ASSERT_TRUE(ReadEvent(Visit("a").SerializeAsString(), &read));
  const v1::Interaction* const interaction = &read.interaction();
  ASSERT_TRUE(ReadEvent(Visit("b").SerializeAsString(), &read));
  EXPECT_EQ(&read.interaction(), interaction);
}

TEST(EventReaderTest, WhatIsNoEventIsTold) {
  v1::PersonEvent read;
  const std::string bytes = Visit("a").SerializeAsString();
  EXPECT_FALSE(ReadEvent(absl::string_view(bytes).substr(0, bytes.size() - 1), &read));
  EXPECT_FALSE(ReadEvent("\xff\xff\xff", &read));
}

}  // namespace
}  // namespace tend::model
