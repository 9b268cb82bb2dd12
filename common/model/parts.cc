#include "common/model/parts.h"

#include <algorithm>
#include <utility>

#include "common/model/readiness.h"

namespace tend::model {
namespace {

int FindPart(const Relationship& r, const PersonKey& origin) {
  if (origin == r.person) return 0;
  for (int i = 1; i < r.PartCount(); ++i) {
    if (r.extras->joined[i - 1].origin == origin) return i;
  }
  return -1;
}

std::vector<Tie> TakeTies(Relationship& r, int index) {
  std::vector<Tie> taken;
  for (const Tie& tie : r.ties.all()) {
    if (tie.origin == index) taken.push_back(tie);
  }
  for (const Tie& tie : taken) r.ties.Remove(tie.owner, index);
  return taken;
}

// After the joined part at `index` is gone, the ones behind it move up.
void CloseGap(Relationship& r, int index) {
  for (Tie& tie : r.ties.all()) {
    if (tie.origin > index) --tie.origin;
  }
}

void Recount(Relationship& r, SpanSeconds conversing) {
  RecountUnanswered(r);
  RecountConversing(r, conversing);
  InvalidateBounds(r);
  Instant last = r.LastAct();
  for (const Tie& tie : r.ties.all()) last = std::max({last, tie.last_theirs, tie.last_ours});
  r.last_event = std::max(r.last_event, last);
  r.booked = kAnyBooked;
  r.cooling_check = r.ties.size() > 0 ? Instant(1) : Instant();
}

}  // namespace

int PartIndex(Relationship& r, const PersonKey& origin) {
  if (const int index = FindPart(r, origin); index >= 0) return index;
  r.extra().joined.push_back({origin, {}, {}});
  return r.PartCount() - 1;
}

MovedPart TakePart(Relationship& r, const PersonKey& origin, SpanSeconds conversing) {
  MovedPart moved;
  moved.origin = origin;
  const int index = FindPart(r, origin);
  if (index < 0) return moved;
  moved.ties = TakeTies(r, index);
  if (index == 0) {
    moved.part = std::exchange(r.part, Part());
    if (r.extras != nullptr) moved.wishes = std::exchange(r.extras->wishes, Wishes());
  } else {
    JoinedPart& joined = r.extras->joined[index - 1];
    moved.part = std::move(joined.part);
    moved.wishes = std::move(joined.wishes);
    r.extras->joined.erase(r.extras->joined.begin() + (index - 1));
    CloseGap(r, index);
  }
  Recount(r, conversing);
  return moved;
}

std::vector<MovedPart> TakeParts(Relationship& r, SpanSeconds conversing) {
  std::vector<MovedPart> all;
  while (r.PartCount() > 1) all.push_back(TakePart(r, r.extras->joined.back().origin, conversing));
  all.push_back(TakePart(r, r.person, conversing));
  std::reverse(all.begin(), all.end());
  r.last_event = Instant();
  return all;
}

void PutPart(Relationship& r, MovedPart moved, SpanSeconds conversing) {
  const int index = PartIndex(r, moved.origin);
  TakeTies(r, index);
  r.PartAt(index) = std::move(moved.part);
  if (index > 0 || r.extras != nullptr || !moved.wishes.empty())
    r.WishesAt(index) = std::move(moved.wishes);
  for (Tie& tie : moved.ties) {
    Tie& place = r.ties.At(tie.owner, index);
    place = std::move(tie);
    place.origin = static_cast<uint16_t>(index);
  }
  Recount(r, conversing);
}

}  // namespace tend::model
