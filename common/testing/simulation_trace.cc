#include "common/testing/simulation_trace.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "common/base/check.h"

namespace tend::stream {
namespace {

std::string TraceKey(const std::string& service, int partition) {
  return absl::StrCat(service, "/", partition);
}

// One call. Text: "restored now offset topic".
struct Note {
  bool restored = false;  // the first one of its processor
  absl::Time now;
  Offset offset;
  std::string topic;  // of Process; empty: OnTime, with something due
};

Note Decode(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  int64_t now = 0, offset = 0;
  TEND_CHECK(parts.size() == 4 && absl::SimpleAtoi(parts[1], &now) &&
             absl::SimpleAtoi(parts[2], &offset));
  return {parts[0] == "1", absl::FromUnixNanos(now), Offset(offset), parts[3]};
}

class TracedProcessor final : public Processor {
 public:
  TracedProcessor(std::unique_ptr<Processor> inner, std::string key)
      : inner_(std::move(inner)), key_(std::move(key)) {}

  absl::Status Prepare(absl::Span<const Record> records, absl::Time now) override {
    return inner_->Prepare(records, now);
  }
  Outcome Process(const Record& record, Context& context) override {
    Outcome outcome = inner_->Process(record, context);
    if (!outcome.rejected()) Write(record.offset, record.topic, context);
    return outcome;
  }
  void OnTime(Context& context) override {
    const bool due = inner_->NextDue() <= context.now();
    inner_->OnTime(context);
    if (due) Write(Offset(), "", context);
  }
  absl::Time NextDue() const override { return inner_->NextDue(); }
  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) override {
    return inner_->Restore(key, value);
  }
  void Restored() override { inner_->Restored(); }
  void FlushChanges(ChangelogSink sink) override { inner_->FlushChanges(sink); }
  void Commit() override {
    inner_->Commit();
    wrote_before_ = wrote_;
  }
  void Rollback() override {
    inner_->Rollback();
    wrote_ = wrote_before_;
  }

  const Processor& inner() const { return *inner_; }

 private:
  void Write(Offset offset, absl::string_view topic, Context& context) {
    context.Emit(kTraceTopic, key_,
                 absl::StrCat(wrote_ ? 0 : 1, " ", absl::ToUnixNanos(context.now()), " ",
                              offset.value(), " ", topic));
    wrote_ = true;
  }

  const std::unique_ptr<Processor> inner_;
  const std::string key_;
  bool wrote_ = false;         // a note
  bool wrote_before_ = false;  // this batch
};

class FoldContext final : public Context {
 public:
  FoldContext(absl::Time now, std::vector<FoldedRecord>& outputs) : now_(now), outputs_(outputs) {}

  absl::Time now() const override { return now_; }
  void Emit(absl::string_view topic, absl::string_view key, absl::string_view value) override {
    outputs_.push_back({std::string(topic.data(), topic.size()),
                        std::string(key.data(), key.size()),
                        std::string(value.data(), value.size())});
  }

 private:
  const absl::Time now_;
  std::vector<FoldedRecord>& outputs_;
};

class Folder {
 public:
  Folder(const CommittedLog& log, const ProcessorSpec& spec, int partition, AtRestores at_restores,
         Violations& violations)
      : log_(log),
        spec_(spec),
        partition_(partition),
        at_restores_(at_restores),
        violations_(violations) {
    fold_.processor = spec.make_processor(partition);
    fold_.processor->Restored();
  }

  StraightFold Run() {
    Sequences notes = ByKey(log_, kTraceTopic);
    for (const std::string& text : notes[TraceKey(spec_.name, partition_)]) Repeat(Decode(text));
    for (const std::string& topic : spec_.input_topics) RejectBefore(topic, std::nullopt);
    return std::move(fold_);
  }

 private:
  const std::vector<CommittedRecord>& InputOf(const std::string& topic) const {
    return log_.at(topic).at(static_cast<size_t>(partition_));
  }

