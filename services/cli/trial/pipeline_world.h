// The real services as a simulated world: see common/testing/simulation.h.

#ifndef TEND_SERVICES_CLI_TRIAL_PIPELINE_WORLD_H_
#define TEND_SERVICES_CLI_TRIAL_PIPELINE_WORLD_H_

#include <deque>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/cli/trial/pipeline_identity.h"
#include "services/cli/trial/pipeline_judge.h"
#include "services/cli/trial/pipeline_traffic.h"
#include "services/enrichment/domain/memory_identity_store.h"
#include "services/enrichment/domain/roster.h"
#include "tend/v1/nudge.pb.h"

namespace tend::stream {
class Producer;
struct SimulationPlan;
}  // namespace tend::stream

namespace tend::cli {

// What one run is made of beside its log: the services, their traffic, the identity store and its
// relay, somebody of us who parts whom a merge had joined, or joins them again, or erases somebody,
// and owners who answer their nudges.
class PipelineWorld {
 public:
  PipelineWorld();
  PipelineWorld(const PipelineWorld&) = delete;
  PipelineWorld& operator=(const PipelineWorld&) = delete;

  // For one run; this outlives it.
  stream::SimulationPlan Plan();

  const PipelineSpecs& specs() const { return specs_; }
  const PipelineTraffic& traffic() const { return traffic_; }

 private:
  void DecideIdentity(std::mt19937_64& random, absl::Time now);
  void EraseSomebody(std::mt19937_64& random, absl::Time now);
  void EraseOneOf(absl::Span<const enrichment::Resolution> answer, absl::Time now);
  // Whether there was one.
  bool AnswerANudge(const std::vector<v1::Nudge>& nudges, stream::Producer& producer,
                    std::mt19937_64& random, absl::Time now);
  bool RelayIdentity(stream::Producer& producer, std::mt19937_64& random, bool faults);

  PipelineTraffic traffic_;
  enrichment::Roster roster_;
  enrichment::MemoryIdentityStore store_;
  IdentityWitness witness_;
  std::deque<RemoteIdentityStore> remote_stores_;  // one a processor
  PipelineSpecs specs_;
  int answers_ = 0;
  // As long as things may go wrong, the bystander's.
  stream::Producer* producer_ = nullptr;
  std::mt19937_64* random_ = nullptr;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_PIPELINE_WORLD_H_
