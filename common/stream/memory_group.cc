#include "common/stream/memory_group.h"

#include <algorithm>
#include <set>

namespace tend::stream {

void MemoryGroup::Join(const std::string& member, const std::vector<std::string>& topics,
                       const MemoryConsumer* instance) {
  ++version_;
  const auto known = members_.find(member);
  if (known != members_.end() && known->second.topics == topics) {
    // Static takeover: the old instance is fenced, and what it owned or had yet to hand back is its
    // successor's to start anew.
    Member& taken = known->second;
    taken.instance = instance;
    if (!taken.has_next && !rebalancing_) taken.next = taken.partitions;
    taken.partitions.clear();
    taken.has_next = !rebalancing_;
    taken.must_revoke = false;
    DealOutWhenReady();
  } else {
    Member& added = members_[member];
    added = Member();
    added.instance = instance;
    added.topics = topics;
    StartRebalance();
  }
  UpdateQuiet();
}

void MemoryGroup::Leave(const std::string& member, const MemoryConsumer* instance) {
  if (SpeaksFor(member, instance)) Expire(member);
}

void MemoryGroup::Expire(const std::string& member) {
  if (members_.erase(member) == 0) return;
  ++version_;
  StartRebalance();
  UpdateQuiet();
}

void MemoryGroup::StartRebalance() {
  rebalancing_ = true;
  for (auto& [id, member] : members_) {
    member.has_next = false;  // dealt but never told: it owns nothing it would have to hand back
    member.next.clear();
    if (member.partitions.empty() || member.must_revoke) continue;
    member.must_revoke = true;
    member.was_told = false;
  }
  DealOutWhenReady();
}

void MemoryGroup::DealOutWhenReady() {
  if (!rebalancing_) return;
  for (const auto& [id, member] : members_) {
    if (member.must_revoke) return;
  }
  rebalancing_ = false;
  std::set<std::string> topics;
  for (auto& [id, member] : members_) {
    topics.insert(member.topics.begin(), member.topics.end());
    member.has_next = true;
    member.next.clear();
  }
  // Kafka's RangeAssignor: per topic, contiguous ranges in the order of the members' ids; the first
  // ones take one more where it does not divide.
  for (const std::string& topic : topics) {
    std::vector<Member*> subscribed;
    for (auto& [id, member] : members_) {
      if (std::count(member.topics.begin(), member.topics.end(), topic) > 0) {
        subscribed.push_back(&member);
      }
    }
    const std::vector<MemoryPartition*> partitions = partitions_of_(topic);
    const size_t share = partitions.size() / subscribed.size();
    const size_t extra = partitions.size() % subscribed.size();
    auto at = partitions.begin();
    for (size_t i = 0; i < subscribed.size(); ++i) {
      const auto until = at + static_cast<std::ptrdiff_t>(share + (i < extra ? 1 : 0));
      subscribed[i]->next.insert(subscribed[i]->next.end(), at, until);
      at = until;
    }
  }
}

MemoryGroup::News MemoryGroup::Poll(const std::string& member, const MemoryConsumer* instance) {
  News news;
  const auto found = members_.find(member);
  if (found == members_.end() || found->second.instance != instance) return news;
  Member& polling = found->second;
  if (polling.must_revoke && !polling.was_told) {
    polling.was_told = true;
    news.revoked = polling.partitions;
    return news;
  }
  if (polling.must_revoke) {
    polling.must_revoke = false;
    polling.partitions.clear();
    DealOutWhenReady();
  }
  if (polling.has_next) {
    polling.has_next = false;
    polling.partitions = polling.next;
    news.assigned = std::move(polling.next);
    polling.next.clear();
  }
  UpdateQuiet();
  return news;
}

bool MemoryGroup::SpeaksFor(const std::string& member, const MemoryConsumer* instance) const {
  const auto found = members_.find(member);
  return found != members_.end() && found->second.instance == instance;
}

void MemoryGroup::UpdateQuiet() {
  quiet_ = !rebalancing_;
  for (const auto& [id, member] : members_) {
    if (member.has_next || member.must_revoke) quiet_ = false;
  }
}

}  // namespace tend::stream
