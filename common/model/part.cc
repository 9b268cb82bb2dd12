#include "common/model/part.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>
#include <utility>

namespace tend::model {
namespace {

size_t BlockSize(int values, size_t signals) {
  const size_t stamps = signals == 0 ? 0 : signals - 1;
  return static_cast<size_t>(values) * sizeof(double) + signals * sizeof(uint64_t) +
         stamps * sizeof(uint32_t);
}

// The classes of signals, as bits: the first ones, so that their values come first.
constexpr uint32_t kSignals = (2u << kLastSignalClass) - 1;

double Growth(SpanSeconds span, double per_second) {
  return span == 0 ? 1 : std::exp2(static_cast<double>(span) * per_second);
}

}  // namespace

Part& Part::operator=(const Part& other) {
  if (this == &other) return *this;
  const size_t size = BlockSize(other.ValueCount(), other.signal_count_);
  if (block_ == nullptr || size != BlockSize(ValueCount(), signal_count_))
    block_.reset(size == 0 ? nullptr : new std::byte[size]);
  if (size != 0) std::memcpy(block_.get(), other.block_.get(), size);
  reference = other.reference, first = other.first, last_act = other.last_act,
  last_reply = other.last_reply;
  touches = other.touches, answers = other.answers;
  mask_ = other.mask_, signal_count_ = other.signal_count_;
  newest_stamp_ = other.newest_stamp_;
  return *this;
}

double Part::RawValue(SignalClass signal) const { return Has(signal) ? values()[Slot(signal)] : 0; }

double Part::ValueAt(SignalClass signal, Instant now, const ScoringModel& model) const {
  if (!Has(signal)) return 0;
  return values()[Slot(signal)] * Growth(reference - now, model.per_second[Index(signal)]);
}

void Part::AddValuesAt(Instant now, const ScoringModel& model, ClassValues& sums) const {
  const SpanSeconds span = reference - now;
  const double* value = values();
  for (uint32_t left = mask_ & kSignals; left != 0; left &= left - 1) {
    const int c = __builtin_ctz(left);
    sums[c] += *value++ * Growth(span, model.per_second[c]);
  }
}

void Part::Add(SignalClass signal, Instant at, double amount, const ScoringModel& model) {
  if (!reference.is_set()) reference = at;
  if (at > reference) {  // it follows the latest event: values never grow past their count
    double* value = values();
    for (uint32_t left = mask_; left != 0; left &= left - 1)
      *value++ *= Growth(reference - at, model.per_second[__builtin_ctz(left)]);
    reference = at;
  }
  SetValue(signal,
           RawValue(signal) + amount * Growth(at - reference, model.per_second[Index(signal)]));
}

void Part::SetValue(SignalClass signal, double value) {
  if (!Has(signal)) Resize(mask_ | 1u << Index(signal), last_signals());
  values()[Slot(signal)] = value;
}

void Part::Resize(uint32_t mask, const LastSignals& signals) {
  const int count = __builtin_popcount(mask);
  std::unique_ptr<std::byte[]> block(new std::byte[BlockSize(count, signals.size())]);
  auto* to = reinterpret_cast<double*>(block.get());
  const double* from = values();
  for (uint32_t left = mask; left != 0; left &= left - 1)
    *to++ = (mask_ & left & -left) != 0 ? *from++ : 0;
  block_ = std::move(block);
  mask_ = mask & 0xffffff;
  signal_count_ = signals.size() & 0xff;
  Write(signals);
}

void Part::Write(const LastSignals& signals) {
  uint64_t* hash = hashes();
  uint32_t* stamp = stamps();
  for (const LastSignal& signal : signals) {
    *hash++ = signal.hash();
    (&signal == &signals.back() ? newest_stamp_ : *stamp++) = signal.stamp();
  }
}

LastSignals Part::last_signals() const {
  LastSignals signals(signal_count_);
  const uint64_t* hash = hashes();
  const uint32_t* stamp = stamps();
  for (LastSignal& signal : signals)
    signal = LastSignal(&signal == &signals.back() ? newest_stamp_ : *stamp++, *hash++);
  return signals;
}

void Part::AppendToFull(const LastSignal& signal) {
  std::copy(hashes() + 1, hashes() + kLastSignals, hashes());
  std::copy(stamps() + 1, stamps() + kLastSignals - 1, stamps());
  hashes()[kLastSignals - 1] = signal.hash();
  stamps()[kLastSignals - 2] = std::exchange(newest_stamp_, signal.stamp());
}

void Part::NoteSignal(const LastSignal& signal) {
  const auto before = [](const LastSignal& a, const LastSignal& b) {
    return std::tuple(a.minute(), a.hash(), a.signal()) <
           std::tuple(b.minute(), b.hash(), b.signal());
  };
  const bool full = signal_count_ == kLastSignals;
  if (full && !before(signal, LastSignal(newest_stamp_, hashes()[kLastSignals - 1])))
    return AppendToFull(signal);
  LastSignals signals = last_signals();
  if (full && before(signal, signals[0])) return;
  if (full) signals.erase(signals.begin());
  signals.insert(std::upper_bound(signals.begin(), signals.end(), signal, before), signal);
  if (full) {
    Write(signals);
  } else {
    Resize(mask_, signals);
  }
}

namespace {

Instant EndOf(Instant end) { return end.is_set() ? end : Instant::Never(); }

// Later first, then stricter; the rest only makes the choice the same in any order.
auto Precedence(const Consent& c) {
  return std::tuple(c.stated, !c.given, Instant::Never() - EndOf(c.expires), c.source);
}
auto Precedence(const Rest& r) {
  return std::tuple(r.stated, EndOf(r.until), r.words, r.stated_by, r.source);
}

}  // namespace

void Wishes::State(const Consent& consent) {
  for (Consent& held : consents) {
    if (held.channel != consent.channel || held.purpose != consent.purpose) continue;
    if (Precedence(consent) > Precedence(held)) held = consent;
    return;
  }
  consents.push_back(consent);
  std::sort(consents.begin(), consents.end(), [](const Consent& a, const Consent& b) {
    return std::tie(a.channel, a.purpose) < std::tie(b.channel, b.purpose);
  });
}

void Wishes::State(const Rest& wish) {
  if (Precedence(wish) <= Precedence(rest)) return;
  const Instant ended = std::max(rest.ended, wish.ended);
  rest = wish;
  rest.ended = ended;
}

}  // namespace tend::model
