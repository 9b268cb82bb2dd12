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
  EventReader reader;
  for (const v1::PersonEvent& event : {Visit("a"), message, merged, Visit("b"), empty, merged}) {
    const v1::PersonEvent* const read = reader.Read(event.SerializeAsString());
    ASSERT_NE(read, nullptr);
    EXPECT_TRUE(MessageDifferencer::Equals(*read, event)) << read->DebugString();
  }
}

TEST(EventReaderTest, TheInteractionsMemoryIsUsedAgain) {
  EventReader reader;
  const v1::Interaction* const first = &reader.Read(Visit("a").SerializeAsString())->interaction();
  EXPECT_EQ(&reader.Read(Visit("b").SerializeAsString())->interaction(), first);
}

TEST(EventReaderTest, WhatIsNoEventIsTold) {
  EventReader reader;
  const std::string bytes = Visit("a").SerializeAsString();
  EXPECT_EQ(reader.Read(absl::string_view(bytes).substr(0, bytes.size() - 1)), nullptr);
  EXPECT_EQ(reader.Read("\xff\xff\xff"), nullptr);
}

}  // namespace
}  // namespace tend::model
