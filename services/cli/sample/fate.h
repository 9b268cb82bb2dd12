// Fate: how people come into view, change jobs, and what the system of record learns of it.

#ifndef TEND_SERVICES_CLI_SAMPLE_FATE_H_
#define TEND_SERVICES_CLI_SAMPLE_FATE_H_

#include "services/cli/sample/world.h"

namespace tend::sample {

// Plans when each person comes into view.
void PlanPeople(World& world);

// Handlers of Happening::kAppears, kChangesJob and kRecordLearns.
void OnAppears(World& world, const Event& event);
void OnChangesJob(World& world, const Event& event);
void OnRecordLearns(World& world, const Event& event);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_FATE_H_
