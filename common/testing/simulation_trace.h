// Notes every call of a processor that took effect, in the transaction it took effect in: with the
// notes, what was committed can be folded once more, without faults, in the same order and with the
// same `now`s. Where outputs and state differ then, a fault has left its mark.

#ifndef TEND_COMMON_TESTING_SIMULATION_TRACE_H_
#define TEND_COMMON_TESTING_SIMULATION_TRACE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/stream/processor.h"
#include "common/testing/simulation_check.h"

namespace tend::stream {

// Takes the notes: a topic of the simulation that is not compacted. A note's key is
// "service/partition". Records that were rejected have no note: their rejects tell the same.
inline constexpr char kTraceTopic[] = "test.trace";

// The spec whose processors note their calls.
ProcessorSpec Traced(const ProcessorSpec& spec);

// The processor behind one of such a spec.
const Processor& Untraced(const Processor& processor);

struct FoldedRecord {
  std::string topic;
  std::string key;
  std::string value;
};

// What a service makes of one partition's committed input.
struct StraightFold {
  std::unique_ptr<Processor> processor;  // with its state in the end
  std::vector<FoldedRecord> outputs;
  std::vector<std::string> rejects;  // PlaceOf each
};

// "topic/partition/offset".
std::string PlaceOf(const std::string& topic, int partition, Offset offset);

// When a service used a record of its input; nullopt where it did not.
std::optional<absl::Time> TimeOfUse(const CommittedLog& log, const ProcessorSpec& spec,
                                    const std::string& topic, int partition, Offset offset);

// What the fold does where a processor began with a restored state.
enum class AtRestores {
  // Calls Restored on its own state, which looks at everybody anew: what follows has the same
  // times.
  kLook,
  // Nothing: as if nobody had ever failed. Comparable is what does not depend on `now`.
  kPass,
};

// Folds one partition as its notes say, in one process, a commit after each call. spec: not traced.
// Names the records that have no note though the fold uses them, or have one and are not there.
StraightFold FoldAgain(const CommittedLog& log, const ProcessorSpec& spec, int partition,
                       AtRestores at_restores, Violations& violations);

// What a changelog's partition holds, as a processor restores it.
std::unique_ptr<Processor> RestoreFrom(const CommittedLog& log, const ProcessorSpec& spec,
                                       int partition, Violations& violations);

}  // namespace tend::stream

#endif  // TEND_COMMON_TESTING_SIMULATION_TRACE_H_
