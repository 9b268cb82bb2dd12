#include "services/cli/trial/pipeline_state.h"

#include <google/protobuf/text_format.h>

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/model/codec.h"
#include "common/model/person_key.h"
#include "services/enrichment/processor.h"
#include "services/notification/processor.h"
#include "services/scoring/domain/scorer.h"
#include "services/scoring/processor.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/relationship.pb.h"

namespace tend::cli {
namespace {

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

void WriteTies(const scoring::Scorer& scorer, const model::Relationship& r, StateText& state) {
  v1::Tie record;
  for (const model::Tie& tie : r.ties.all()) {
    model::Encode(r, tie, scorer.names(), model::Instant(1), scorer.model(), &record);
    record.clear_z();
    record.clear_strength();
    const model::PersonKey& origin =
        tie.origin == 0 ? r.person : r.extras->joined[tie.origin - 1].origin;
    state[model::TieKey(r.person, scorer.names().OwnerId(tie.owner), origin)] =
        record.ShortDebugString();
  }
}

class RoundingPrinter final : public google::protobuf::TextFormat::FastFieldValuePrinter {
 public:
  void PrintDouble(double value,
                   google::protobuf::TextFormat::BaseTextGenerator* out) const override {
    out->PrintString(absl::StrFormat("%.6g", value));
  }
};

}  // namespace

std::string Readable(const google::protobuf::Message& message) {
  static const google::protobuf::TextFormat::Printer& printer = [] {
    auto* made = new google::protobuf::TextFormat::Printer();
    made->SetSingleLineMode(true);
    made->SetDefaultFieldValuePrinter(new RoundingPrinter());
    return std::ref(*made);
  }();
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

StateText EnrichmentState(const stream::Processor& processor) {
  StateText state;
  const enrichment::Repeats& repeats = enrichment::RepeatsOf(processor);
  repeats.WriteAll([&](absl::string_view key, std::optional<absl::string_view> value) {
    state[Hex(key)] = Hex(value.value_or(""));
  });
  state["bytes"] = absl::StrCat(repeats.bytes());
  for (const auto& [key, origin] : enrichment::ErasuresOf(processor).due()) {
    state[absl::StrCat("to erase ", key)] = origin;
  }
  return state;
}

StateText ScoringState(const stream::Processor& processor) {
  StateText state;
  const scoring::Scorer& scorer = scoring::ScorerOf(processor);
  v1::Relationship record;
  for (scoring::Row row = 0; row < scorer.table().size(); ++row) {
    const model::Relationship& r = scorer.table()[row];
    if (r.version == 0) continue;  // made in a batch that was taken back
    model::Encode(r, scorer.names(), 0, model::Instant::Never(), model::Instant(), "", &record);
    state[model::PrintPersonKey(r.person)] = record.ShortDebugString();
    WriteTies(scorer, r, state);
  }
  return state;
}

StateText HistoryOf(const stream::Processor& processor) {
  StateText history;
  const scoring::Scorer& scorer = scoring::ScorerOf(processor);
  v1::Relationship record;
  v1::Tie tie_record;
  for (scoring::Row row = 0; row < scorer.table().size(); ++row) {
    const model::Relationship& r = scorer.table()[row];
    if (r.version == 0) continue;
    model::Encode(r, scorer.names(), 0, model::Instant::Never(), model::Instant(), "", &record);
    for (v1::Part& part : *record.mutable_parts()) {
      part.clear_told_promise_ids();
      history[absl::StrCat(record.person_id(), " ", part.origin_id())] = Readable(part);
    }
    for (const model::Tie& tie : r.ties.all()) {
      model::Encode(r, tie, scorer.names(), model::Instant(1), scorer.model(), &tie_record);
      tie_record.clear_z();
      tie_record.clear_strength();
      tie_record.clear_cooled();
      tie_record.clear_version();
      history[absl::StrCat(record.person_id(), " ", tie_record.origin_id(), " ",
                           tie_record.owner_id())] = Readable(tie_record);
    }
  }
  return history;
}

StateText NotificationState(const stream::Processor& processor) {
  StateText state;
  static_cast<const notification::NotificationProcessor&>(processor).inboxes().ForEach(
      [&state](const std::string& owner, const notification::OwnerInbox& inbox) {
        state[owner] = absl::StrCat(inbox.zone.name(), " ", inbox.record.ShortDebugString());
        for (int i = 0; i < inbox.nudges.size(); ++i) {
          v1::Nudge nudge;
          const notification::NudgeContract contract(inbox.nudges[i], nudge);
          state[absl::StrCat(owner, " ", nudge.nudge_id())] = nudge.ShortDebugString();
        }
      });
  return state;
}

}  // namespace tend::cli
