// A part: the history of one origin, folded into accumulators, counts and times.
//
// Accumulators are kept as values at one reference time: A_k(ref) = sum of 2^(-(ref - t_i)/h_k). A
// later or earlier event scales by 2^((t - ref)/h_k), so the sum does not depend on the order of
// arrival (forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009).

#ifndef TEND_COMMON_MODEL_PART_H_
#define TEND_COMMON_MODEL_PART_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "common/model/instant.h"
#include "common/model/scoring_model.h"
#include "common/model/signal.h"

namespace tend::model {

// One of the last signals: what a moment's top evidence is made of.
class LastSignal {
 public:
  LastSignal() = default;
  LastSignal(SignalClass signal, Instant at, uint64_t hash)
      : LastSignal(
            static_cast<uint32_t>(at.seconds() / 60) << 5 | static_cast<uint32_t>(Index(signal)),
            hash) {}
  LastSignal(uint32_t stamp, uint64_t hash) : hash_(hash), stamp_(stamp) {}

  SignalClass signal() const { return static_cast<SignalClass>(stamp_ & 31); }
  int64_t minute() const { return stamp_ >> 5; }
  Instant at() const { return Instant(minute() * 60); }
  uint64_t hash() const { return hash_; }
  uint32_t stamp() const { return stamp_; }  // 27 bits of minutes, 5 of class
  friend bool operator==(const LastSignal&, const LastSignal&) = default;

 private:
  uint64_t hash_ = 0;
  uint32_t stamp_ = 0;
};

inline constexpr int kLastSignals = 6;
using LastSignals = absl::InlinedVector<LastSignal, kLastSignals>;

// By SignalClass.
using ClassValues = std::array<double, kClasses>;

// The numbers of one origin. Copyable; 40 bytes and one heap block that holds only what there is.
class Part {
 public:
  Part() = default;
  Part(const Part& other) { *this = other; }
  Part& operator=(const Part& other);
  Part(Part&&) = default;
  Part& operator=(Part&&) = default;

  // A_k at `now`. Later or earlier than the reference time alike.
  double ValueAt(SignalClass signal, Instant now, const ScoringModel& model) const;
  // Adds A_k at `now` of every class of signals there is to sums[k].
  void AddValuesAt(Instant now, const ScoringModel& model, ClassValues& sums) const;
  bool Has(SignalClass signal) const { return (mask_ >> Index(signal) & 1) != 0; }

  // Adds `amount` of evidence that happened at `at`.
  void Add(SignalClass signal, Instant at, double amount, const ScoringModel& model);

  // Notes a signal for the top evidence, if it is among the last 6 by time (ties: by hash, so order
  // does not matter).
  void NoteSignal(const LastSignal& signal);
  // Oldest first.
  LastSignals last_signals() const;

  // For decoding: sets the raw value at the reference time.
  void SetValue(SignalClass signal, double value);
  double RawValue(SignalClass signal) const;
  // Calls sink(class, raw value) for every class there is, rising.
  template <typename Sink>
  void ForEachValue(Sink sink) const {
    const double* value = values();
    for (uint32_t left = mask_; left != 0; left &= left - 1)
      sink(static_cast<SignalClass>(__builtin_ctz(left)), *value++);
  }

  Instant reference;
  Instant first;       // any interaction
  Instant last_act;    // last signal of theirs
  Instant last_reply;  // last reply-like act
  uint32_t touches = 0;
  uint32_t answers = 0;

 private:
  int ValueCount() const { return __builtin_popcount(mask_); }
  int Slot(SignalClass signal) const {
    return __builtin_popcount(mask_ & ((1u << Index(signal)) - 1));
  }
  // The block: values, rising by class; hashes of the last signals, oldest first; their stamps but
  // the newest one's, which stands here: three classes and signals then fill malloc's 56 bytes.
  double* values() const { return reinterpret_cast<double*>(block_.get()); }
  uint64_t* hashes() const { return reinterpret_cast<uint64_t*>(values() + ValueCount()); }
  uint32_t* stamps() const { return reinterpret_cast<uint32_t*>(hashes() + signal_count_); }
  // Makes room for the bits of `mask`, keeping the values, and for `signals`, which it writes.
  void Resize(uint32_t mask, const LastSignals& signals);
  void Write(const LastSignals& signals);
  void AppendToFull(const LastSignal& signal);

  std::unique_ptr<std::byte[]> block_;
  uint32_t newest_stamp_ = 0;
  uint32_t mask_ : 24 = 0;  // bit k: there is a value of class k
  uint32_t signal_count_ : 8 = 0;
};

// A statement of consent, as far as decisions need it; see v1.Consent.
struct Consent {
  uint8_t channel = 0;  // 0: all
  uint8_t purpose = 0;  // 0: all
  bool given = false;
  Instant stated;
  Instant expires;  // unset: does not
  std::string source;
  friend bool operator==(const Consent&, const Consent&) = default;
};

// A wish to rest; see v1.Rest. until unset: until they write.
struct Rest {
  Instant stated;  // unset: no wish is known
  Instant until;
  Instant ended;  // by their word; one at the very time of the wish does not end it
  std::string words, stated_by, source;
  friend bool operator==(const Rest&, const Rest&) = default;
};

// A promise of ours; see v1.Promise.
struct Promise {
  std::string id;
  Instant due;  // of an outcome whose promise has not come in: when that was
  OwnerIndex by = kNobody;
  uint8_t state = 0;  // v1.PromiseState
  bool told = false;  // the moment was opened
  friend bool operator==(const Promise&, const Promise&) = default;
};

// What few people have: wishes and promises of one origin. Moves with its part.
struct Wishes {
  std::vector<Consent> consents;
  Rest rest;
  std::vector<Promise> promises;
  bool empty() const {
    return consents.empty() && !rest.stated.is_set() && !rest.ended.is_set() && promises.empty();
  }
  friend bool operator==(const Wishes&, const Wishes&) = default;

  // The later statement by source time wins per channel and purpose; on a tie of times the
  // stricter.
  void State(const Consent& consent);
  void State(const Rest& wish);
};

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_PART_H_
