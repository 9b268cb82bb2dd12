// The owners of the sample: our colleagues, who have habits of their own.

#ifndef TEND_SERVICES_CLI_SAMPLE_OWNER_H_
#define TEND_SERVICES_CLI_SAMPLE_OWNER_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "services/cli/sample/calendar.h"
#include "services/cli/sample/random.h"
#include "tend/v1/person.pb.h"

namespace tend::sample {

enum class Style : uint8_t {
  // Few touches, answers, keeps promises.
  kCareful,
  // Writes the same to everybody once a month or so.
  kMerger,
  // Promises much and forgets to answer.
  kForgetful,
  // Quick, and a little too eager.
  kEager,
};

// The numbers of a style.
struct Conduct {
  double answer_chance;
  absl::Duration answer_median;
  // Between two touches of one person; zero: none of their own accord.
  absl::Duration touch_median;
  // Between two mail-merges; zero: never.
  absl::Duration campaign_median;
  // At an answer.
  double promise_chance;
  double kept_share;
  double late_share;
  // Of wishes to rest.
  double heeds_rest;
};

struct Owner {
  explicit Owner(uint64_t seed) : random(seed) {}

  Style style = Style::kCareful;
  Random random;
  uint8_t zone = 0;
  Hours hours;
  // The people of their mail-merge, and how far the present one has come.
  std::vector<uint32_t> people;
  uint32_t campaign_position = 0;
  uint32_t campaigns = 0;
};

const Conduct& ConductOf(const Owner& owner);

// Owner `index`, from their own stream of chance. The first four are one of each style.
Owner MakeOwner(uint64_t seed, uint32_t index);

// The roster of a world of so many owners: three teams, our domain, a shared mailbox.
v1::Roster MakeRoster(uint64_t seed, uint32_t owners);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_OWNER_H_
