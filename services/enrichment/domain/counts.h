// What became of the interactions that enrichment read.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_COUNTS_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_COUNTS_H_

#include <array>
#include <cstdint>

#include "tend/v1/reason.pb.h"

namespace tend::enrichment {

// Of committed batches only, so that the sums are exact:
//   received = repeats + between_us + between_outsiders + machines + unknown_visitors + ignored +
//              erased_again + with_events + rejected()
struct EnrichmentCounts {
  int64_t received = 0;
  int64_t repeats = 0;
  int64_t between_us = 0;  // not between us and them: all parties are ours
  int64_t between_outsiders =
      0;                         // not between us and them: a message, meeting or call of outsiders
  int64_t machines = 0;          // the other side is a mailbox that nobody reads
  int64_t unknown_visitors = 0;  // nobody has named this visitor of the web site yet
  int64_t ignored = 0;           // a fact unknown here that the sender marked as ignorable
  int64_t erased_again = 0;      // who asks to be erased is erased already
  int64_t with_events = 0;       // gave at least one person-event
  std::array<int64_t, v1::RejectReason_ARRAYSIZE> rejects{};  // by reason

  int64_t person_events = 0;  // written, one per outside person of each interaction

  // Pairs of a sender (FROM, AUTHOR) and a recipient (TO, CC) of all interactions that were used
  // and no repeats: what a log with a row for each recipient has as rows.
  int64_t pairs_us_and_them = 0;
  int64_t pairs_between_us = 0;
  int64_t pairs_between_outsiders = 0;

  int64_t rejected() const {
    int64_t sum = 0;
    for (int64_t count : rejects) sum += count;
    return sum;
  }

  EnrichmentCounts& operator+=(const EnrichmentCounts& other) {
    received += other.received;
    repeats += other.repeats;
    between_us += other.between_us;
    between_outsiders += other.between_outsiders;
    machines += other.machines;
    unknown_visitors += other.unknown_visitors;
    ignored += other.ignored;
    erased_again += other.erased_again;
    with_events += other.with_events;
    person_events += other.person_events;
    pairs_us_and_them += other.pairs_us_and_them;
    pairs_between_us += other.pairs_between_us;
    pairs_between_outsiders += other.pairs_between_outsiders;
    for (size_t i = 0; i < rejects.size(); ++i) rejects[i] += other.rejects[i];
    return *this;
  }
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_COUNTS_H_
