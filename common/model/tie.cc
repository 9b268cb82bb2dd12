#include "common/model/tie.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace tend::model {
namespace {

constexpr SpanSeconds kRebaseAfter = 30 * kDay;

double Decay(double value, SpanSeconds age, double per_second) {
  return value == 0 ? 0 : value * std::exp2(-static_cast<double>(age) * per_second);
}

bool Belongs(const Exchange& earlier, const Exchange& later) {
  if (earlier.thread != 0 && later.thread != 0) return earlier.thread == later.thread;
  return later.at - earlier.at <= kAnswerWindow;
}

// Marks what `later` does to `earlier`, both of one tie and of different sides. Returns true if a
// touch was answered. Of two at the same second theirs came first: a touch never raises the rate of
// answers by being processed (law 2), in whatever order the two come in (law 4).
bool Answer(Exchange& earlier, Exchange& later) {
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
    : inline_{}, count_(other.count_), capacity_(other.capacity_) {
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

bool ExchangeRing::Insert(const Exchange& exchange, Exchange* fallen) {
  const auto same_side = [&](const Exchange& e) { return e.ours == exchange.ours; };
  bool fell = false;
  if (std::count_if(all().begin(), all().end(), same_side) == kRing) {
    Exchange* oldest = std::find_if(data(), data() + count_, same_side);
    fell = true;
    if (exchange.at < oldest->at) {
      *fallen = exchange;
      return true;
    }
    *fallen = *oldest;
    std::copy(oldest + 1, data() + count_, oldest);
    --count_;
  }
  if (count_ == capacity_) Grow();
  Exchange* end = data() + count_++;
  const auto order = [](const Exchange& e) {
    return std::tuple<Instant, bool, uint32_t>(e.at, e.ours, e.thread);
  };
  Exchange* place =
      std::upper_bound(data(), end, exchange,
                       [&](const Exchange& a, const Exchange& b) { return order(a) < order(b); });
  std::copy_backward(place, end, end + 1);
  *place = exchange;
  return fell;
}

double Tie::TheirsAt(Instant now, const ScoringModel& model) const {
  return Decay(theirs, now - reference, model.tie_message_per_second);
}

double Tie::OursAt(Instant now, const ScoringModel& model) const {
  return Decay(ours, now - reference, model.tie_message_per_second);
}

double Tie::StrengthAt(Instant now, const ScoringModel& model) const {
  if (theirs == 0 || ours == 0) return 0;
  return 1 - std::exp2(-std::sqrt(TheirsAt(now, model) * OursAt(now, model)) / 3);
}

namespace {

void Rebase(Tie& tie, Instant at, const ScoringModel& model) {
  if (!tie.reference.is_set()) tie.reference = at;
  if (at - tie.reference <= kRebaseAfter) return;
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
  for (Exchange& other : ring.all()) {
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
