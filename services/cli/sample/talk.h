// Talk: messages between a person and an owner, the answers, and what comes of them.

#ifndef TEND_SERVICES_CLI_SAMPLE_TALK_H_
#define TEND_SERVICES_CLI_SAMPLE_TALK_H_

#include <cstdint>

#include "services/cli/sample/world.h"

namespace tend::sample {

// One turn of talk. thread 0: none; answers 0: it answers nothing.
struct Turn {
  uint16_t owner = 0;
  uint32_t thread = 0;
  uint32_t answers = 0;
  absl::Time time;
};

// The person writes to the owner, or calls them when they prefer that. Returns the row's number.
uint32_t TheyWrite(World& world, Person& person, const Turn& turn);
// The owner writes to the person. Returns the row's number.
uint32_t WeWrite(World& world, Person& person, const Turn& turn, v1::TouchPurpose purpose);

// The person got a message of ours: they may answer later, by their own habits. bulk: a mail-merge.
// depth: turns of talk before it.
void ConsiderReply(World& world, Person& person, const Turn& turn, bool bulk, uint8_t depth);
// The owner got word from the person: they answer, late, or not at all. question: it asked
// something.
void ConsiderAnswer(World& world, Person& person, const Turn& turn, bool question, uint8_t depth);

// Handlers of Happening::kReply and kAnswer.
void OnReply(World& world, const Event& event);
void OnAnswer(World& world, const Event& event);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_TALK_H_
