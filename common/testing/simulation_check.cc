#include "common/testing/simulation_check.h"

#include <algorithm>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/check.h"
#include "common/stream/task_progress.h"

namespace tend::stream {
namespace {

std::vector<CommittedRecord> ReadPartition(Log& log, const TopicPartition& partition) {
  std::vector<CommittedRecord> all;
  const OffsetRange range = *log.Offsets(partition, Isolation::kReadCommitted);
  const auto reader = *log.Open(partition, range.start, Isolation::kReadCommitted);
  std::vector<Record> records;
  while (reader->position() < range.end) {
    TEND_CHECK(reader->Poll(PollLimits(), records).ok());
    for (const Record& record : records) {
      if (record.key == kTaskProgressKey) continue;  // other topics have keys of any bytes
      CommittedRecord& kept = all.emplace_back();
      kept.key.assign(record.key.data(), record.key.size());
      if (!record.tombstone) kept.value.emplace(record.value.data(), record.value.size());
      kept.offset = record.offset;
    }
  }
  return all;
}

std::map<std::string, int> Counts(const std::vector<std::string>& values) {
  std::map<std::string, int> counts;
  for (const std::string& value : values) ++counts[value];
  return counts;
}

void CompareKey(const std::string& what, const std::vector<std::string>& expected,
                const std::vector<std::string>& actual, Violations& violations) {
  if (expected == actual) return;
  const std::map<std::string, int> wanted = Counts(expected), got = Counts(actual);
  const size_t before = violations.size();
  for (const auto& [value, count] : wanted) {
    const auto found = got.find(value);
    if (found == got.end() || found->second < count) {
      violations.push_back(absl::StrCat(what, ": dropped ", value));
    }
  }
  for (const auto& [value, count] : got) {
    const auto found = wanted.find(value);
    if (found == wanted.end()) {
      violations.push_back(absl::StrCat(what, ": unexpected ", value));
    } else if (count > found->second) {
      violations.push_back(absl::StrCat(what, ": repeated ", value));
    }
  }
  if (violations.size() == before) {
    violations.push_back(absl::StrCat(what, ": out of order: ", absl::StrJoin(actual, ", "),
                                      " instead of ", absl::StrJoin(expected, ", ")));
  }
}

// Of long texts, where they begin to differ.
std::string Around(const std::string& text, size_t place) {
  constexpr size_t kBefore = 60, kLength = 160;
  const size_t begin = place > kBefore ? place - kBefore : 0;
  if (text.size() <= kLength) return text;
  return absl::StrCat(begin > 0 ? "..." : "", text.substr(begin, kLength), "...");
}

template <typename Value>
std::set<std::string> Keys(const std::map<std::string, Value>& a,
                           const std::map<std::string, Value>& b) {
  std::set<std::string> keys;
  for (const auto& [key, value] : a) keys.insert(key);
  for (const auto& [key, value] : b) keys.insert(key);
  return keys;
}

}  // namespace

CommittedLog ReadCommitted(Log& log, const std::vector<TopicConfig>& topics) {
  CommittedLog committed;
  for (const TopicConfig& topic : topics) {
    for (int i = 0; i < topic.partitions; ++i) {
      committed[topic.name].push_back(ReadPartition(log, {topic.name, i}));
    }
  }
  return committed;
}

Sequences ByKey(const CommittedLog& log, const std::string& topic) {
  Sequences sequences;
  for (const std::vector<CommittedRecord>& partition : log.at(topic)) {
    for (const CommittedRecord& record : partition) {
      sequences[record.key].push_back(record.value.value_or(""));
    }
  }
  return sequences;
}

void CompareSequences(const std::string& what, const Sequences& expected, const Sequences& actual,
                      Violations& violations) {
  static const std::vector<std::string>& none = *new std::vector<std::string>();
  for (const std::string& key : Keys(expected, actual)) {
    const auto wanted = expected.find(key), got = actual.find(key);
    CompareKey(absl::StrCat(what, " ", key), wanted == expected.end() ? none : wanted->second,
               got == actual.end() ? none : got->second, violations);
  }
}

void CompareState(const std::string& what, const Snapshot& live, const Snapshot& restored,
                  Violations& violations) {
  for (const std::string& key : Keys(live, restored)) {
    const auto in_memory = live.find(key), in_log = restored.find(key);
    if (in_log == restored.end()) {
      violations.push_back(absl::StrCat(what, ": ", key, " is not in the changelog"));
    } else if (in_memory == live.end()) {
      violations.push_back(absl::StrCat(what, ": ", key, " is only in the changelog"));
    } else if (in_memory->second != in_log->second) {
      const std::string &a = in_memory->second, &b = in_log->second;
      const auto place = static_cast<size_t>(
          std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
      violations.push_back(absl::StrCat(what, ": ", key, " is ", Around(a, place), ", but ",
                                        Around(b, place), " in the changelog"));
    }
  }
}

Snapshot RestoreSnapshot(Log& log, const ProcessorSpec& spec, int partition,
                         const std::function<Snapshot(const Processor&)>& snapshot,
                         Violations& violations) {
  const std::unique_ptr<Processor> processor = spec.make_processor(partition);
  for (const CommittedRecord& record : ReadPartition(log, {spec.changelog_topic, partition})) {
    std::optional<absl::string_view> value;
    if (record.value.has_value()) value = *record.value;
    const absl::Status restored = processor->Restore(record.key, value);
    if (!restored.ok()) violations.push_back(absl::StrCat(spec.name, ": ", restored.ToString()));
  }
  processor->Restored();
  return snapshot(*processor);
}

}  // namespace tend::stream
