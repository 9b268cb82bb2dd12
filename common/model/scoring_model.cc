#include "common/model/scoring_model.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/policy.pb.h"
#include "tend/v1/relationship.pb.h"
#include "tend/v1/scoring_model.pb.h"

namespace tend::model {
namespace {

static_assert(Index(SignalClass::kProductFeedback) == v1::SIGNAL_CLASS_PRODUCT_FEEDBACK);
static_assert(Index(SignalClass::kAsk) == v1::SIGNAL_CLASS_ASK);
static_assert(kClasses == v1::SignalClass_MAX + 1);
static_assert(static_cast<int>(Stage::kFallow) == v1::STAGE_FALLOW);
static_assert(static_cast<int>(StageCause::kTheirWish) == v1::STAGE_CAUSE_THEIR_WISH);
static_assert(static_cast<int>(Purpose::kOther) == v1::TOUCH_PURPOSE_OTHER);
static_assert(static_cast<int>(MomentKind::kProductFeedback) == v1::MOMENT_KIND_PRODUCT_FEEDBACK);
static_assert(static_cast<int>(CloseCause::kOwnerChanged) == v1::CLOSE_CAUSE_OWNER_CHANGED);

// What is a half-life of minutes cannot be told from a count of nothing; and 2^(42 d / 1 h) still
// is a double, should an event come from the future.
constexpr SpanSeconds kShortestHalfLife = kHour;

// Gathers all faults of a contract, so that one look mends them all.
class Faults {
 public:
  void Require(bool holds, absl::string_view field, absl::string_view range) {
    if (!holds) faults_.push_back(absl::StrCat(field, " must be ", range));
  }
  absl::Status Status(absl::string_view what) const {
    if (faults_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(what, ": ", absl::StrJoin(faults_, "; ")));
  }

