// A tie: what is between one owner and one person, from one origin. 88 bytes.

#ifndef TEND_COMMON_MODEL_TIE_H_
#define TEND_COMMON_MODEL_TIE_H_

#include <cstdint>
#include <limits>

#include "absl/types/span.h"
#include "common/model/instant.h"
#include "common/model/scoring_model.h"
#include "common/model/signal.h"

namespace tend::model {

// One touch of ours or one reply-like act of theirs on a tie. 8 bytes.
struct Exchange {
  Instant at;
  uint32_t thread : 24 = 0;  // hash of the thread; 0: none
  uint32_t ours : 1 = 0;
  uint32_t answered : 1 = 0;     // by the other side
  uint32_t in_time : 1 = 0;      // theirs: we answered within 24 h
  uint32_t unsolicited : 1 = 0;  // ours: it answered nothing and they had not asked
  uint32_t stated : 1 = 0;       // the source said whether it was solicited

  friend bool operator==(const Exchange& a, const Exchange& b) {
    return a.at == b.at && a.thread == b.thread && a.ours == b.ours && a.answered == b.answered &&
           a.in_time == b.in_time && a.unsolicited == b.unsolicited && a.stated == b.stated;
  }
};

inline constexpr int kRing = 8;  // touches, and as many acts
// Without a thread, a message answers what went the other way at most so long before it.
inline constexpr SpanSeconds kAnswerWindow = 7 * kDay;
inline constexpr SpanSeconds kAnswerInTime = 24 * kHour;

// The last 8 touches and the last 8 reply-like acts of a tie, oldest first. Two fit in place, more
// go to the heap.
class ExchangeRing {
 public:
  ExchangeRing() : inline_{} {}
  ~ExchangeRing();
  ExchangeRing(const ExchangeRing& other);
  ExchangeRing& operator=(const ExchangeRing& other);
  ExchangeRing(ExchangeRing&& other) noexcept;
  ExchangeRing& operator=(ExchangeRing&& other) noexcept;

  absl::Span<Exchange> all() { return absl::MakeSpan(data(), count_); }
  absl::Span<const Exchange> all() const { return absl::MakeConstSpan(data(), count_); }

  // Puts `exchange` in its place. Returns true and the one that fell out (it may be the new one)
  // when its side's 8 places were taken.
  bool Insert(const Exchange& exchange, Exchange* fallen);

 private:
  static constexpr int kInline = 2;
  Exchange* data() { return capacity_ == kInline ? inline_ : heap_; }
  const Exchange* data() const { return capacity_ == kInline ? inline_ : heap_; }
  void Grow();
  void DropOldest(bool ours, Exchange* fallen);

  union {
    Exchange inline_[kInline];
    Exchange* heap_;
  };
  uint8_t count_ = 0;
  uint8_t ours_ = 0;  // of them
  uint8_t capacity_ = kInline;
};

// What the fold changed on a tie, for the part that owns it.
struct TieChange {
  int answers = 0;         // touches that are answered now and were not
  bool solicited = false;  // the touch answers an act of theirs
  double trust_good = 0;   // of exchanges that left the ring
  double trust_bad = 0;
  Instant trust_at;  // when those happened
};

struct Tie {
  OwnerIndex owner = kNobody;
  Instant reference;  // of theirs and ours
  double theirs = 0;  // decayed messages of theirs to this owner
  double ours = 0;    // decayed messages of this owner to them
  uint32_t received = 0;
  uint32_t sent = 0;
  uint32_t touches = 0;
  uint32_t answers = 0;
  Instant first;
  Instant last_theirs;
  Instant last_ours;
  float peak_strength = 0;  // the greatest within the cooling window
  Instant peak_at;
  // The tie's terms of z, never below their true value since it was computed.
  float bound = std::numeric_limits<float>::infinity();
  [[no_unique_address]] ExchangeRing ring;
  bool claimed : 1 = false;  // only an imported connection says so
  bool cooled : 1 = false;   // the cooling moment of this silence was opened
  uint16_t origin = 0;       // index of the part it belongs to
  uint16_t cools_day = 0;    // days since 1970, a lower bound: it does not cool before; 0: unknown

  bool HasHistory() const { return received + sent + touches > 0; }

  // Decayed counts at `now`.
  double TheirsAt(Instant now, const ScoringModel& model) const;
  double OursAt(Instant now, const ScoringModel& model) const;
  // 1 - 2^(-sqrt(ours * theirs) / 3), 0..1. One-way ties are 0: UNPROVEN.
  double StrengthAt(Instant now, const ScoringModel& model) const;

  // Adds one message of theirs (or of ours) at `at`.
  void AddTheirs(Instant at, const ScoringModel& model);
  void AddOurs(Instant at, const ScoringModel& model);

  // Puts an exchange into the ring and relates it to the others: an act answers the open touches of
  // its thread, or without a thread those of the last 7 days; a touch answers acts likewise. Does
  // not depend on arrival order for rows that still find their place in the ring.
  TieChange Relate(Exchange exchange);
};

// Evidence of trust of one exchange (design section 4, "Trust"): +good or -bad, 0 where it is too
// early to tell.
double TrustOf(const Exchange& exchange, Instant now);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_TIE_H_
