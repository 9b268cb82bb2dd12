#include "services/scoring/processor.h"

#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/model/event_reader.h"
#include "common/model/person_key.h"
#include "common/model/readiness.h"
#include "services/scoring/domain/scorer.h"
#include "tend/v1/relationship.pb.h"

namespace tend::scoring {
namespace {

using model::Instant;
using stream::ChangelogSink;
using stream::Outcome;

constexpr char kService[] = "tend.scoring";

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

v1::RejectReason ReasonOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return v1::REJECT_REASON_PERSON_ERASED;
    case absl::StatusCode::kUnimplemented:
      return v1::REJECT_REASON_VERSION_UNKNOWN;
    default:
      return v1::REJECT_REASON_FIELD_INVALID;
  }
}

class ScoringProcessor : public stream::Processor {
 public:
  explicit ScoringProcessor(std::shared_ptr<const Options> options)
      : options_(std::move(options)),
        scorer_(options_->model, options_->policy, View(options_->pool_owner_id),
                View(options_->product_owner_id)) {}

  Outcome Process(const stream::Record& record, stream::Context& context) override {
    const v1::PersonEvent* const event = reader_.Read(record.value);
    if (event == nullptr) {
      return Outcome::Reject(v1::REJECT_REASON_MALFORMED, "the value is not a PersonEvent");
    }
    now_ = Instant::FromTime(context.now());
    const absl::Status folded =
        scorer_.Fold(*event, record.offset.value(), now_, OutputsOf(context));
    if (!folded.ok())
      return Outcome::Reject(ReasonOf(folded),
                             std::string(folded.message().data(), folded.message().size()));
    return Outcome::Used();
  }

  void OnTime(stream::Context& context) override {
    now_ = Instant::FromTime(context.now());
    scorer_.OnTime(now_, OutputsOf(context));
  }

  absl::Time NextDue() const override {
    const Instant due = scorer_.table().NextDue();
    return due.is_never() ? absl::InfiniteFuture() : due.ToTime();
  }

  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) override {
    TEND_ASSIGN_OR_RETURN(const model::PersonKey person, model::ParsePersonKey(key.substr(0, 36)));
    if (!value.has_value()) {  // of a tie: a person's own record stays for good
      const std::optional<Row> row = scorer_.table().Find(person);
      if (row.has_value()) model::ForgetTie(key, scorer_.names(), &scorer_.table()[*row]);
      return absl::OkStatus();
    }
    model::Relationship& r = scorer_.table()[scorer_.table().At(person)];
    return key.size() > 36 ? RestoreTie(*value, r) : RestorePerson(*value, r);
  }

  void Restored() override {
    RelationshipTable& table = scorer_.table();
    for (Row row = 0; row < table.size(); ++row) {
      model::Restored(table[row], options_->policy);
      // The first look at it is due at once; it says when the next one is.
      if (!table[row].erased) table.Schedule(row, Instant(1));
    }
  }

  void FlushChanges(ChangelogSink sink) override {
    scorer_.table().ForEachChanged(
        [&](model::Relationship& r) { FlushPerson(r, sink); },
        [&](const model::Relationship& r, const RelationshipTable::ChangedTie& tie) {
          FlushTie(r, tie, sink);
        });
  }

  const Scorer& scorer() const { return scorer_; }

  void Commit() override { scorer_.table().Commit(); }
  void Rollback() override { scorer_.table().Rollback(); }

 private:
  Outputs OutputsOf(stream::Context& context) {
    context_ = &context;
    return {moment_sink_, person_event_sink_};
  }

  void EmitMoment(const v1::MomentEvent& moment, absl::string_view owner_id) {
    moment.SerializeToString(&buffer_);
    context_->Emit(kMoments, owner_id, View(buffer_));
  }
  void EmitPersonEvent(const v1::PersonEvent& event) {
    event.SerializeToString(&buffer_);
    context_->Emit(kPersonEvents, View(event.person_id()), View(buffer_));
  }

  absl::Status RestorePerson(absl::string_view value, model::Relationship& r) {
    if (!relationship_.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      return absl::DataLossError("a record of tend.relationships.v1 is not a Relationship");
    }
    return model::Decode(relationship_, scorer_.names(), &r);
  }
  absl::Status RestoreTie(absl::string_view value, model::Relationship& r) {
    if (!tie_.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      return absl::DataLossError("a record of tend.relationships.v1 is not a Tie");
    }
    return model::Decode(tie_, scorer_.names(), &r);
  }

  void FlushPerson(model::Relationship& r, ChangelogSink sink) {
    const double z = r.erased ? 0 : model::OrganizationZ(r, now_, options_->model);
    model::Encode(r, scorer_.names(), model::Sigma(z), r.queued_due, now_,
                  View(options_->model.version), &relationship_);
    relationship_.SerializeToString(&buffer_);
    sink(View(relationship_.person_id()), View(buffer_));
  }
  void FlushTie(const model::Relationship& r, const RelationshipTable::ChangedTie& changed,
                ChangelogSink sink) {
    const std::string key =
        model::TieKey(r.person, scorer_.names().OwnerId(changed.owner), changed.origin);
    if (changed.tie == nullptr) return sink(View(key), std::nullopt);
    model::Encode(r, *changed.tie, scorer_.names(), now_, options_->model, &tie_);
    tie_.SerializeToString(&buffer_);
    sink(View(key), View(buffer_));
  }

  std::shared_ptr<const Options> options_;  // shared by the tasks of one worker; constant
  Scorer scorer_;
  Instant now_;
  stream::Context* context_ = nullptr;  // of the call under way
  std::function<void(const v1::MomentEvent&, absl::string_view)> moment_sink_ =
      [this](const v1::MomentEvent& m, absl::string_view owner) { EmitMoment(m, owner); };
  std::function<void(const v1::PersonEvent&)> person_event_sink_ =
      [this](const v1::PersonEvent& e) { EmitPersonEvent(e); };
  // Reused from call to call.
  model::EventReader reader_;
  v1::Relationship relationship_;
  v1::Tie tie_;
  std::string buffer_;
};

}  // namespace

Options OptionsFor(const model::ScoringModel& model, const model::Policy& policy,
                   const v1::Roster& roster) {
  Options options{model, policy, "", ""};
  for (const v1::Team& team : roster.teams()) {
    std::string& pool = team.builds_product() ? options.product_owner_id : options.pool_owner_id;
    if (pool.empty()) pool = team.pool_owner_id();
  }
  if (options.pool_owner_id.empty()) options.pool_owner_id = "pool";
  return options;
}

stream::ProcessorSpec MakeSpec(const Options& options) {
  const auto shared = std::make_shared<const Options>(options);
  stream::ProcessorSpec spec;
  spec.name = kService;
  spec.input_topics = {kPersonEvents};
  spec.changelog_topic = kRelationships;
  spec.make_processor = [shared](int) { return std::make_unique<ScoringProcessor>(shared); };
  return spec;
}

const Scorer& ScorerOf(const stream::Processor& processor) {
  return static_cast<const ScoringProcessor&>(processor).scorer();
}

}  // namespace tend::scoring
