// What a simulation judges by: the committed records of all topics, and comparisons that name what
// is wrong with them.

#ifndef TEND_COMMON_TESTING_SIMULATION_CHECK_H_
#define TEND_COMMON_TESTING_SIMULATION_CHECK_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/stream/log.h"
#include "common/stream/processor.h"

namespace tend::stream {

struct CommittedRecord {
  std::string key;
  std::optional<std::string> value;
  Offset offset;
};

// Per topic and partition, in the log's order, without the harness's own records.
using CommittedLog = std::map<std::string, std::vector<std::vector<CommittedRecord>>>;
// Per key, in the log's order.
using Sequences = std::map<std::string, std::vector<std::string>>;
// A processor's state, as text.
using Snapshot = std::map<std::string, std::string>;
// One line for each thing that is wrong.
using Violations = std::vector<std::string>;

CommittedLog ReadCommitted(Log& log, const std::vector<TopicConfig>& topics);

// The values of a topic by key. A tombstone is "".
Sequences ByKey(const CommittedLog& log, const std::string& topic);

// Names what `actual` lacks, has twice, has in another order, or has though it should not.
void CompareSequences(const std::string& what, const Sequences& expected, const Sequences& actual,
                      Violations& violations);

// Names the keys whose state differs, is missing, or is there though it should not be.
void CompareState(const std::string& what, const Snapshot& live, const Snapshot& restored,
                  Violations& violations);

// The state that a fresh processor restores from its changelog's partition.
Snapshot RestoreSnapshot(Log& log, const ProcessorSpec& spec, int partition,
                         const std::function<Snapshot(const Processor&)>& snapshot,
                         Violations& violations);

}  // namespace tend::stream

#endif  // TEND_COMMON_TESTING_SIMULATION_CHECK_H_
