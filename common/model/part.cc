#include "common/model/part.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>

namespace tend::model {
namespace {

// Past this the reference time follows the events, so that values stay far from overflow: 2^(30 d /
// 7 d) = 20.
constexpr SpanSeconds kRebaseAfter = 30 * kDay;

size_t BlockSize(int values, int signals) {
  return static_cast<size_t>(values) * sizeof(double) +
         static_cast<size_t>(signals) * sizeof(LastSignal);
}

double Growth(SpanSeconds span, double per_second) {
  return std::exp2(static_cast<double>(span) * per_second);
}

}  // namespace

Part& Part::operator=(const Part& other) {
  if (this == &other) return *this;
  reference = other.reference, first = other.first, last_act = other.last_act,
  last_reply = other.last_reply;
  touches = other.touches, answers = other.answers;
  mask_ = other.mask_, signal_count_ = other.signal_count_;
  const size_t size = BlockSize(ValueCount(), signal_count_);
  block_.reset(size == 0 ? nullptr : new std::byte[size]);
  if (size != 0) std::memcpy(block_.get(), other.block_.get(), size);
  return *this;
}

double Part::RawValue(SignalClass signal) const { return Has(signal) ? values()[Slot(signal)] : 0; }

double Part::ValueAt(SignalClass signal, Instant now, const ScoringModel& model) const {
  if (!Has(signal)) return 0;
  return values()[Slot(signal)] * Growth(reference - now, model.per_second[Index(signal)]);
}

void Part::Add(SignalClass signal, Instant at, double amount, const ScoringModel& model) {
  if (!reference.is_set()) reference = at;
  if (at - reference > kRebaseAfter) {
    for (int c = 1; c < kClasses; ++c) {
      const auto kept = static_cast<SignalClass>(c);
      if (Has(kept)) values()[Slot(kept)] *= Growth(reference - at, model.per_second[c]);
    }
    reference = at;
  }
  SetValue(signal,
           RawValue(signal) + amount * Growth(at - reference, model.per_second[Index(signal)]));
}

void Part::SetValue(SignalClass signal, double value) {
  if (!Has(signal)) Resize(mask_ | 1u << Index(signal), signal_count_);
  values()[Slot(signal)] = value;
}

void Part::Resize(uint32_t mask, int signals_wanted) {
  const int count = __builtin_popcount(mask);
  std::unique_ptr<std::byte[]> block(new std::byte[BlockSize(count, signals_wanted)]);
  auto* to = reinterpret_cast<double*>(block.get());
  for (int c = 0, slot = 0; c < kClasses; ++c) {
    if ((mask >> c & 1) != 0) to[slot++] = RawValue(static_cast<SignalClass>(c));
  }
  const int kept = std::min<int>(signals_wanted, signal_count_);
  auto* to_signals = reinterpret_cast<LastSignal*>(to + count);
  std::uninitialized_default_construct_n(to_signals, signals_wanted);
  if (kept > 0) std::copy_n(signals(), kept, to_signals);
  block_ = std::move(block);
  mask_ = mask;
  signal_count_ = static_cast<uint8_t>(signals_wanted);
}

absl::Span<const LastSignal> Part::last_signals() const {
  return absl::MakeConstSpan(block_ == nullptr ? nullptr : signals(), signal_count_);
}

void Part::NoteSignal(const LastSignal& signal) {
  const auto order = [](const LastSignal& s) {
    return std::tuple(s.minute(), s.hash(), s.signal());
  };
  const auto before = [&](const LastSignal& a, const LastSignal& b) { return order(a) < order(b); };
  const int count = signal_count_;
  if (count == kLastSignals) {
    if (before(signal, signals()[0])) return;
    std::copy(signals() + 1, signals() + count, signals());
  } else {
    Resize(mask_, count + 1);
  }
  LastSignal* end = signals() + signal_count_ - 1;
  LastSignal* place = std::upper_bound(signals(), end, signal, before);
  std::copy_backward(place, end, end + 1);
  *place = signal;
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