 private:
  std::vector<std::string> faults_;
};

SpanSeconds Span(const google::protobuf::Duration& duration) { return duration.seconds(); }

FactRule::By ByOf(v1::FactInitiator initiator) {
  switch (initiator) {
    case v1::FACT_INITIATOR_AUTHOR:
      return FactRule::By::kAuthor;
    case v1::FACT_INITIATOR_PERSON:
      return FactRule::By::kPerson;
    case v1::FACT_INITIATOR_US:
      return FactRule::By::kUs;
    case v1::FACT_INITIATOR_BOTH:
      return FactRule::By::kBoth;
    default:
      return FactRule::By::kThirdParty;
  }
}

FactRule RuleOf(const v1::FactRule& row) {
  FactRule rule;
  rule.signal = static_cast<SignalClass>(row.signal_class());
  rule.by = ByOf(row.initiator());
  rule.reply_like = row.reply_like();
  rule.refusal = row.refusal();
  rule.only_if_wanted = row.only_if_wanted();
  rule.also_message = row.also_message();
  rule.touch = static_cast<Purpose>(row.touch_purpose());
  return rule;
}

void CompileFacts(const v1::ScoringModel& contract, ScoringModel& model, Faults& faults) {
  const google::protobuf::OneofDescriptor* fact =
      v1::Interaction::descriptor()->FindOneofByName("fact");
  std::array<bool, ScoringModel::kFactFields> seen{};
  for (const v1::FactRule& row : contract.facts()) {
    const google::protobuf::FieldDescriptor* field =
        v1::Interaction::descriptor()->FindFieldByName(row.fact());
    if (field == nullptr || field->containing_oneof() != fact) {
      faults.Require(false, absl::StrCat("facts: \"", row.fact(), "\""),
                     "a field of Interaction.fact");
      continue;
    }
    faults.Require(row.initiator() != v1::FACT_INITIATOR_UNSPECIFIED,
                   absl::StrCat(row.fact(), ".initiator"), "set");
    faults.Require(!(row.refusal() && row.signal_class() != 0),
                   absl::StrCat(row.fact(), ".signal_class"), "empty for a refusal");
    faults.Require(row.signal_class() >= 0 && row.signal_class() <= kLastSignalClass,
                   absl::StrCat(row.fact(), ".signal_class"), "a class of signals");
    if (row.page_kind() < 0 || row.page_kind() >= static_cast<int>(model.pages.size())) {
      faults.Require(false, absl::StrCat(row.fact(), ".page_kind"), "a known kind of page");
      continue;
    }
    seen[field->number()] = true;
    if (field->number() == v1::Interaction::kPageVisitedFieldNumber) {
      model.pages[row.page_kind()] = RuleOf(row);
    } else {
      model.facts[field->number()] = RuleOf(row);
    }
  }
  for (int i = 0; i < fact->field_count(); ++i) {
    const auto* field = fact->field(i);
    faults.Require(field->number() < ScoringModel::kFactFields && seen[field->number()],
                   absl::StrCat("facts: ", field->name()), "given a row");
  }
}

}  // namespace

absl::StatusOr<ScoringModel> Compile(const v1::ScoringModel& contract) {
  ScoringModel model;
  Faults faults;
  faults.Require(!contract.version().empty(), "version", "set");
  model.version = contract.version();
  for (const v1::ClassWeight& row : contract.classes()) {
    const auto& name = v1::SignalClass_Name(row.signal_class());
    const double half_life = static_cast<double>(row.half_life().seconds());
    if (row.signal_class() <= 0 || row.signal_class() >= kClasses) {
      faults.Require(false, absl::StrCat("classes: ", static_cast<int>(row.signal_class())),
                     "a known class");
      continue;
    }
    faults.Require(half_life >= kShortestHalfLife, absl::StrCat(name, ".half_life"), ">= 1 h");
    faults.Require(row.weight() >= 0 && std::isfinite(row.weight()), absl::StrCat(name, ".weight"),
                   ">= 0");
    faults.Require(row.signal_class() <= kLastSignalClass || row.weight() == 0,
                   absl::StrCat(name, ".weight"), "0 for the evidence of trust");
    model.weight[row.signal_class()] = row.weight();
    model.per_second[row.signal_class()] = 1 / half_life;
  }
  for (int c = 1; c < kClasses; ++c) {
    faults.Require(model.per_second[c] > 0, v1::SignalClass_Name(static_cast<v1::SignalClass>(c)),
                   "given a half-life");
  }
  model.tie_message_weight = contract.tie_messages().weight();
  model.tie_message_per_second =
      1 / static_cast<double>(contract.tie_messages().half_life().seconds());
  faults.Require(contract.tie_messages().half_life().seconds() >= kShortestHalfLife,
                 "tie_messages.half_life", ">= 1 h");
  faults.Require(model.tie_message_weight >= 0, "tie_messages.weight", ">= 0");
  model.intercept = contract.intercept();
  model.tie_answer_rate = contract.tie_answer_rate();
  model.person_answer_rate = contract.person_answer_rate();
  model.rate_prior = contract.rate_prior();
  model.tie_reciprocity = contract.tie_reciprocity();
  model.no_history = contract.no_history();
  model.unanswered = contract.unanswered();
  model.unanswered_cap = contract.unanswered_cap();
  model.recipients = contract.recipients();
  faults.Require(std::isfinite(model.intercept), "intercept", "a number");
  faults.Require(model.tie_answer_rate >= 0, "tie_answer_rate", ">= 0");
  faults.Require(model.person_answer_rate >= 0, "person_answer_rate", ">= 0");
  faults.Require(model.rate_prior >= 0 && model.rate_prior <= 1, "rate_prior", "0..1");
  faults.Require(model.tie_reciprocity >= 0, "tie_reciprocity", ">= 0");
  faults.Require(model.no_history >= 0, "no_history", ">= 0");
  faults.Require(model.unanswered <= 0, "unanswered", "<= 0");
  faults.Require(model.unanswered_cap >= 0 && model.unanswered_cap <= 8, "unanswered_cap",
                 "0..8 (the ring holds 8)");
  faults.Require(model.recipients <= 0, "recipients", "<= 0");
  CompileFacts(contract, model, faults);
  if (absl::Status status = faults.Status("scoring model"); !status.ok()) return status;
  return model;
}

absl::StatusOr<Policy> Compile(const v1::Policy& contract) {
  Policy p;
  Faults faults;
  faults.Require(!contract.version().empty(), "version", "set");
  p.version = contract.version();
  const v1::StagePolicy& stage = contract.stage();
  p.ready_enter = stage.ready_enter();
  p.ready_leave = stage.ready_leave();
  p.growing = stage.growing();
  faults.Require(0 < p.growing && p.growing <= p.ready_leave && p.ready_leave <= p.ready_enter &&
                     p.ready_enter < 1,
                 "stage: growing <= ready_leave <= ready_enter", "in (0, 1)");
  const auto logit = [](double share) { return std::log(share / (1 - share)); };
  p.ready_enter_z = logit(p.ready_enter), p.ready_leave_z = logit(p.ready_leave),
  p.growing_z = logit(p.growing);
  const auto positive = [&](const google::protobuf::Duration& d, absl::string_view name) {
    faults.Require(d.seconds() > 0, name, "> 0 s");
    return Span(d);
  };
  p.patience = positive(stage.patience(), "stage.patience");
  p.conversing = positive(stage.conversing(), "stage.conversing");
  p.ready_evidence = positive(stage.ready_evidence(), "stage.ready_evidence");
  p.ready_act = positive(stage.ready_act(), "stage.ready_act");
  p.growing_act = positive(stage.growing_act(), "stage.growing_act");
  p.signal = positive(stage.signal(), "stage.signal");
  p.fresh = positive(stage.fresh(), "stage.fresh");
  const v1::MomentPolicy& moment = contract.moment();
  p.ready_expire = positive(moment.ready_expire(), "moment.ready_expire");
  p.waits_after = positive(moment.waits_after(), "moment.waits_after");
  p.waits_expire = positive(moment.waits_expire(), "moment.waits_expire");
  p.promise_before = positive(moment.promise_before(), "moment.promise_before");
  p.promise_after = positive(moment.promise_after(), "moment.promise_after");
  p.cooling_share = moment.cooling_share();
  faults.Require(p.cooling_share > 0 && p.cooling_share < 1, "moment.cooling_share", "in (0, 1)");
  p.cooling_window = positive(moment.cooling_window(), "moment.cooling_window");
  p.cooling_expire = positive(moment.cooling_expire(), "moment.cooling_expire");
  p.cooling_acts = moment.cooling_acts();
  faults.Require(p.cooling_acts >= 0, "moment.cooling_acts", ">= 0");
  p.care_expire = positive(moment.care_expire(), "moment.care_expire");
  p.life_event_expire = positive(moment.life_event_expire(), "moment.life_event_expire");
  const v1::GuardPolicy& guard = contract.guard();
  p.patience_base = positive(guard.patience_base(), "guard.patience_base");
  p.patience_max = positive(guard.patience_max(), "guard.patience_max");
  p.budget = guard.has_budget() ? guard.budget() : 2;
  p.account_budget = guard.has_account_budget() ? guard.account_budget() : 4;
  faults.Require(p.budget >= 0 && p.budget <= 100, "guard.budget", "0..100");
  faults.Require(p.account_budget >= 0, "guard.account_budget", ">= 0");
  p.budget_window = positive(guard.budget_window(), "guard.budget_window");
  p.budget_apart = Span(guard.budget_apart());
  p.account_pause = Span(guard.account_pause());
  p.permit_life = positive(guard.permit_life(), "guard.permit_life");
  const v1::QuietHours& quiet = guard.quiet_hours();
  p.quiet = {quiet.start_minute(), quiet.end_minute(), quiet.weekends()};
  faults.Require(p.quiet.start_minute >= 0 && p.quiet.start_minute < 1440 &&
                     p.quiet.end_minute >= 0 && p.quiet.end_minute < 1440,
                 "guard.quiet_hours", "minutes 0..1439");
  if (absl::Status status = faults.Status("policy"); !status.ok()) return status;
  return p;
}

}  // namespace tend::model
