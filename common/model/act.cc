#include "common/model/act.h"

#include "common/base/hash.h"
#include "tend/v1/interaction.pb.h"

namespace tend::model {
namespace {

Instant At(const google::protobuf::Timestamp& time) { return Instant(time.seconds()); }

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

bool CameAsMessage(v1::Channel channel) {
  return channel == v1::CHANNEL_MAIL || channel == v1::CHANNEL_CHAT ||
         channel == v1::CHANNEL_SOCIAL;
}

// Who is who around one person: the sides of the interaction.
struct Sides {
  bool person_authored = false;
  bool we_authored = false;
  bool authored = false;  // by anybody
};

bool IsAuthor(const v1::Party& party) {
  return party.role() == v1::PARTY_ROLE_FROM || party.role() == v1::PARTY_ROLE_AUTHOR;
}

Sides SidesOf(const v1::Interaction& interaction, absl::string_view person_id) {
  Sides sides;
  for (const v1::Party& party : interaction.parties()) {
    if (!IsAuthor(party)) continue;
    sides.authored = true;
    if (party.side() == v1::SIDE_OURS) sides.we_authored = true;
    if (View(party.person_id()) == person_id) sides.person_authored = true;
  }
  return sides;
}

const FactRule& RuleOf(const v1::Interaction& interaction, const ScoringModel& model) {
  if (interaction.has_page_visited()) {
    const auto kind = static_cast<size_t>(interaction.page_visited().kind());
    return model.pages[kind < model.pages.size() ? kind : 0];
  }
  return model.facts[interaction.fact_case() % ScoringModel::kFactFields];
}

Initiator InitiatorOf(const FactRule& rule, const Sides& sides) {
  switch (rule.by) {
    case FactRule::By::kPerson:
      return Initiator::kPerson;
    case FactRule::By::kUs:
      return Initiator::kUs;
    case FactRule::By::kThirdParty:
      return Initiator::kThirdParty;
    case FactRule::By::kAuthor:
    case FactRule::By::kBoth:
      break;
  }
  if (sides.person_authored) return Initiator::kPerson;
  if (sides.we_authored) return Initiator::kUs;
  // Where the source names no author, the fact is the person's own; another outsider's act is not.
  return sides.authored ? Initiator::kThirdParty : Initiator::kPerson;
}

bool Wanted(const v1::Interaction& interaction) {
  return interaction.introduced().wanted_by_person() || interaction.referred().wanted_by_person();
}

// The half of the person: what it counts as.
void ReadTheirHalf(const v1::Interaction& interaction, const FactRule& rule, Act& act) {
  const bool theirs = act.initiator == Initiator::kPerson || rule.by == FactRule::By::kBoth ||
                      (rule.only_if_wanted && Wanted(interaction));
  if (!theirs || (rule.only_if_wanted && !Wanted(interaction))) return;
  act.refusal = rule.refusal;
  if (rule.refusal) return;
  act.signal = rule.signal;
  act.reply_like = rule.reply_like && rule.signal != SignalClass::kNone;
  act.settled = rule.by == FactRule::By::kBoth || interaction.has_call_held();
  act.message = rule.signal == SignalClass::kMessage ||
                (rule.also_message && CameAsMessage(interaction.channel()));
}

// Our half: a touch and its purpose.
void ReadOurHalf(const v1::Interaction& interaction, const FactRule& rule, const Sides& sides,
                 Act& act) {
  act.met = rule.by == FactRule::By::kBoth;
  if (!sides.we_authored || rule.touch == Purpose::kNone) return;
  act.touch = true;
  act.our_message = CameAsMessage(interaction.channel()) || rule.signal == SignalClass::kMessage;
  act.purpose = interaction.purpose() == v1::TOUCH_PURPOSE_UNSPECIFIED
                    ? rule.touch
                    : static_cast<Purpose>(interaction.purpose());
  act.unsolicited_stated = interaction.has_unsolicited();
  act.unsolicited = interaction.has_unsolicited()
                        ? interaction.unsolicited()
                        : act.purpose != Purpose::kAnswer && !Wanted(interaction);
}

void ReadOwners(const v1::Interaction& interaction, OwnerInterner intern, Act& act) {
  const bool ours_only_author = act.touch && !act.met;
  for (const v1::Party& party : interaction.parties()) {
    if (party.side() != v1::SIDE_OURS || party.owner_id().empty()) continue;
    if (ours_only_author && !IsAuthor(party)) continue;
    const OwnerIndex owner = intern(View(party.owner_id()));
    bool known = false;
    for (OwnerIndex other : act.owners) known = known || other == owner;
    if (!known) act.owners.push_back(owner);
  }
}

Consent ConsentOf(const v1::Interaction& interaction, const v1::Consent& stated, bool given,
                  Instant at) {
  Consent consent;
  consent.channel = static_cast<uint8_t>(stated.channel());
  consent.purpose = static_cast<uint8_t>(stated.purpose());
  consent.given = given;
  consent.stated = stated.has_state_time() ? At(stated.state_time()) : at;
  if (stated.has_expire_time()) consent.expires = At(stated.expire_time());
  consent.source = stated.source().empty() ? interaction.source().system() : stated.source();
  return consent;
}

void ReadRest(const v1::Interaction& interaction, Act& act) {
  const v1::Rest& rest = interaction.rest_wished().rest();
  act.statement = Statement::kRest;
  act.rest.stated = rest.has_state_time() ? At(rest.state_time()) : act.at;
  if (rest.has_until_time()) act.rest.until = At(rest.until_time());
  act.rest.words = rest.words();
  act.rest.stated_by = rest.stated_by();
  act.rest.source = rest.source().empty() ? interaction.source().system() : rest.source();
}

void ReadPromise(const v1::Interaction& interaction, OwnerInterner intern, Act& act) {
  const v1::Promise& made = interaction.promise_made().promise();
  if (interaction.has_promise_made()) {
    act.statement = Statement::kPromiseMade;
    act.promise.id = made.promise_id().empty() ? interaction.id() : made.promise_id();
    if (made.has_due_time()) act.promise.due = At(made.due_time());
    act.promise.state = v1::PROMISE_STATE_OPEN;
    act.promise.by = !made.by_owner_id().empty() ? intern(View(made.by_owner_id()))
                     : act.owners.empty()        ? kNobody
                                                 : act.owners[0];
  } else if (interaction.has_promise_kept()) {
    act.statement = Statement::kPromiseKept;
    act.promise.id = interaction.promise_kept().promise_id();
  } else {
    const v1::PromiseBroken& broken = interaction.promise_broken();
    act.statement = broken.withdrawn() ? Statement::kPromiseWithdrawn : Statement::kPromiseBroken;
    act.promise.id = broken.promise_id();
  }
}

void Revoke(const v1::Interaction& interaction, Act& act) {
  // A click on a page, or in the product, names no channel that we could write to.
  const bool named =
      interaction.channel() != v1::CHANNEL_WEB && interaction.channel() != v1::CHANNEL_PRODUCT;
  v1::Consent all;
  all.set_channel(named ? interaction.channel() : v1::CHANNEL_UNSPECIFIED);
  act.statement = Statement::kConsent;
  act.consent = ConsentOf(interaction, all, false, act.at);
}

void ReadStatement(const v1::Interaction& interaction, OwnerInterner intern, Act& act) {
  switch (interaction.fact_case()) {
    case v1::Interaction::kConsentGiven:
    case v1::Interaction::kConsentRevoked: {
      const bool given = interaction.has_consent_given();
      act.statement = Statement::kConsent;
      act.consent = ConsentOf(
          interaction,
          given ? interaction.consent_given().consent() : interaction.consent_revoked().consent(),
          given, act.at);
      act.complaint = !given;
      break;
    }
    case v1::Interaction::kUnsubscribed:
    case v1::Interaction::kComplained:
      act.complaint = true;
      Revoke(interaction, act);
      if (interaction.has_complained()) act.consent.channel = v1::CHANNEL_UNSPECIFIED;
      break;
    case v1::Interaction::kListRowEntered:
      act.statement = Statement::kListRow;
      if (interaction.list_row_entered().unsubscribed()) {
        act.refusal = true;
        Revoke(interaction, act);
        act.consent.channel = v1::CHANNEL_UNSPECIFIED;
      }
      break;
    case v1::Interaction::kRestWished:
      ReadRest(interaction, act);
      break;
    case v1::Interaction::kRestEnded:
      act.statement = Statement::kRestEnded;
      break;
    case v1::Interaction::kPromiseMade:
    case v1::Interaction::kPromiseKept:
    case v1::Interaction::kPromiseBroken:
      ReadPromise(interaction, intern, act);
      break;
    case v1::Interaction::kOwnerChanged:
      act.statement = Statement::kOwnerChanged;
      act.subject = interaction.owner_changed().owner();
      break;
    case v1::Interaction::kJobChanged:
      act.statement = Statement::kJobChanged;
      act.subject = interaction.job_changed().company();
      break;
    case v1::Interaction::kProductFeedback:
      act.statement = Statement::kFeedback;
      act.subject = interaction.product_feedback().topic();
      break;
    case v1::Interaction::kErasureAsked:
      act.statement = Statement::kErasure;
      break;
    default:
      break;
  }
}

}  // namespace

Act Interpret(const v1::Interaction& interaction, absl::string_view person_id,
              const ScoringModel& model, OwnerInterner intern) {
  Act act;
  act.at = At(interaction.occur_time());
  act.received = interaction.has_receive_time() ? At(interaction.receive_time()) : act.at;
  act.hash = StableHash(View(interaction.id()));
  if (!interaction.thread_key().empty()) {
    act.thread = static_cast<uint32_t>(StableHash(View(interaction.thread_key())) & 0xffffff);
    if (act.thread == 0) act.thread = 1;
  }
  const FactRule& rule = RuleOf(interaction, model);
  const Sides sides = SidesOf(interaction, person_id);
  act.initiator = InitiatorOf(rule, sides);
  if (interaction.automated() == v1::AUTOMATED_REASON_UNSPECIFIED) {
    ReadTheirHalf(interaction, rule, act);
    ReadOurHalf(interaction, rule, sides, act);
  }
  ReadOwners(interaction, intern, act);
  ReadStatement(interaction, intern, act);
  return act;
}

}  // namespace tend::model
