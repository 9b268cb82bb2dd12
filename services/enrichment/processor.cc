#include "services/enrichment/processor.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/base/check.h"
#include "tend/v1/person_event.pb.h"

namespace tend::enrichment {
namespace {

using stream::Outcome;

// Facts that are between people by their nature: among outsiders they are none of our business.
bool IsBetweenPeople(v1::Interaction::FactCase fact) {
  switch (fact) {
    case v1::Interaction::kMessageSent:
    case v1::Interaction::kMessageDelivered:
    case v1::Interaction::kMessageOpened:
    case v1::Interaction::kMessageBounced:
    case v1::Interaction::kMeetingHeld:
    case v1::Interaction::kMeetingDeclined:
    case v1::Interaction::kCallHeld:
    case v1::Interaction::kCallMissed:
    case v1::Interaction::kConnected:
      return true;
    default:
      return false;
  }
}

bool IsActor(const v1::Party& party) {
  return party.role() == v1::PARTY_ROLE_FROM || party.role() == v1::PARTY_ROLE_AUTHOR;
}

void CountRecipients(v1::Interaction& interaction) {
  if (interaction.recipient_count() != 0) return;
  int32_t recipients = 0;
  for (const v1::Party& party : interaction.parties()) {
    recipients += party.role() == v1::PARTY_ROLE_TO || party.role() == v1::PARTY_ROLE_CC;
  }
  interaction.set_recipient_count(recipients);
}

void Assign(absl::string_view value, std::string* field) {
  field->assign(value.data(), value.size());
}

class EnrichmentProcessor final : public stream::Processor {
 public:
  EnrichmentProcessor(const EnrichmentOptions& options, const Roster& roster, IdentityStore& store,
                      EnrichmentCounts* counts)
      : roster_(roster),
        store_(store),
        counts_(counts),
        reader_(options.parties, roster),
        repeats_(options.repeats) {}

  Outcome Process(const stream::Record& record, stream::Context& context) override {
    ++batch_.received;
    Outcome outcome = Use(record, context);
    if (outcome.rejected()) ++batch_.rejects[outcome.reason()];
    return outcome;
  }

  void OnTime(stream::Context& context) override { repeats_.AdvanceTo(context.now()); }
  absl::Time NextDue() const override { return repeats_.NextExpiry(); }

  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) override {
    return repeats_.Restore(key, value);
  }
  void Restored() override { repeats_.Restored(); }
  void FlushChanges(stream::ChangelogSink sink) override { repeats_.Flush(sink); }
  void Commit() override {
    repeats_.Commit();
    if (counts_ != nullptr) *counts_ += batch_;
    batch_ = {};
  }
  void Rollback() override {
    repeats_.Rollback();
    batch_ = {};
  }

  const Repeats& repeats() const { return repeats_; }

 private:
  Outcome Use(const stream::Record& record, stream::Context& context) {
    v1::Interaction& interaction = *event_.mutable_interaction();
    if (!Parse(record.value, interaction)) {
      return Outcome::Reject(v1::REJECT_REASON_MALFORMED, "not a tend.v1.Interaction");
    }
    if (!repeats_.Add(repeats_.KeyOf(interaction, context.now()))) return Counted(batch_.repeats);
    Outcome outcome = UseNew(record, context, interaction);
    if (outcome.rejected()) repeats_.TakeBack();
    return outcome;
  }

  // As ParseFromString, but the source and the times, which every interaction has, keep their
  // memory.
  bool Parse(absl::string_view bytes, v1::Interaction& interaction) {
    input_.assign(bytes.data(), bytes.size());
    v1::Source* const source = interaction.release_source();
    google::protobuf::Timestamp* const occurred = interaction.release_occur_time();
    google::protobuf::Timestamp* const received = interaction.release_receive_time();
    interaction.Clear();
    if (source != nullptr) source->Clear(), interaction.set_allocated_source(source);
    if (occurred != nullptr) occurred->Clear(), interaction.set_allocated_occur_time(occurred);
    if (received != nullptr) received->Clear(), interaction.set_allocated_receive_time(received);
    const bool parsed = interaction.MergeFromString(input_);
    if (interaction.occur_time().seconds() == 0) interaction.clear_occur_time();
    if (interaction.receive_time().seconds() == 0) interaction.clear_receive_time();
    return parsed;
  }

