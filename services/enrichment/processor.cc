#include "services/enrichment/processor.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "services/enrichment/domain/interaction_reader.h"
#include "tend/v1/person_event.pb.h"

namespace tend::enrichment {
namespace {

using stream::Outcome;

bool IsActor(const v1::Party& party) {
  return party.role() == v1::PARTY_ROLE_FROM || party.role() == v1::PARTY_ROLE_AUTHOR;
}

bool IsRecipient(const v1::Party& party) {
  return party.role() == v1::PARTY_ROLE_TO || party.role() == v1::PARTY_ROLE_CC;
}

void CountRecipients(v1::Interaction& interaction) {
  if (interaction.recipient_count() != 0) return;
  int32_t recipients = 0;
  for (const v1::Party& party : interaction.parties()) recipients += IsRecipient(party) ? 1 : 0;
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

  absl::Status Prepare(absl::Span<const stream::Record> records, absl::Time now) override {
    next_ = end_ = 0;  // what an earlier batch has not used is polled again
    TEND_RETURN_IF_ERROR(erasures_.EraseDue(
        [this, now](absl::string_view origin_id) { return store_.Erase(origin_id, now); }));
    if (records.empty()) return absl::OkStatus();
    reader_.Clear();
    for (const stream::Record& record : records) reader_.Read(record.value);
    if (!reader_.claims().empty()) {
      resolutions_.assign(reader_.claims().size(), Resolution());
      TEND_RETURN_IF_ERROR(store_.Resolve(reader_.claims(), now, absl::MakeSpan(resolutions_)));
      KeepResolutions();
    }
    end_ = records.size();
    return absl::OkStatus();
  }

  Outcome Process(const stream::Record& record, stream::Context& context) override {
    ++batch_.received;
    TEND_CHECK(next_ < end_);  // Prepare has seen it
    erasures_.Done();
    Outcome outcome = Use(record, reader_.record(next_++), context);
    if (outcome.rejected()) ++batch_.rejects[outcome.reason()];
    return outcome;
  }

  void OnTime(stream::Context& context) override {
    erasures_.Done();
    repeats_.AdvanceTo(context.now());
  }
  absl::Time NextDue() const override {
    return std::min(repeats_.NextExpiry(), erasures_.NextDue());
  }

  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value) override {
    if (!Erasures::IsKey(key)) return repeats_.Restore(key, value);
    erasures_.Restore(key, value);
    return absl::OkStatus();
  }
  void Restored() override {
    repeats_.Restored();
    erasures_.Restored();
  }
  void FlushChanges(stream::ChangelogSink sink) override {
    repeats_.Flush(sink);
    erasures_.Flush(sink);
  }
  void Commit() override {
    repeats_.Commit();
    erasures_.Commit();
    if (counts_ != nullptr) *counts_ += batch_;
    batch_ = {};
  }
  void Rollback() override {
    repeats_.Rollback();
    erasures_.Rollback();
    batch_ = {};
  }

  const Repeats& repeats() const { return repeats_; }
  const Erasures& erasures() const { return erasures_; }

 private:
  // The store's views live until it is asked again, which another partition's processor may do.
  void KeepResolutions() {
    size_t size = 0;
    for (const Resolution& r : resolutions_) {
      size += r.person_id.size() + r.origin_id.size() + r.account_id.size();
    }
    kept_.clear();
    kept_.reserve(size);  // it must not move
    for (Resolution& r : resolutions_) {
      for (absl::string_view* text : {&r.person_id, &r.origin_id, &r.account_id}) {
        const size_t at = kept_.size();
        absl::StrAppend(&kept_, *text);
        *text = absl::string_view(kept_).substr(at);
      }
    }
  }

  Outcome Use(const stream::Record& record, ReadInteraction& prepared, stream::Context& context) {
    if (prepared.verdict == Verdict::kMalformed) {
      return Outcome::Reject(v1::REJECT_REASON_MALFORMED, "not a tend.v1.Interaction");
    }
    const v1::Interaction& interaction = prepared.event.interaction();
    if (!repeats_.Add(repeats_.KeyOf(interaction, context.now()))) return Counted(batch_.repeats);
    Outcome outcome = UseNew(record, prepared, context);
    if (outcome.rejected()) {
      repeats_.TakeBack();
    } else {
      CountPairs(interaction);
    }
    return outcome;
  }

  void CountPairs(const v1::Interaction& interaction) {
    int64_t senders[2] = {0, 0}, recipients[2] = {0, 0};  // theirs, ours
    for (const v1::Party& party : interaction.parties()) {
      const size_t ours = party.side() == v1::SIDE_OURS ? 1 : 0;
      if (IsActor(party)) ++senders[ours];
      if (IsRecipient(party)) ++recipients[ours];
    }
    batch_.pairs_us_and_them += senders[0] * recipients[1] + senders[1] * recipients[0];
    batch_.pairs_between_us += senders[1] * recipients[1];
    batch_.pairs_between_outsiders += senders[0] * recipients[0];
  }

  Outcome UseNew(const stream::Record& record, ReadInteraction& prepared,
                 stream::Context& context) {
    switch (prepared.verdict) {
      case Verdict::kMalformed:
      case Verdict::kUnknownFact:
        return Outcome::Reject(v1::REJECT_REASON_FACT_UNKNOWN,
                               "the fact is not known here, and not ignorable");
      case Verdict::kIgnored:
        return Counted(batch_.ignored);
      case Verdict::kMachines:
        return Counted(batch_.machines);
      case Verdict::kBetweenUs:
        return Counted(batch_.between_us);
      case Verdict::kNobody:
        return Outcome::Reject(v1::REJECT_REASON_PARTY_UNKNOWN,
                               "no party outside has a usable identifier");
      case Verdict::kBetweenOutsiders:
        return Counted(batch_.between_outsiders);
      case Verdict::kForPersons:
        break;
    }
    return Tell(record, prepared.event, reader_.ReadingsOf(prepared), context);
  }