  void Repeat(const Note& note) {
    now_ = note.now;
    if (note.restored && at_restores_ == AtRestores::kLook) fold_.processor->Restored();
    FoldContext context(now_, fold_.outputs);
    if (note.topic.empty()) {
      Prepare({});
      fold_.processor->OnTime(context);
      return EndBatch();
    }
    RejectBefore(note.topic, note.offset);
    size_t& next = next_[note.topic];
    const std::string place = PlaceOf(note.topic, partition_, note.offset);
    if (next >= InputOf(note.topic).size() || InputOf(note.topic)[next].offset != note.offset) {
      violations_.push_back(absl::StrCat(spec_.name, " used ", place, " twice, or it is gone"));
      return;
    }
    if (Process(note.topic, InputOf(note.topic)[next++])) return;
    violations_.push_back(absl::StrCat(spec_.name, " used ", place, ", which is to be rejected"));
  }

  // What was not used before `offset` must be what cannot be used.
  void RejectBefore(const std::string& topic, std::optional<Offset> offset) {
    size_t& next = next_[topic];
    const std::vector<CommittedRecord>& input = InputOf(topic);
    for (; next < input.size() && (!offset.has_value() || input[next].offset < *offset); ++next) {
      const std::string place = PlaceOf(topic, partition_, input[next].offset);
      if (Process(topic, input[next])) {
        violations_.push_back(absl::StrCat(spec_.name, " has dropped ", place));
      } else {
        fold_.rejects.push_back(place);
      }
    }
  }

  bool Process(const std::string& topic, const CommittedRecord& input) {
    FoldContext context(now_, fold_.outputs);
    Record record;
    record.topic = topic;
    record.partition = partition_;
    record.offset = input.offset;
    record.key = input.key;
    if (input.value.has_value()) record.value = *input.value;
    record.tombstone = !input.value.has_value();
    Prepare({&record, 1});
    const bool used = !fold_.processor->Process(record, context).rejected();
    EndBatch();
    return used;
  }

  void Prepare(absl::Span<const Record> records) {
    const absl::Status prepared = fold_.processor->Prepare(records, now_);
    if (!prepared.ok()) violations_.push_back(prepared.ToString());
  }

  void EndBatch() {
    fold_.processor->FlushChanges([](absl::string_view, std::optional<absl::string_view>) {});
    fold_.processor->Commit();
  }

  const CommittedLog& log_;
  const ProcessorSpec& spec_;
  const int partition_;
  const AtRestores at_restores_;
  Violations& violations_;
  StraightFold fold_;
  absl::Time now_ = absl::UnixEpoch();
  std::map<std::string, size_t> next_;
};

}  // namespace

ProcessorSpec Traced(const ProcessorSpec& spec) {
  ProcessorSpec traced = spec;
  traced.make_processor = [spec](int partition) {
    return std::make_unique<TracedProcessor>(spec.make_processor(partition),
                                             TraceKey(spec.name, partition));
  };
  return traced;
}

const Processor& Untraced(const Processor& processor) {
  return static_cast<const TracedProcessor&>(processor).inner();
}

std::string PlaceOf(const std::string& topic, int partition, Offset offset) {
  return absl::StrCat(topic, "/", partition, "/", offset.value());
}

std::optional<absl::Time> TimeOfUse(const CommittedLog& log, const ProcessorSpec& spec,
                                    const std::string& topic, int partition, Offset offset) {
  const std::string key = TraceKey(spec.name, partition);
  for (const std::vector<CommittedRecord>& notes : log.at(kTraceTopic)) {
    for (const CommittedRecord& record : notes) {
      if (record.key != key) continue;
      const Note note = Decode(*record.value);
      if (note.topic == topic && note.offset == offset) return note.now;
    }
  }
  return std::nullopt;
}

StraightFold FoldAgain(const CommittedLog& log, const ProcessorSpec& spec, int partition,
                       AtRestores at_restores, Violations& violations) {
  return Folder(log, spec, partition, at_restores, violations).Run();
}

std::unique_ptr<Processor> RestoreFrom(const CommittedLog& log, const ProcessorSpec& spec,
                                       int partition, Violations& violations) {
  std::unique_ptr<Processor> processor = spec.make_processor(partition);
  for (const CommittedRecord& record :
       log.at(spec.changelog_topic).at(static_cast<size_t>(partition))) {
    std::optional<absl::string_view> value;
    if (record.value.has_value()) value = *record.value;
    const absl::Status restored = processor->Restore(record.key, value);
    if (!restored.ok()) violations.push_back(absl::StrCat(spec.name, ": ", restored.ToString()));
  }
  processor->Restored();
  return processor;
}

}  // namespace tend::stream