  Outcome UseNew(const stream::Record& record, stream::Context& context,
                 v1::Interaction& interaction) {
    if (interaction.fact_case() == v1::Interaction::FACT_NOT_SET) {
      if (interaction.ignorable()) return Counted(batch_.ignored);
      return Outcome::Reject(v1::REJECT_REASON_FACT_UNKNOWN,
                             "the fact is not known here, and not ignorable");
    }
    const std::vector<PartyReading>& readings = reader_.Read(interaction);
    const auto count = [&readings](PartyIs is) {
      return std::count_if(readings.begin(), readings.end(),
                           [is](const PartyReading& r) { return r.is == is; });
    };
    const bool ours = count(PartyIs::kOurs) > 0;
    if (reader_.claims().empty()) {
      if (count(PartyIs::kMachine) > 0) return Counted(batch_.machines);
      if (ours && count(PartyIs::kNobody) == 0) return Counted(batch_.between_us);
      return Outcome::Reject(v1::REJECT_REASON_PARTY_UNKNOWN,
                             "no party outside has a usable identifier");
    }
    if (!ours && readings.size() > 1 && IsBetweenPeople(interaction.fact_case())) {
      return Counted(batch_.between_outsiders);
    }
    return Resolve(record, context, readings);
  }

  // Asks who the outsiders are, and tells each one's event.
  Outcome Resolve(const stream::Record& record, stream::Context& context,
                  const std::vector<PartyReading>& readings) {
    v1::Interaction& interaction = *event_.mutable_interaction();
    const std::vector<IdentityClaim>& claims = reader_.claims();
    resolutions_.assign(claims.size(), Resolution());
    const absl::Status status = store_.Resolve(claims, context.now(), absl::MakeSpan(resolutions_));
    TEND_CHECK(status.ok());
    const auto count = [this](Resolution::Is is) {
      return std::count_if(resolutions_.begin(), resolutions_.end(),
                           [is](const Resolution& r) { return r.is == is; });
    };
    if (count(Resolution::Is::kPerson) == 0) {
      if (count(Resolution::Is::kErased) == 0) return Counted(batch_.unknown_visitors);
      if (interaction.has_erasure_asked()) return Counted(batch_.erased_again);
      return Outcome::Reject(v1::REJECT_REASON_PERSON_ERASED, "all parties outside were erased");
    }
    Complete(interaction, readings);
    SetPosition(record);
    if (readings.size() - static_cast<size_t>(OursCount(readings)) == 1) {
      EmitFor(readings[static_cast<size_t>(OutsiderIndex(readings))], context);
    } else {
      EmitForEach(readings, context);
    }
    if (interaction.has_erasure_asked()) Erase(context);
    return Counted(batch_.with_events);
  }

  static long OursCount(const std::vector<PartyReading>& readings) {
    return std::count_if(readings.begin(), readings.end(),
                         [](const PartyReading& r) { return r.is == PartyIs::kOurs; });
  }
  static long OutsiderIndex(const std::vector<PartyReading>& readings) {
    return std::find_if(readings.begin(), readings.end(),
                        [](const PartyReading& r) { return r.is != PartyIs::kOurs; }) -
           readings.begin();
  }

  // Fills what the interaction itself gains.
  void Complete(v1::Interaction& interaction, const std::vector<PartyReading>& readings) {
    CountRecipients(interaction);
    for (size_t i = 0; i < readings.size(); ++i) {
      if (const Resolution* who = WhoIs(readings[i])) {
        Assign(who->person_id,
               interaction.mutable_parties(static_cast<int>(i))->mutable_person_id());
      }
    }
    if (interaction.has_owner_changed() && !interaction.owner_changed().owner().empty()) {
      const absl::string_view owner =
          roster_.OwnerByName(interaction.owner_changed().owner(), interaction.source().system());
      if (!owner.empty()) Assign(owner, interaction.mutable_owner_changed()->mutable_owner());
    }
  }

  // The outsider's resolution; null for ours, nobody, unknown and erased ones.
  const Resolution* WhoIs(const PartyReading& reading) const {
    if (reading.is != PartyIs::kPerson && reading.is != PartyIs::kVisitor) return nullptr;
    const Resolution& resolution = resolutions_[reading.claim];
    return resolution.is == Resolution::Is::kPerson ? &resolution : nullptr;
  }

  void SetPosition(const stream::Record& record) {
    v1::Position& position = *event_.mutable_source_position();
    Assign(record.topic, position.mutable_topic());
    position.set_partition(record.partition);
    position.set_offset(record.offset.value());
  }

