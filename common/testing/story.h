// The story language of tests: one line an event (when, who, what, to whom), and what is expected
// after it.
//
//   owners eve tom
//   2026-02-02T09:00 ann sends-form
//   2026-02-03T10:00 eve writes ann thread=T1
//   2026-02-12T09:00 ann asks
//   2026-02-12T09:01 expect ann stage=READY readiness=.645...665 nudges=became-ready:open
//
// Whoever is not named as an owner is a person outside; ann's address is ann@ann.example, eve's
// eve@us.example. Keys of an event: thread, until (a day, or "they-write"), purpose (answer, give,
// ask, other), received (a later time), id (of a promise), due (a day), machine (yes), channel (a
// channel, for consents). Lines that begin with # and empty ones are notes.

#ifndef TEND_COMMON_TESTING_STORY_H_
#define TEND_COMMON_TESTING_STORY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/person.pb.h"

namespace tend::testing {

// One line. verb "expect": an expectation about `who`, in keys.
struct StoryLine {
  absl::Time at;
  std::string who;
  std::string verb;
  std::string whom;  // empty: nobody is addressed
  std::map<std::string, std::string> keys;
  int line = 0;  // in the text, from 1
};

struct Story {
  std::vector<std::string> owners;
  std::vector<StoryLine> lines;
};

// Errors: INVALID_ARGUMENT "line N: ...", with what is known where a word is not.
absl::StatusOr<Story> ParseStory(absl::string_view text);

// The story as text; parsing it gives the same story (notes aside).
std::string PrintStory(const Story& story);

// Who "we" are in it.
v1::Roster RosterOf(const Story& story);

// The interaction that an event's line tells. REQUIRES: not an expectation.
v1::Interaction InteractionOf(const Story& story, const StoryLine& line);

// When ingest receives it: the key `received`, else the event's own time.
absl::Time ReceivedAt(const StoryLine& line);

}  // namespace tend::testing

#endif  // TEND_COMMON_TESTING_STORY_H_
