// A relationship: the person's own state and their ties, as scoring holds it in memory.
//
// Every number is the fold of the parts: one for almost everybody, more after a merge, which moves
// parts and never mixes them. Sizes matter here (<= 320 bytes a person with one tie): what few
// people have lives behind `extras`.

#ifndef TEND_COMMON_MODEL_RELATIONSHIP_H_
#define TEND_COMMON_MODEL_RELATIONSHIP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "common/model/part.h"
#include "common/model/person_key.h"
#include "common/model/tie.h"

namespace tend::model {

// A moment that is open now.
struct OpenMoment {
  MomentKind kind = MomentKind::kNone;
  OwnerIndex owner = kNobody;
  Instant opened;
  Instant expires;
  Instant cause_at;  // when its cause happened; unset: time opened it
  uint64_t cause = 0;
  std::string id;
  friend bool operator==(const OpenMoment&, const OpenMoment&) = default;
};

// A reply-like act that nobody of us has answered yet.
struct WaitingAct {
  Instant at;
  uint64_t hash = 0;
  OwnerIndex owner = kNobody;
  bool at_once = false;
  friend bool operator==(const WaitingAct&, const WaitingAct&) = default;
};

inline constexpr int kMaxWaiting = 8;
// Relationship::booked as an upper bound that makes the next touch count anew.
inline constexpr uint8_t kAnyBooked = 255;

// Who owns the person by the system of record: the statement of the latest day, by its own time; of
// one day, the one that came last.
struct OwnerClaim {
  OwnerIndex owner = kNobody;
  uint16_t day = 0;  // UTC, since 1970; 0: nothing was stated
  friend bool operator==(const OwnerClaim&, const OwnerClaim&) = default;
};

// A part that came from another person, with its wishes.
struct JoinedPart {
  PersonKey origin{};
  Part part;
  Wishes wishes;
  OwnerClaim owner_claim;
  uint32_t identity_seq = 0;  // the identity log's last position known at which it was here
};

// A merge or split that took an origin away; the person's own origin stands for all they had.
struct Departure {
  PersonKey origin{};
  PersonKey to{};
  uint32_t identity_seq = 0;
  friend bool operator==(const Departure&, const Departure&) = default;
};

struct Extras {
  Wishes wishes;  // of the person's own part
  std::vector<JoinedPart> joined;
  std::vector<OpenMoment> open;
  std::vector<WaitingAct> waiting;         // oldest first, at most kMaxWaiting
  std::unique_ptr<PersonKey> merged_into;  // set while the person's own part is away
  Instant rest_told;                       // the rest whose end was told, by its `until`
  uint32_t identity_seq = 0;               // the last entry of the identity log that was handled
  std::vector<Departure> departures;       // rising by identity_seq
};

// The ties of one person, sorted by (owner, origin).
class TieList {
 public:
  TieList() = default;
  ~TieList() { Release(); }
  TieList(TieList&& other) noexcept
      : ties_(std::exchange(other.ties_, nullptr)), count_(std::exchange(other.count_, 0)) {}
  TieList& operator=(TieList&& other) noexcept;

  absl::Span<Tie> all() { return absl::MakeSpan(ties_, count_); }
  absl::Span<const Tie> all() const { return absl::MakeConstSpan(ties_, count_); }
  int size() const { return static_cast<int>(count_); }
  // Nullptr if there is none.
  const Tie* Find(OwnerIndex owner, int origin) const;
  Tie* Find(OwnerIndex owner, int origin);
  // Finds or makes.
  Tie& At(OwnerIndex owner, int origin);
  void Remove(OwnerIndex owner, int origin);

 private:
  // The room for `count` ties: exact while few, then growing by a quarter.
  static uint32_t Room(uint32_t count);
  uint32_t LowerBound(OwnerIndex owner, int origin) const;
  // Moves the ties from `from` places to `to` ones.
  void Reallocate(uint32_t from, uint32_t to);
  void Release();

  Tie* ties_ = nullptr;  // Room(count_) places, count_ of them built: an array's cookie is saved
  uint32_t count_ = 0;
};

static_assert(kRing < 16, "Relationship::unanswered has 4 bits");

// 136 bytes: small members stand in the padding of the ones before them.
struct Relationship {
  PersonKey person{};
  [[no_unique_address]] Part part;
  Stage stage = Stage::kNone;
  StageCause stage_cause = StageCause::kNone;
  uint8_t booked = 0;           // unsolicited touches since the last count of the rolling window
  uint8_t unanswered : 4 = 0;   // touches since their last act, over all ties, at most kRing
  bool ready_used : 1 = false;  // a became-ready was opened in this READY spell
  bool erased : 1 = false;
  bool bounds_valid : 1 = false;  // best_tie and second_bound hold
  uint32_t profile = 0;           // interned (CRM owner, account, account owner, time zone)
  std::unique_ptr<Extras> extras;
  [[no_unique_address]] TieList ties;
  uint32_t version = 0;

  uint64_t stage_cause_hash = 0;
  int64_t input_offset = 0;
  Instant stage_since;
  Instant last_event;   // the latest interaction by its own time
  Instant below_since;  // READY, GROWING: since when their condition is missing; unset: it holds
  Instant conversing_until;  // the greatest min(theirs, ours) over the owners, plus 7 d
  Instant cooling_check;     // no tie cools before
  Instant queued_due;      // the time this person stands in the heap of due times; unset: not there
  float second_bound = 0;  // no tie but `best_tie` has more terms of z than this
  uint16_t best_tie = 0;   // index into ties
  uint16_t crm_owner_day = 0;  // with the profile's CRM owner: the own part's OwnerClaim

  Extras& extra() {
    if (extras == nullptr) extras = std::make_unique<Extras>();
    return *extras;
  }
  int PartCount() const {
    return 1 + (extras == nullptr ? 0 : static_cast<int>(extras->joined.size()));
  }
  const Part& PartAt(int index) const { return index == 0 ? part : extras->joined[index - 1].part; }
  Part& PartAt(int index) { return index == 0 ? part : extras->joined[index - 1].part; }
  // The index of the part of an origin; -1 where there is none.
  int FindPart(const PersonKey& origin) const;
  // Empty wishes where there are none.
  const Wishes& WishesAt(int index) const;
  Wishes& WishesAt(int index) {
    return index == 0 ? extra().wishes : extra().joined[index - 1].wishes;
  }

  // Over all parts: the latest signal, reply-like act; the earliest interaction; sums.
  Instant LastAct() const;
  Instant LastReply() const;
  Instant First() const;
  uint32_t Touches() const;
  uint32_t Answers() const;
  // A_k summed over the parts; of one class, and of all classes of signals.
  double ValueAt(SignalClass signal, Instant now, const ScoringModel& model) const;
  ClassValues ValuesAt(Instant now, const ScoringModel& model) const;
  bool HasSignals() const { return LastAct().is_set(); }

  const OpenMoment* Open(MomentKind kind) const;
  const OpenMoment* OpenOutreach() const;
  absl::Span<const OpenMoment> open_moments() const {
    return extras == nullptr ? absl::Span<const OpenMoment>() : absl::MakeConstSpan(extras->open);
  }
};

// Derives again what is cached over the rings and ties: after a merge, a split, a late act, a
// restore.
void RecountUnanswered(Relationship& relationship);
void RecountConversing(Relationship& relationship, SpanSeconds conversing);

// Unsolicited touches after `since`, over all ties' rings, and the time of the last of them.
struct Unsolicited {
  int count = 0;
  Instant last;
};
Unsolicited UnsolicitedSince(const Relationship& relationship, Instant since);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_RELATIONSHIP_H_
