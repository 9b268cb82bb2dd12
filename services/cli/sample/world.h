// World: the people, the owners, what is to come, and how it is written down.

#ifndef TEND_SERVICES_CLI_SAMPLE_WORLD_H_
#define TEND_SERVICES_CLI_SAMPLE_WORLD_H_

#include <cstdint>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/cli/sample/owner.h"
#include "services/cli/sample/person.h"
#include "services/cli/sample/schedule.h"
#include "services/cli/sample/scribe.h"

namespace tend::sample {

// What `tend sample` is asked for.
struct SampleOptions {
  uint64_t seed = 1;
  // 1..1000.
  int owners = 8;
  // 1..10,000,000.
  int people = 500;
  // 1..120, from the start day on.
  int months = 6;
  absl::CivilDay start = absl::CivilDay(2026, 1, 5);
  // Broken rows for each good one.
  double broken_share = 0.001;
};

absl::Time StartOf(const SampleOptions& options);
// The first moment that is not written about.
absl::Time EndOf(const SampleOptions& options);

// Everything a behaviour may change. About 300 bytes a person, whatever the number of rows. One
// thread.
struct World {
  // Delivery outlives the world.
  World(const SampleOptions& options, Delivery& delivery);

  SampleOptions options;
  absl::Time start;
  absl::Time end;
  Schedule schedule;
  Scribe scribe;
  std::vector<Owner> owners;
  std::vector<Person> people;
};

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_WORLD_H_
