#include "services/cli/sample/simulation.h"

#include <cstdint>
#include <utility>

#include "services/cli/sample/fate.h"
#include "services/cli/sample/own_acts.h"
#include "services/cli/sample/owner_acts.h"
#include "services/cli/sample/talk.h"
#include "services/cli/sample/wishes.h"

namespace tend::sample {
namespace {

constexpr int64_t kProgressEvery = 4096;

void Handle(World& world, const Event& event) {
  switch (event.kind) {
    case Happening::kAppears:
      return OnAppears(world, event);
    case Happening::kOwnAct:
      return OnOwnAct(world, event);
    case Happening::kReply:
      return OnReply(world, event);
    case Happening::kAttends:
      return OnAttends(world, event);
    case Happening::kChangesJob:
      return OnChangesJob(world, event);
    case Happening::kRecordLearns:
      return OnRecordLearns(world, event);
    case Happening::kTouch:
      return OnTouch(world, event);
    case Happening::kAnswer:
      return OnAnswer(world, event);
    case Happening::kCampaign:
      return OnCampaign(world, event);
    case Happening::kMeeting:
      return OnMeeting(world, event);
    case Happening::kPromiseDue:
      return OnPromiseDue(world, event);
    case Happening::kColleagues:
      return OnColleagues(world, event);
  }
}

}  // namespace

Written Simulate(const SampleOptions& options, Delivery::Sink sink,
                 const SimulationProgress& progress) {
  Delivery delivery(std::move(sink));
  World world(options, delivery);
  PlanOwners(world);
  PlanPeople(world);
  for (int64_t count = 0; !world.schedule.empty(); ++count) {
    const Event event = world.schedule.Next();
    delivery.AdvanceTo(event.time);
    Handle(world, event);
    if (progress && count % kProgressEvery == 0) progress(event.time, world.scribe.written());
  }
  delivery.AdvanceTo(world.end - absl::Seconds(1));
  return world.scribe.written();
}

}  // namespace tend::sample