  // Tells each outsider's event.
  Outcome Tell(const stream::Record& record, v1::PersonEvent& event, Readings readings,
               stream::Context& context) {
    v1::Interaction& interaction = *event.mutable_interaction();
    bool any = false, erased = false;
    for (const PartyReading& reading : readings) {
      any |= WhoIs(reading) != nullptr;
      erased |= IsErased(reading);
    }
    if (!any) {
      if (!erased) return Counted(batch_.unknown_visitors);
      if (interaction.has_erasure_asked()) {
        KeepWishes(readings, context.now());
        return Counted(batch_.erased_again);
      }
      return Outcome::Reject(v1::REJECT_REASON_PERSON_ERASED, "all parties outside were erased");
    }
    Complete(interaction, readings);
    SetPosition(record, event);
    if (readings.size() - static_cast<size_t>(OursCount(readings)) == 1) {
      EmitFor(readings[static_cast<size_t>(OutsiderIndex(readings))], event, context);
    } else {
      EmitForEach(readings, event, context);
    }
    if (interaction.has_erasure_asked()) KeepWishes(readings, context.now());
    return Counted(batch_.with_events);
  }

  // Of those, too, whose person has asked by another origin: they may be parted yet.
  void KeepWishes(Readings readings, absl::Time now) {
    for (const PartyReading& reading : readings) {
      if (!IsOutside(reading)) continue;
      const Resolution& who = resolutions_[reading.claim];
      if (who.is == Resolution::Is::kPerson) erasures_.Ask(who.person_id, who.origin_id, now);
    }
  }

  static long OursCount(Readings readings) {
    return std::count_if(readings.begin(), readings.end(),
                         [](const PartyReading& r) { return r.is == PartyIs::kOurs; });
  }
  static long OutsiderIndex(Readings readings) {
    return std::find_if(readings.begin(), readings.end(),
                        [](const PartyReading& r) { return r.is != PartyIs::kOurs; }) -
           readings.begin();
  }

  // Fills what the interaction itself gains.
  void Complete(v1::Interaction& interaction, Readings readings) {
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

  static bool IsOutside(const PartyReading& reading) {
    return reading.is == PartyIs::kPerson || reading.is == PartyIs::kVisitor;
  }

  // The outsider's resolution; null for ours, nobody, unknown and erased ones.
  const Resolution* WhoIs(const PartyReading& reading) const {
    if (!IsOutside(reading)) return nullptr;
    const Resolution& resolution = resolutions_[reading.claim];
    const bool person = resolution.is == Resolution::Is::kPerson;
    return person && !erasures_.HasAsked(resolution.person_id) ? &resolution : nullptr;
  }

  bool IsErased(const PartyReading& reading) const {
    if (!IsOutside(reading)) return false;
    const Resolution& resolution = resolutions_[reading.claim];
    return resolution.is == Resolution::Is::kErased || erasures_.HasAsked(resolution.person_id);
  }

  static void SetPosition(const stream::Record& record, v1::PersonEvent& event) {
    v1::Position& position = *event.mutable_source_position();
    Assign(record.topic, position.mutable_topic());
    position.set_partition(record.partition);
    position.set_offset(record.offset.value());
  }

  // event holds the interaction as this person's event carries it.
  void EmitFor(const PartyReading& reading, v1::PersonEvent& event, stream::Context& context) {
    const Resolution& who = *WhoIs(reading);
    Assign(who.person_id, event.mutable_person_id());
    Assign(who.origin_id, event.mutable_origin_id());
    event.set_identity_seq(who.identity_seq);
    Assign(who.account_id, event.mutable_account_id());
    Assign(roster_.OwnerOfAccount(who.account_id), event.mutable_account_owner_id());
    const v1::Interaction& interaction = event.interaction();
    const bool told =
        interaction.has_profile_changed() && !interaction.profile_changed().time_zone().empty();
    Assign(told ? absl::string_view(interaction.profile_changed().time_zone()) : reading.time_zone,
           event.mutable_time_zone());
    const size_t size = event.ByteSizeLong();
    if (bytes_.size() < size) bytes_.resize(size);
    event.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(bytes_.data()));
    context.Emit(kPersonEventsTopic, who.person_id, {bytes_.data(), size});
    ++batch_.person_events;
  }

  // Several outsiders: each person's event shows the others only where they acted.
  void EmitForEach(Readings readings, v1::PersonEvent& event, stream::Context& context) {
    v1::Interaction& interaction = *event.mutable_interaction();
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
      EmitFor(reading, event, context);
    }
    all.Swap(interaction.mutable_parties());
  }

  static Outcome Counted(int64_t& count) {
    ++count;
    return Outcome::Used();
  }

  const Roster& roster_;
  IdentityStore& store_;
  EnrichmentCounts* const counts_;
  InteractionReader reader_;
  Repeats repeats_;
  Erasures erasures_;
  EnrichmentCounts batch_;

  // From Prepare for Process.
  size_t next_ = 0, end_ = 0;            // of reader_: the next to process, and where they end
  std::vector<Resolution> resolutions_;  // one a claim of reader_
  std::string kept_;                     // what they view
  std::string bytes_;                    // reused from record to record
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

const Erasures& ErasuresOf(const stream::Processor& processor) {
  return static_cast<const EnrichmentProcessor&>(processor).erasures();
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
