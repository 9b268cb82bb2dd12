// Scribe: writes down what happens as the systems around would, with their faults.

#ifndef TEND_SERVICES_CLI_SAMPLE_SCRIBE_H_
#define TEND_SERVICES_CLI_SAMPLE_SCRIBE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/cli/sample/delivery.h"
#include "services/cli/sample/person.h"
#include "services/cli/sample/random.h"
#include "tend/v1/interaction.pb.h"

namespace tend::sample {

// The system a row comes from.
enum class Origin : uint8_t { kMailbox, kSequencer, kRecords, kSite, kNetwork, kApp };

// What the scribe wrote so far.
struct Written {
  int64_t rows = 0;
  // Among the rows:
  int64_t repeated = 0;
  int64_t late = 0;
  int64_t broken = 0;
};

// One row at a time: Start, add parties and the fact, Send. Some rows are received hours late, some
// twice, and some broken copies follow (cut JSON, no time, an unknown fact). One thread.
class Scribe {
 public:
  // broken_share: broken rows for each good one. `delivery` outlives the scribe.
  Scribe(uint64_t seed, double broken_share, Delivery& delivery);

  // A row about the person. The reference holds until Send. REQUIRES: no row is open; time is not
  // past.
  v1::Interaction& Start(Person& person, Origin origin, absl::Time time);
  // A row without a person outside, with an id of the caller's.
  v1::Interaction& StartInternal(absl::string_view id, absl::Time time);

  // Adds the person as the row's system names them.
  void AddPerson(v1::PartyRole role, const Person& person);
  // Adds the person by the record and the address in the system of record: it asserts that they are
  // one.
  void AddRecord(v1::PartyRole role, const Person& person, absl::string_view mail);
  void AddOwner(v1::PartyRole role, uint16_t owner);
  void AddMail(v1::PartyRole role, absl::string_view mail);

  // Sends the row off; returns its number among the person's.
  uint32_t Send();

  const Written& written() const { return written_; }

 private:
  v1::Identifier& AddParty(v1::PartyRole role, v1::IdentifierKind kind, absl::string_view raw);
  // Beside the last party.
  void ShowName(const Person& person);
  void Deliver(absl::Time time);
  void DeliverBroken(absl::Time time);

  Delivery& delivery_;
  Random random_;
  double broken_share_;
  Written written_;
  // Reused, as is the line: no allocation for most rows.
  v1::Interaction row_;
  std::string line_;
  absl::Time time_;
  Origin origin_ = Origin::kMailbox;
  uint32_t number_ = 0;
};

// The id of row `number` of a person, and the key of thread `number` of theirs.
std::string RowId(const Person& person, uint32_t number);
std::string ThreadKey(const Person& person, uint32_t number);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_SCRIBE_H_
