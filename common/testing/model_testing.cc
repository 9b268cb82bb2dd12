#include "common/testing/model_testing.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/model/readiness.h"
#include "google/protobuf/text_format.h"

namespace tend::model {
namespace {

template <typename Contract>
Contract Load(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  Contract contract;
  TEND_CHECK(google::protobuf::TextFormat::ParseFromString(text.str(), &contract));
  return contract;
}

Act Theirs(Act act, SignalClass signal, bool reply_like, bool message) {
  act.initiator = Initiator::kPerson;
  act.signal = signal;
  act.reply_like = reply_like;
  act.message = message;
  return act;
}

Act Touch(Act act, Purpose purpose) {
  act.initiator = Initiator::kUs;
  act.touch = act.our_message = true;
  act.purpose = purpose;
  act.unsolicited = purpose != Purpose::kAnswer;
  return act;
}

Act Refusal(Act act, Statement statement) {
  act.initiator = Initiator::kPerson;
  act.refusal = true;
  act.statement = statement;
  act.rest.stated = act.at;
  act.consent.stated = act.at;
  act.consent.source = "test";
  act.complaint = statement == Statement::kConsent;
  return act;
}

Act Neither(Act act, Statement statement, Initiator initiator) {
  act.initiator = initiator;
  act.statement = statement;
  return act;
}

Act Promised(Act act) {
  act = Neither(act, Statement::kPromiseMade, Initiator::kUs);
  act.promise = {absl::StrCat("promise ", act.at.seconds()), act.at + 3 * kDay,
                 act.owners.empty() ? kNobody : act.owners[0], 1, false};
  return act;
}

}  // namespace

const v1::ScoringModel& ShippedModelContract() {
  static const auto kContract = Load<v1::ScoringModel>("deploy/model.textproto");
  return kContract;
}

const v1::Policy& ShippedPolicyContract() {
  static const auto kContract = Load<v1::Policy>("deploy/policy.textproto");
  return kContract;
}

const ScoringModel& ShippedModel() {
  static const ScoringModel kModel = *Compile(ShippedModelContract());
  return kModel;
}

const Policy& ShippedPolicy() {
  static const Policy kPolicy = *Compile(ShippedPolicyContract());
  return kPolicy;
}

absl::string_view KindName(Kind kind) {
  constexpr const char* kNames[] = {"message", "question",  "form",     "content",  "pricing",
                                    "event",   "meeting",   "call",     "social",   "touch",
                                    "answer",  "give",      "ask",      "declined", "unsubscribed",
                                    "rest",    "rest over", "list row", "promise"};
  return kNames[static_cast<int>(kind)];
}

bool IsTheirs(Kind kind) { return kind <= Kind::kSocial; }
bool IsTouch(Kind kind) { return kind >= Kind::kTouch && kind <= Kind::kAsk; }
bool IsRefusal(Kind kind) { return kind >= Kind::kDeclined && kind <= Kind::kRest; }

Act MakeAct(Kind kind, Instant at, OwnerIndex owner, uint32_t thread) {
  Act act;
  act.at = act.received = at;
  act.thread = thread;
  act.hash = static_cast<uint64_t>(at.seconds()) * 1000003 + static_cast<uint64_t>(kind) * 101 +
             owner * 7 + thread;
  if (owner != kNobody) act.owners.push_back(owner);
  switch (kind) {
    case Kind::kMessage:
      return Theirs(act, SignalClass::kMessage, true, true);
    case Kind::kQuestion:
      return Theirs(act, SignalClass::kQuestion, true, true);
    case Kind::kForm:
      return Theirs(act, SignalClass::kForm, true, false);
    case Kind::kContentVisit:
      return Theirs(act, SignalClass::kContentVisit, false, false);
    case Kind::kPricingVisit:
      return Theirs(act, SignalClass::kPricingVisit, false, false);
    case Kind::kEvent:
      return Theirs(act, SignalClass::kEvent, false, false);
    case Kind::kMeeting:
      act.met = act.settled = true;
      return Theirs(act, SignalClass::kMeeting, true, false);
    case Kind::kTheirCall:
      return Theirs(act, SignalClass::kCall, true, false);
    case Kind::kSocial:
      return Theirs(act, SignalClass::kSocial, false, false);
    case Kind::kTouch:
      return Touch(act, Purpose::kOther);
    case Kind::kAnswer:
      return Touch(act, Purpose::kAnswer);
    case Kind::kGive:
      return Touch(act, Purpose::kGive);
    case Kind::kAsk:
      return Touch(act, Purpose::kAsk);
    case Kind::kDeclined:
      return Refusal(act, Statement::kNone);
    case Kind::kUnsubscribed:
      return Refusal(act, Statement::kConsent);
    case Kind::kRest:
      return Refusal(act, Statement::kRest);
    case Kind::kRestEnded:
      return Neither(act, Statement::kRestEnded, Initiator::kPerson);
    case Kind::kListRow:
      return Neither(act, Statement::kListRow, Initiator::kThirdParty);
    case Kind::kPromise:
      return Promised(act);
  }
  return act;
}

Act Late(Act act, Instant received) {
  act.received = received;
  return act;
}

Relationship FoldAll(const std::vector<Act>& acts, const ScoringModel& model,
                     const Policy& policy) {
  Relationship r;
  Instant now;
  for (const Act& act : acts) {
    now = std::max(now, act.at);
    Fold(r, act, 0, now, model, policy);
  }
  return r;
}

Relationship Copy(const Relationship& r) {
  Relationship copy;
  copy.person = r.person, copy.part = r.part;
  if (r.extras != nullptr) {
    Extras& extras = copy.extra();
    extras.wishes = r.extras->wishes, extras.joined = r.extras->joined;
    extras.open = r.extras->open, extras.waiting = r.extras->waiting;
    if (r.extras->merged_into != nullptr)
      extras.merged_into = std::make_unique<PersonKey>(*r.extras->merged_into);
    extras.rest_told = r.extras->rest_told, extras.identity_seq = r.extras->identity_seq;
    extras.departures = r.extras->departures;
  }
  for (const Tie& tie : r.ties.all()) copy.ties.At(tie.owner, tie.origin) = tie;
  copy.stage_cause_hash = r.stage_cause_hash, copy.input_offset = r.input_offset;
  copy.version = r.version, copy.profile = r.profile;
  copy.crm_owner_day = r.crm_owner_day;
  copy.stage_since = r.stage_since, copy.last_event = r.last_event;
  copy.below_since = r.below_since, copy.conversing_until = r.conversing_until;
  copy.cooling_check = r.cooling_check, copy.queued_due = r.queued_due;
  copy.second_bound = r.second_bound, copy.best_tie = r.best_tie;
  copy.stage = r.stage, copy.stage_cause = r.stage_cause;
  copy.unanswered = r.unanswered, copy.booked = r.booked;
  copy.ready_used = r.ready_used, copy.erased = r.erased, copy.bounds_valid = r.bounds_valid;
  return copy;
}

Life::Life(const ScoringModel& model_in, const Policy& policy_in)
    : model(model_in), policy(policy_in) {}

template <typename Body>
void Life::WithMoments(Body body) {
  std::string name;
  const Owners owners{crm_owner, account_owner, pool, product, [&](OwnerIndex owner) {
                        name = absl::StrCat("owner ", owner);
                        return absl::string_view(name.data(), name.size());
                      }};
  const auto sink = [&](const MomentChange& change) { changes.push_back({now, change}); };
  body(MomentContext{now, model, policy, owners, sink, [](const Tie&) {}});
}

void Life::NoteStage(Stage before) {
  if (relationship.stage != before)
    stages.push_back({now, relationship.stage, relationship.stage_cause});
}

void Life::Happens(const Act& act) {
  PassTo(act.received);
  const bool backlog = act.received - act.at > policy.fresh;
  const Stage before = relationship.stage;
  const Folded folded = Fold(relationship, act, 0, now, model, policy);
  stage_due_ =
      UpdateStage(relationship, {StageCauseOf(act, backlog), act.hash}, now, model, policy);
  NoteStage(before);
  const bool fresh = !backlog && act.statement != Statement::kListRow;
  WithMoments([&](const MomentContext& context) {
    AfterAct(relationship, act, folded, fresh, before, context);
  });
}

void Life::OnTime(Instant at) {
  now = at;
  const Stage before = relationship.stage;
  stage_due_ = UpdateStage(relationship, {StageCause::kTime, 0}, now, model, policy);
  NoteStage(before);
  WithMoments([&](const MomentContext& context) { AfterTime(relationship, before, context); });
}

Instant Life::Due() {
  if (relationship.erased) return Instant::Never();
  const Instant due = std::min(stage_due_, MomentDue(relationship, policy));
  return std::max(due, now + 1);
}

void Life::PassTo(Instant until) {
  if (now.is_set()) {
    int steps = 0;
    for (Instant due = Due(); due <= until; due = Due()) {
      ++steps;
      TEND_CHECK(steps < 100000);  // a due time that comes again and again
      OnTime(due);
    }
  }
  now = std::max(now, until);
}

std::vector<Life::Opened> Life::OpenedOf(MomentKind kind) const {
  std::vector<Opened> opened;
  for (const Opened& change : changes) {
    if (change.change.opened && change.change.moment.kind == kind) opened.push_back(change);
  }
  return opened;
}

int Life::OutreachOpened() const {
  return static_cast<int>(OpenedOf(MomentKind::kBecameReady).size() +
                          OpenedOf(MomentKind::kWaitsForUs).size());
}

CloseCause Life::LastClose(MomentKind kind) const {
  CloseCause cause = CloseCause::kNone;
  for (const Opened& change : changes) {
    if (!change.change.opened && change.change.moment.kind == kind) cause = change.change.cause;
  }
  return cause;
}

double Life::Readiness() const { return Sigma(OrganizationZ(relationship, now, model)); }

}  // namespace tend::model
