#include "common/model/relationship.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "common/base/check.h"

namespace tend::model {

uint32_t TieList::Room(uint32_t count) {
  uint32_t room = 8;
  if (count <= room) return count;
  while (room < count) room += room / 4;
  return room;
}

TieList& TieList::operator=(TieList&& other) noexcept {
  if (this == &other) return *this;
  Release();
  ties_ = std::exchange(other.ties_, nullptr);
  count_ = std::exchange(other.count_, 0);
  return *this;
}

void TieList::Release() {
  std::destroy_n(ties_, count_);
  if (ties_ != nullptr) std::allocator<Tie>().deallocate(ties_, Room(count_));
  ties_ = nullptr;
  count_ = 0;
}

uint32_t TieList::LowerBound(OwnerIndex owner, int origin) const {
  const Tie* place = std::lower_bound(
      ties_, ties_ + count_, std::pair(owner, origin), [](const Tie& tie, const auto& key) {
        return std::pair<OwnerIndex, int>(tie.owner, tie.origin) < key;
      });
  return static_cast<uint32_t>(place - ties_);
}

const Tie* TieList::Find(OwnerIndex owner, int origin) const {
  const uint32_t i = LowerBound(owner, origin);
  if (i == count_ || ties_[i].owner != owner || ties_[i].origin != origin) return nullptr;
  return &ties_[i];
}

Tie* TieList::Find(OwnerIndex owner, int origin) {
  return const_cast<Tie*>(std::as_const(*this).Find(owner, origin));
}

void TieList::Reallocate(uint32_t from, uint32_t to) {
  if (from == to) return;
  Tie* moved = to == 0 ? nullptr : std::allocator<Tie>().allocate(to);
  std::uninitialized_move_n(ties_, count_, moved);
  std::destroy_n(ties_, count_);
  if (from != 0) std::allocator<Tie>().deallocate(ties_, from);
  ties_ = moved;
}

Tie& TieList::At(OwnerIndex owner, int origin) {
  TEND_CHECK(count_ < 65535);
  const uint32_t i = LowerBound(owner, origin);
  if (i < count_ && ties_[i].owner == owner && ties_[i].origin == origin) return ties_[i];
  Reallocate(Room(count_), Room(count_ + 1));
  Tie* end = std::construct_at(ties_ + count_++);
  std::move_backward(ties_ + i, end, end + 1);
  ties_[i] = Tie();
  ties_[i].owner = owner;
  ties_[i].origin = static_cast<uint16_t>(origin);
  return ties_[i];
}

void TieList::Remove(OwnerIndex owner, int origin) {
  const uint32_t i = LowerBound(owner, origin);
  if (i == count_ || ties_[i].owner != owner || ties_[i].origin != origin) return;
  std::move(ties_ + i + 1, ties_ + count_, ties_ + i);
  std::destroy_at(ties_ + --count_);
  Reallocate(Room(count_ + 1), Room(count_));
}

int Relationship::FindPart(const PersonKey& origin) const {
  if (origin == person) return 0;
  for (int i = 1; i < PartCount(); ++i) {
    if (extras->joined[i - 1].origin == origin) return i;
  }
  return -1;
}

const Wishes& Relationship::WishesAt(int index) const {
  static const Wishes kNone;
  if (extras == nullptr) return kNone;
  return index == 0 ? extras->wishes : extras->joined[index - 1].wishes;
}

Instant Relationship::LastAct() const {
  Instant last = part.last_act;
  for (int i = 1; i < PartCount(); ++i) last = std::max(last, PartAt(i).last_act);
  return last;
}

Instant Relationship::LastReply() const {
  Instant last = part.last_reply;
  for (int i = 1; i < PartCount(); ++i) last = std::max(last, PartAt(i).last_reply);
  return last;
}

Instant Relationship::First() const {
  Instant first = part.first;
  for (int i = 1; i < PartCount(); ++i) {
    const Instant other = PartAt(i).first;
    if (other.is_set() && (!first.is_set() || other < first)) first = other;
  }
  return first;
}

uint32_t Relationship::Touches() const {
  uint32_t sum = part.touches;
  for (int i = 1; i < PartCount(); ++i) sum += PartAt(i).touches;
  return sum;
}

uint32_t Relationship::Answers() const {
  uint32_t sum = part.answers;
  for (int i = 1; i < PartCount(); ++i) sum += PartAt(i).answers;
  return sum;
}

double Relationship::ValueAt(SignalClass signal, Instant now, const ScoringModel& model) const {
  double sum = part.ValueAt(signal, now, model);
  for (int i = 1; i < PartCount(); ++i) sum += PartAt(i).ValueAt(signal, now, model);
  return sum;
}

ClassValues Relationship::ValuesAt(Instant now, const ScoringModel& model) const {
  ClassValues sums{};
  for (int i = 0; i < PartCount(); ++i) PartAt(i).AddValuesAt(now, model, sums);
  return sums;
}

const OpenMoment* Relationship::Open(MomentKind kind) const {
  for (const OpenMoment& moment : open_moments()) {
    if (moment.kind == kind) return &moment;
  }
  return nullptr;
}

const OpenMoment* Relationship::OpenOutreach() const {
  for (const OpenMoment& moment : open_moments()) {
    if (IsOutreach(moment.kind)) return &moment;
  }
  return nullptr;
}

void RecountUnanswered(Relationship& relationship) {
  const Instant last_act = relationship.LastAct();
  int count = 0;
  for (const Tie& tie : relationship.ties.all()) {
    if (tie.last_ours <= last_act) continue;
    for (const Exchange& e : tie.ring.all()) count += e.ours && e.at > last_act ? 1 : 0;
  }
  relationship.unanswered = std::min(count, kRing) & 15;
}

void RecountConversing(Relationship& relationship, SpanSeconds conversing) {
  // The ties of one owner are a run: whatever their origins, it is one conversation.
  Instant until, theirs, ours;
  OwnerIndex owner = kNobody;
  for (const Tie& tie : relationship.ties.all()) {
    if (tie.owner != owner) theirs = ours = Instant();
    owner = tie.owner;
    theirs = std::max(theirs, tie.last_theirs);
    ours = std::max(ours, tie.last_ours);
    until = std::max(until, std::min(theirs, ours) + conversing);
  }
  relationship.conversing_until = until;
}

Unsolicited UnsolicitedSince(const Relationship& relationship, Instant since) {
  Unsolicited result;
  for (const Tie& tie : relationship.ties.all()) {
    if (tie.last_ours <= since) continue;
    for (const Exchange& e : tie.ring.all()) {
      if (!e.ours || !e.unsolicited || e.at <= since) continue;
      ++result.count;
      result.last = std::max(result.last, e.at);
    }
  }
  return result;
}

}  // namespace tend::model
