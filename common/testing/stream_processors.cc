#include "common/testing/stream_processors.h"

#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tend::stream {

Outcome DedupeProcessor::Process(const Record& record, Context& context) {
  if (record.value == "bad") {
    return Outcome::Reject(v1::REJECT_REASON_FIELD_INVALID, "the value is \"bad\"");
  }
  if (seen_.Find(record.value) != nullptr) return Outcome::Used();
  seen_.Mutable(record.value) = true;
  context.Emit(output_, record.key, record.value);
  return Outcome::Used();
}

absl::Status DedupeProcessor::Restore(absl::string_view key,
                                      std::optional<absl::string_view> value) {
  if (value.has_value()) {
    seen_.Load(key) = true;
  } else {
    seen_.Unload(key);
  }
  return absl::OkStatus();
}

void DedupeProcessor::FlushChanges(ChangelogSink sink) {
  seen_.ForEachChanged([sink](const std::string& id, const bool*, const bool* seen) {
    sink(id, seen != nullptr ? std::optional<absl::string_view>("") : std::nullopt);
  });
}

std::map<std::string, std::string> DedupeProcessor::Snapshot() const {
  std::map<std::string, std::string> snapshot;
  seen_.ForEach([&snapshot](const std::string& id, bool) { snapshot[id] = ""; });
  return snapshot;
}

Outcome CountProcessor::Process(const Record& record, Context& context) {
  Count& count = counts_.Mutable(record.key);
  if (count.count == 0) {
    count.due = context.now() + span_;
    due_.emplace(count.due, record.key);
  }
  ++count.count;
  context.Emit(
      output_, record.key,
      absl::StrCat(record.value, " ", count.count, " @", absl::ToUnixNanos(context.now())));
  return Outcome::Used();
}

void CountProcessor::OnTime(Context& context) {
  while (!due_.empty() && due_.begin()->first <= context.now()) {
    const std::string key = due_.begin()->second;
    due_.erase(due_.begin());
    context.Emit(
        output_, key,
        absl::StrCat("closed ", counts_.Find(key)->count, " @", absl::ToUnixNanos(context.now())));
    counts_.Erase(key);
  }
}

absl::Time CountProcessor::NextDue() const {
  return due_.empty() ? absl::InfiniteFuture() : due_.begin()->first;
}

absl::Status CountProcessor::Restore(absl::string_view key,
                                     std::optional<absl::string_view> value) {
  if (!value.has_value()) {
    counts_.Unload(key);
    return absl::OkStatus();
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(*value, ' ');
  Count count;
  int64_t due = 0;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &count.count) ||
      !absl::SimpleAtoi(parts[1], &due)) {
    return absl::InvalidArgumentError("a count cannot be read");
  }
  count.due = absl::FromUnixNanos(due);
  counts_.Load(key) = count;
  return absl::OkStatus();
}

void CountProcessor::Restored() {
  counts_.ForEach(
      [this](const std::string& key, const Count& count) { due_.emplace(count.due, key); });
}

std::string CountProcessor::Encode(const Count& count) {
  return absl::StrCat(count.count, " ", absl::ToUnixNanos(count.due));
}

void CountProcessor::FlushChanges(ChangelogSink sink) {
  counts_.ForEachChanged([sink](const std::string& key, const Count*, const Count* count) {
    if (count == nullptr) return sink(key, std::nullopt);
    const std::string value = Encode(*count);
    sink(key, value);
  });
}

void CountProcessor::Rollback() {
  counts_.Rollback();
  due_.clear();
  Restored();
}

std::map<std::string, std::string> CountProcessor::Snapshot() const {
  std::map<std::string, std::string> snapshot;
  counts_.ForEach(
      [&snapshot](const std::string& key, const Count& count) { snapshot[key] = Encode(count); });
  return snapshot;
}

ProcessorSpec DedupeSpec(const std::string& input, const std::string& output) {
  ProcessorSpec spec;
  spec.name = "tend.test-dedupe";
  spec.input_topics = {input};
  spec.changelog_topic = "test.dedupe-state";
  spec.make_processor = [output](int) { return std::make_unique<DedupeProcessor>(output); };
  return spec;
}

ProcessorSpec CountSpec(const std::string& input, const std::string& output, absl::Duration span) {
  ProcessorSpec spec;
  spec.name = "tend.test-count";
  spec.input_topics = {input};
  spec.changelog_topic = "test.count-state";
  spec.make_processor = [output, span](int) {
    return std::make_unique<CountProcessor>(output, span);
  };
  return spec;
}

}  // namespace tend::stream
