// Polled records as interactions, and what is to be done with each as far as it tells by itself.
// Pure.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_INTERACTION_READER_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_INTERACTION_READER_H_

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/enrichment/domain/identity.h"
#include "services/enrichment/domain/party_reader.h"
#include "services/enrichment/domain/roster.h"
#include "tend/v1/person_event.pb.h"

namespace tend::enrichment {

enum class Verdict {
  kMalformed,
  kUnknownFact,
  kIgnored,
  kMachines,
  kBetweenUs,
  kNobody,            // no party outside has a usable identifier
  kBetweenOutsiders,  // a message, meeting, call or connection without any of us
  kForPersons,        // there are claims
};

using Readings = absl::Span<const PartyReading>;  // one a party

// One record as it was read.
struct ReadInteraction {
  // With the interaction; what else it holds is of an earlier record, to be overwritten.
  v1::PersonEvent event;
  Verdict verdict = Verdict::kMalformed;
  size_t first_reading = 0;
  size_t reading_count = 0;
  size_t bytes = 0;
};

// Reads a batch of records. Messages, with their parties' memory, are kept from batch to batch:
// about 2 KiB for each record of the largest one. For one thread.
class InteractionReader {
 public:
  // roster outlives this.
  InteractionReader(const PartyOptions& options, const Roster& roster)
      : parties_(options, roster) {}

  // Begins a new batch.
  void Clear();
  // Reads one more record of the batch.
  void Read(absl::string_view bytes);

  // Number i of the batch, to be completed in place. Lives until the next Read or Clear.
  ReadInteraction& record(size_t i) { return *records_[i]; }
  Readings ReadingsOf(const ReadInteraction& record) const {
    return Readings(parties_.readings()).subspan(record.first_reading, record.reading_count);
  }
  // Who is to be asked for, in all the batch: PartyReading::claim is an index into these.
  const std::vector<IdentityClaim>& claims() const { return parties_.claims(); }

 private:
  ReadInteraction& Slot();

  PartyReader parties_;
  std::vector<std::unique_ptr<ReadInteraction>> records_;
  size_t count_ = 0;  // of records_, in this batch
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_INTERACTION_READER_H_
