#include "services/enrichment/domain/interaction_reader.h"

#include <algorithm>

namespace tend::enrichment {
namespace {

// Larger ones give their memory back: each of a thousand would keep that of the largest it has
// seen.
constexpr size_t kLargeRecord = 16 << 10;

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

Verdict Judge(v1::Interaction::FactCase fact, Readings readings, bool claimed) {
  const auto any = [readings](PartyIs is) {
    return std::any_of(readings.begin(), readings.end(),
                       [is](const PartyReading& r) { return r.is == is; });
  };
  const bool ours = any(PartyIs::kOurs);
  if (!claimed) {
    if (any(PartyIs::kMachine)) return Verdict::kMachines;
    return ours && !any(PartyIs::kNobody) ? Verdict::kBetweenUs : Verdict::kNobody;
  }
  if (!ours && readings.size() > 1 && IsBetweenPeople(fact)) return Verdict::kBetweenOutsiders;
  return Verdict::kForPersons;
}

}  // namespace

void InteractionReader::Clear() {
  parties_.Clear();
  count_ = 0;
}

ReadInteraction& InteractionReader::Slot() {
  if (count_ == records_.size()) records_.push_back(std::make_unique<ReadInteraction>());
  std::unique_ptr<ReadInteraction>& slot = records_[count_++];
  if (slot->bytes > kLargeRecord) slot = std::make_unique<ReadInteraction>();
  return *slot;
}

void InteractionReader::Read(absl::string_view bytes) {
  ReadInteraction& read = Slot();
  const size_t claims = parties_.claims().size();
  v1::Interaction& interaction = *read.event.mutable_interaction();
  read.bytes = bytes.size();
  read.first_reading = parties_.readings().size();
  read.reading_count = 0;
  if (!interaction.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    read.verdict = Verdict::kMalformed;
  } else if (interaction.fact_case() == v1::Interaction::FACT_NOT_SET) {
    read.verdict = interaction.ignorable() ? Verdict::kIgnored : Verdict::kUnknownFact;
  } else {
    parties_.Read(interaction);
    read.reading_count = parties_.readings().size() - read.first_reading;
    const bool claimed = parties_.claims().size() > claims;
    read.verdict = Judge(interaction.fact_case(), ReadingsOf(read), claimed);
    if (read.verdict != Verdict::kForPersons) parties_.DropClaims(claims);
  }
}

}  // namespace tend::enrichment
