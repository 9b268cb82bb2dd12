#include "common/model/tie.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tend::model {
namespace {

double Decay(double value, SpanSeconds age, double per_second) {
  return value == 0 || age == 0 ? value : value * std::exp2(-static_cast<double>(age) * per_second);
}

bool Before(const Exchange& a, const Exchange& b) {
  if (a.at != b.at) return a.at < b.at;
  return std::pair(a.ours, a.thread) < std::pair(b.ours, b.thread);
}

bool Belongs(const Exchange& earlier, const Exchange& later) {
  if (earlier.thread != 0 && later.thread != 0) return earlier.thread == later.thread;
  return later.at - earlier.at <= kAnswerWindow;
}

// Marks what `later` does to `earlier`, both of one tie and of different sides. Returns true if a
// touch was answered. Of two at the same second theirs came first: a touch never raises the rate of
// answers by being processed (law 2), in whatever order the two come in (law 4).
inline bool Answer(Exchange& earlier, Exchange& later) {
  if (!Belongs(earlier, later) || (earlier.ours && earlier.at == later.at)) return false;
  const bool first = !earlier.answered;
  earlier.answered = 1;
  if (earlier.ours) return first;
  if (later.at - earlier.at <= kAnswerInTime) earlier.in_time = 1;
  if (!later.stated) later.unsolicited = 0;
  return false;
}

}  // namespace

ExchangeRing::~ExchangeRing() {
  if (capacity_ != kInline) delete[] heap_;
}

ExchangeRing::ExchangeRing(const ExchangeRing& other)
    : inline_{}, count_(other.count_), ours_(other.ours_), capacity_(other.capacity_) {
  if (capacity_ != kInline) heap_ = new Exchange[capacity_];
  std::copy_n(other.data(), count_, data());
}

ExchangeRing& ExchangeRing::operator=(const ExchangeRing& other) {
  if (this != &other) *this = ExchangeRing(other);
  return *this;
}

ExchangeRing::ExchangeRing(ExchangeRing&& other) noexcept
    : inline_{},
      count_(std::exchange(other.count_, 0)),
      ours_(std::exchange(other.ours_, 0)),
      capacity_(std::exchange(other.capacity_, kInline)) {
  if (capacity_ != kInline) {
    heap_ = other.heap_;
  } else {
    std::copy_n(other.inline_, kInline, inline_);
  }
}

ExchangeRing& ExchangeRing::operator=(ExchangeRing&& other) noexcept {
  if (this == &other) return *this;
  if (capacity_ != kInline) delete[] heap_;
  count_ = std::exchange(other.count_, 0);
  ours_ = std::exchange(other.ours_, 0);
  capacity_ = std::exchange(other.capacity_, kInline);
  if (capacity_ != kInline) {
    heap_ = other.heap_;
  } else {
    std::copy_n(other.inline_, kInline, inline_);
  }
  return *this;
}

void ExchangeRing::Grow() {
  const auto capacity = static_cast<uint8_t>(capacity_ * 2);
  auto* grown = new Exchange[capacity];
  std::copy_n(data(), count_, grown);
  if (capacity_ != kInline) delete[] heap_;
  heap_ = grown;
  capacity_ = capacity;
}

void ExchangeRing::DropOldest(bool ours, Exchange* fallen) {
  Exchange* oldest = data();
  while (oldest->ours != static_cast<uint32_t>(ours)) ++oldest;
  *fallen = *oldest;
  std::copy(oldest + 1, data() + count_, oldest);
  --count_;
  ours_ = static_cast<uint8_t>(ours_ - (ours ? 1 : 0));
}

bool ExchangeRing::Insert(const Exchange& exchange, Exchange* fallen) {
  const bool ours = exchange.ours;
  const bool full = (ours ? ours_ : count_ - ours_) == kRing;
  if (full) {
    DropOldest(ours, fallen);
    if (exchange.at < fallen->at) {
      Exchange unused;
      Insert(std::exchange(*fallen, exchange), &unused);  // the new one falls instead
      return true;
    }
  }
  if (count_ == capacity_) Grow();
  Exchange* place = data() + count_++;
  for (; place != data() && Before(exchange, place[-1]); --place) *place = place[-1];
  *place = exchange;
  ours_ = static_cast<uint8_t>(ours_ + (ours ? 1 : 0));
  return full;
}

double Tie::TheirsAt(Instant now, const ScoringModel& model) const {
  return Decay(theirs, now - reference, model.tie_message_per_second);
}

double Tie::OursAt(Instant now, const ScoringModel& model) const {
  return Decay(ours, now - reference, model.tie_message_per_second);
}

double Tie::StrengthAt(Instant now, const ScoringModel& model) const {
  if (theirs == 0 || ours == 0) return 0;
  const double both =
      Decay(std::sqrt(theirs * ours), now - reference, model.tie_message_per_second);
  return 1 - std::exp2(-both / 3);
}

namespace {

// The reference follows the latest message: its own amount and the values at its time need no
// exponential then.
void Rebase(Tie& tie, Instant at, const ScoringModel& model) {
  if (!tie.reference.is_set()) tie.reference = at;
  if (at <= tie.reference) return;
  tie.theirs = tie.TheirsAt(at, model);
  tie.ours = tie.OursAt(at, model);
  tie.reference = at;
}

}  // namespace

void Tie::AddTheirs(Instant at, const ScoringModel& model) {
  Rebase(*this, at, model);
  theirs += Decay(1, reference - at, model.tie_message_per_second);
  ++received;
}

void Tie::AddOurs(Instant at, const ScoringModel& model) {
  Rebase(*this, at, model);
  ours += Decay(1, reference - at, model.tie_message_per_second);
  ++sent;
}

TieChange Tie::Relate(Exchange exchange) {
  TieChange change;
  const absl::Span<Exchange> others = ring.all();
  for (size_t i = others.size(); i-- > 0;) {
    Exchange& other = others[i];
    // What is older cannot belong together: without a thread the window is all there is.
    if (exchange.thread == 0 && exchange.at - other.at > kAnswerWindow) break;
    if (other.ours == exchange.ours) continue;
    if (other.at <= exchange.at) change.answers += Answer(other, exchange) ? 1 : 0;
    if (exchange.at <= other.at) change.answers += Answer(exchange, other) ? 1 : 0;
  }
  answers += change.answers;
  change.solicited = exchange.ours && !exchange.unsolicited;
  Exchange fallen;
  if (ring.Insert(exchange, &fallen)) {
    const double trust = TrustOf(fallen, Instant::Never());
    (trust > 0 ? change.trust_good : change.trust_bad) = std::abs(trust);
    change.trust_at = fallen.at;
  }
  return change;
}

double TrustOf(const Exchange& exchange, Instant now) {
  if (exchange.ours) {
    if (exchange.answered) return 1;
    return now - exchange.at > kAnswerWindow ? -0.3 : 0;
  }
  if (exchange.answered) return exchange.in_time ? 1 : 0.5;
  return now - exchange.at > kAnswerWindow ? -1 : 0;
}

}  // namespace tend::model
