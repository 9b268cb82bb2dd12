// Simulation: plays a made-up world and hands out its rows in order of receipt.

#ifndef TEND_SERVICES_CLI_SAMPLE_SIMULATION_H_
#define TEND_SERVICES_CLI_SAMPLE_SIMULATION_H_

#include <functional>

#include "absl/time/time.h"
#include "services/cli/sample/delivery.h"
#include "services/cli/sample/scribe.h"
#include "services/cli/sample/world.h"

namespace tend::sample {

// Told about every few thousand happenings, with the time they have come to.
using SimulationProgress = std::function<void(absl::Time now, const Written& written)>;

// Plays the whole world. The same options give the same lines. Rows that would be received after
// the end are not handed out, though `Written` counts them. `progress` may be empty. Nothing can
// fail.
Written Simulate(const SampleOptions& options, Delivery::Sink sink,
                 const SimulationProgress& progress);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_SIMULATION_H_
