// A consumer group of the in-memory log: members, generations, assignment by range.
//
// The protocol is Kafka's eager one with static members, without its timing: when members come or
// go, every member hands all its partitions back (one poll tells it, its next poll confirms) and
// the next generation is dealt out when the last one has. A member that never polls holds everybody
// up until it is removed (MemoryLog::ExpireMember), as a session timeout would.

#ifndef TEND_COMMON_STREAM_MEMORY_GROUP_H_
#define TEND_COMMON_STREAM_MEMORY_GROUP_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/stream/memory_partition.h"
#include "common/stream/record.h"

namespace tend::stream {

class MemoryConsumer;

class MemoryGroup {
 public:
  // Gives all partitions of a topic, in order.
  using PartitionsOf = std::function<std::vector<MemoryPartition*>(const std::string& topic)>;

  // What a member has to be told by its poll.
  struct News {
    std::vector<MemoryPartition*> revoked;
    std::vector<MemoryPartition*> assigned;
  };

  explicit MemoryGroup(PartitionsOf partitions_of) : partitions_of_(std::move(partitions_of)) {}
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;

  // Adds `instance`, or lets it take over the partitions of the living member of that id.
  void Join(const std::string& member, const std::vector<std::string>& topics,
            const MemoryConsumer* instance);

  // Takes the member out if `instance` still speaks for it.
  void Leave(const std::string& member, const MemoryConsumer* instance);

  // Takes the member out, whoever speaks for it; its next poll finds its partitions lost.
  void Expire(const std::string& member);

  // What a member's poll finds. Confirms a revocation that an earlier poll was told of.
  News Poll(const std::string& member, const MemoryConsumer* instance);

  // Nothing to tell anybody: the hot path's one question.
  bool quiet() const { return quiet_; }

  // Changes whenever a member comes, goes or is taken over.
  uint64_t version() const { return version_; }

  // Whether `instance` is the member: neither fenced by another one nor expired. Such a one belongs
  // to the current generation, since none is dealt before every member has handed back.
  bool SpeaksFor(const std::string& member, const MemoryConsumer* instance) const;

  // Removed by Expire, and not joined again by anybody.
  bool IsExpired(const std::string& member) const { return members_.count(member) == 0; }

 private:
  struct Member {
    const MemoryConsumer* instance = nullptr;
    std::vector<std::string> topics;
    std::vector<MemoryPartition*> partitions;  // what it was told it owns
    std::vector<MemoryPartition*> next;        // to be told
    bool has_next = false;
    bool must_revoke = false;  // has not confirmed yet
    bool was_told = false;     // of the revocation, so that its next poll confirms
  };

  void StartRebalance();
  void DealOutWhenReady();
  void UpdateQuiet();

  const PartitionsOf partitions_of_;
  std::map<std::string, Member> members_;  // in order, as the range assignor takes them
  bool rebalancing_ = false;
  bool quiet_ = true;
  uint64_t version_ = 0;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_MEMORY_GROUP_H_
