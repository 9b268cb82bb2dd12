#include "services/cli/sample/world.h"

namespace tend::sample {

absl::Time StartOf(const SampleOptions& options) { return AtMidnight(options.start); }

absl::Time EndOf(const SampleOptions& options) {
  const absl::CivilMonth month = absl::CivilMonth(options.start) + options.months;
  return AtMidnight(absl::CivilDay(month) + (options.start.day() - 1));
}

World::World(const SampleOptions& wanted, Delivery& delivery)
    : options(wanted),
      start(StartOf(wanted)),
      end(EndOf(wanted)),
      schedule(end),
      scribe(wanted.seed, wanted.broken_share, delivery) {
  for (int i = 0; i < options.owners; ++i) {
    owners.push_back(MakeOwner(options.seed, static_cast<uint32_t>(i)));
  }
  people.reserve(static_cast<size_t>(options.people));
  for (int i = 0; i < options.people; ++i) {
    people.push_back(
        MakePerson(options.seed, static_cast<uint32_t>(i), static_cast<uint32_t>(options.owners)));
  }
}

}  // namespace tend::sample
