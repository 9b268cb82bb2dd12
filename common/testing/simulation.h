// A world in one thread, driven by a seed: an acceptor that sends at least once, services of
// several workers each, and everything that can go wrong between them. The same seed gives the same
// run.
//
// What may happen between any two calls of a log: crashes before and after it, errors of every
// kind, rebalances by workers that come, go, or are thought dead, zombies that go on beside the
// successor that took over their member and transactional id, hung transactions, compactions, jumps
// of the clock, acts of whoever else writes to the log. In the end all is healed, the flow runs
// dry, and the committed records are judged.

#ifndef TEND_COMMON_TESTING_SIMULATION_H_
#define TEND_COMMON_TESTING_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/stream/log.h"
#include "common/stream/processor.h"
#include "common/testing/faulty_log.h"
#include "common/testing/simulation_check.h"

namespace tend::stream {

struct SimulatedService {
  ProcessorSpec spec;
  // The state of one of its processors. Empty for a stateless service.
  std::function<Snapshot(const Processor&)> snapshot;
};

struct SimulatedInput {
  std::string topic;
  std::string key;
  std::string value;
};

struct SimulationPlan {
  // All topics, with tend.rejects.v1. Those that `judge` reads must not be compacted.
  std::vector<TopicConfig> topics;
  std::vector<SimulatedService> services;
  std::function<SimulatedInput(std::mt19937_64& random, int number, absl::Time now)> make_input;
  // Somebody beside the services who reads and writes the log (a relay, a user), or nobody. Called
  // now and then; in the end, with faults = false, until it returns that it did nothing.
  std::function<bool(Log& log, Producer& producer, std::mt19937_64& random, absl::Time now,
                     bool faults)>
      bystander;
  // Compares the committed records with a straight fold of them.
  std::function<void(const CommittedLog& log, Violations& violations)> judge;

  absl::Time start = absl::FromUnixSeconds(1'000'000);
  int actions = 1'500;  // until everything is healed
  int inputs = 150;     // at most; each may be sent more than once
  int max_workers = 3;  // of one service
  // Now and then the clock jumps by up to this; what was to be sent again goes out before.
  absl::Duration jump;
  // In the end the clock moves by this, so that every timer fires.
  absl::Duration settle = absl::Minutes(10);
  double fault_rate = 1.0;  // times the built-in chances; 0: nothing ever fails
  // A lie for the checker to find, see FaultyLog, and its chance at each call of that kind.
  Fault lie = Fault::kNone;
  double lie_chance = 0;
  LogCall lie_at = LogCall::kProduce;
};

// How much has happened: a simulation without crashes shows little.
struct SimulationStats {
  int64_t steps = 0;
  int64_t sent = 0;
  int64_t crashes = 0;
  int64_t faults = 0;
  int64_t rebalances = 0;  // workers that came, went or expired
  int64_t zombies = 0;
  int64_t stalls = 0;  // workers that stood still or were cut off, and taken for dead
  int64_t fenced = 0;  // workers that were told to go
};

struct SimulationResult {
  Violations violations;
  CommittedLog log;
  SimulationStats stats;
};

SimulationResult Simulate(const SimulationPlan& plan, uint64_t seed);

}  // namespace tend::stream

#endif  // TEND_COMMON_TESTING_SIMULATION_H_
