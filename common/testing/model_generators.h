// Random input for property tests of the model: stories of acts, and models of the allowed signs.

#ifndef TEND_COMMON_TESTING_MODEL_GENERATORS_H_
#define TEND_COMMON_TESTING_MODEL_GENERATORS_H_

#include <ostream>
#include <vector>

#include "common/testing/model_testing.h"
#include "rapidcheck.h"

namespace tend::model {

// One act of a story, `after` the one before it.
struct Step {
  Kind kind = Kind::kMessage;
  SpanSeconds after = 0;
  OwnerIndex owner = kNobody;
  uint32_t thread = 0;
};
using Story = std::vector<Step>;

std::ostream& operator<<(std::ostream& out, Kind kind);
std::ostream& operator<<(std::ostream& out, const Step& step);
std::ostream& operator<<(std::ostream& out, const ScoringModel& model);

// The acts of a story that begins on day zero, oldest first.
std::vector<Act> Acts(const Story& story);

struct StoryShape {
  int owners = 3;
  SpanSeconds longest_gap = 20 * kDay;  // gaps are mostly hours, sometimes so long
  bool threads = true;
  bool refusals = true;
};

rc::Gen<Story> AnyStory(StoryShape shape = {});
// Any model of the allowed signs, with the shipped table of facts.
rc::Gen<ScoringModel> AnyModel();
// The shipped one, or any.
rc::Gen<ScoringModel> ShippedOrAnyModel();
// The same values in another order.
rc::Gen<std::vector<Act>> Shuffled(std::vector<Act> acts);

}  // namespace tend::model

#endif  // TEND_COMMON_TESTING_MODEL_GENERATORS_H_