  // event_ holds the interaction as this person's event carries it.
  void EmitFor(const PartyReading& reading, stream::Context& context) {
    const Resolution& who = *WhoIs(reading);
    Assign(who.person_id, event_.mutable_person_id());
    Assign(who.origin_id, event_.mutable_origin_id());
    event_.set_identity_seq(who.identity_seq);
    Assign(who.account_id, event_.mutable_account_id());
    Assign(roster_.OwnerOfAccount(who.account_id), event_.mutable_account_owner_id());
    const v1::Interaction& interaction = event_.interaction();
    const bool told =
        interaction.has_profile_changed() && !interaction.profile_changed().time_zone().empty();
    Assign(told ? absl::string_view(interaction.profile_changed().time_zone()) : reading.time_zone,
           event_.mutable_time_zone());
    const size_t size = event_.ByteSizeLong();
    if (bytes_.size() < size) bytes_.resize(size);
    event_.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(bytes_.data()));
    context.Emit(kPersonEventsTopic, who.person_id, {bytes_.data(), size});
    ++batch_.person_events;
  }

  // Several outsiders: each person's event shows the others only where they acted.
  void EmitForEach(const std::vector<PartyReading>& readings, stream::Context& context) {
    v1::Interaction& interaction = *event_.mutable_interaction();
    google::protobuf::RepeatedPtrField<v1::Party> all;
    all.Swap(interaction.mutable_parties());
    absl::flat_hash_set<absl::string_view> told;
    for (const PartyReading& reading : readings) {
      const Resolution* who = WhoIs(reading);
      if (who == nullptr || !told.insert(who->person_id).second) continue;
      interaction.clear_parties();
      for (size_t i = 0; i < readings.size(); ++i) {
        const v1::Party& party = all[static_cast<int>(i)];
        const Resolution* other = WhoIs(readings[i]);
        if (readings[i].is == PartyIs::kOurs ||
            (other != nullptr && other->person_id == who->person_id)) {
          *interaction.add_parties() = party;
        } else if (IsActor(party)) {
          v1::Party& actor = *interaction.add_parties();
          actor.set_role(party.role());
          actor.set_side(party.side());
          actor.set_person_id(party.person_id());
        }
      }
      EmitFor(reading, context);
    }
    all.Swap(interaction.mutable_parties());
  }

  void Erase(stream::Context& context) {
    std::vector<std::string> persons;  // the store's views end with its next call
    for (const Resolution& who : resolutions_) {
      if (who.is == Resolution::Is::kPerson) persons.emplace_back(who.person_id);
    }
    for (const std::string& person : persons) {
      const absl::Status status = store_.Erase(person, context.now());
      TEND_CHECK(status.ok() || absl::IsNotFound(status));  // two parties may be one person
    }
  }

  static Outcome Counted(int64_t& count) {
    ++count;
    return Outcome::Used();
  }

  const Roster& roster_;
  IdentityStore& store_;
  EnrichmentCounts* const counts_;
  PartyReader reader_;
  Repeats repeats_;
  EnrichmentCounts batch_;

  // Reused from record to record. The event is never cleared: each of its fields is set anew, and
  // the interaction, read in place, keeps its parties' memory.
  v1::PersonEvent event_;
  std::vector<Resolution> resolutions_;
  std::string input_;
  std::string bytes_;
};

}  // namespace

std::unique_ptr<stream::Processor> MakeEnrichmentProcessor(const EnrichmentOptions& options,
                                                           const Roster& roster,
                                                           IdentityStore& store,
                                                           EnrichmentCounts* counts) {
  return std::make_unique<EnrichmentProcessor>(options, roster, store, counts);
}

const Repeats& RepeatsOf(const stream::Processor& processor) {
  return static_cast<const EnrichmentProcessor&>(processor).repeats();
}

stream::ProcessorSpec EnrichmentSpec(const EnrichmentOptions& options, const Roster& roster,
                                     IdentityStore& store, EnrichmentCounts* counts) {
  stream::ProcessorSpec spec;
  spec.name = "tend.enrichment";
  spec.input_topics = {kInteractionsTopic};
  spec.changelog_topic = kStateTopic;
  spec.make_processor = [options, &roster, &store, counts](int) {
    return MakeEnrichmentProcessor(options, roster, store, counts);
  };
  return spec;
}

}  // namespace tend::enrichment
