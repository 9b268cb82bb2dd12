// A map whose changes since the last Commit can be written out once per key, kept, or taken back:
// the state of a Processor. Decision: docs/decisions/2026-11-24-journal-instead-of-overlay.md.
//
// The first change of a key in a batch copies its value aside (the pre-image); later ones cost a
// comparison. Reads see one state, the newest. A changed key costs its copy, an unchanged one
// nothing.

#ifndef TEND_COMMON_STREAM_JOURNALED_MAP_H_
#define TEND_COMMON_STREAM_JOURNALED_MAP_H_

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "common/base/check.h"

namespace tend::stream {

// V: movable, copyable and default constructible. Lookups take whatever the hash map takes for K
// (absl::string_view for std::string). Not thread-safe.
//
// Pointers. kStable: a value stays where it is until Commit or Rollback removes its key; the
// pointers that Find and Mutable give live that long. Otherwise the next Mutable or Load may move
// all values: smaller and faster where V is small and no pointer is kept. See the aliases below.
template <typename K, typename V, bool kStable>
class BasicJournaledMap {
 public:
  // The value now, or nullptr.
  template <typename Q>
  const V* Find(const Q& key) const {
    const auto found = slots_.find(key);
    return found == slots_.end() || found->second.erased ? nullptr : &found->second.value;
  }

  // The value to be changed; a default one is made where there is none. Counts as a change.
  template <typename Q>
  V& Mutable(const Q& key) {
    auto [found, made] = slots_.try_emplace(key);
    Slot& slot = found->second;
    if (made || slot.batch != batch_) {
      Journal(*found, made ? std::nullopt : std::optional<V>(slot.value));
      if (made) ++size_;
    } else if (slot.erased) {
      slot.erased = false;
      slot.value = V();
      ++size_;
    }
    return slot.value;
  }

  // Removes the key and returns whether it was there. The slot itself goes with Commit.
  template <typename Q>
  bool Erase(const Q& key) {
    const auto found = slots_.find(key);
    if (found == slots_.end() || found->second.erased) return false;
    Slot& slot = found->second;
    if (slot.batch != batch_) Journal(*found, std::move(slot.value));
    slot.value = V();  // what it held in memory goes now
    slot.erased = true;
    --size_;
    return true;
  }

  // Sets a value without journal: for Restore. REQUIRES: no change since the last Commit.
  template <typename Q>
  V& Load(const Q& key) {
    TEND_CHECK(journal_.empty());
    auto [found, made] = slots_.try_emplace(key);
    if (made) ++size_;
    return found->second.value;
  }
  template <typename Q>
  void Unload(const Q& key) {
    TEND_CHECK(journal_.empty());
    const auto found = slots_.find(key);
    if (found == slots_.end()) return;
    slots_.erase(found);
    --size_;
  }

  // Calls visit(const K&, const V* before, const V* after) once for each key changed since the last
  // Commit or Rollback, in the order of their first change; nullptr where it was not there or is
  // gone. A key made and erased in between is left out: nobody ever saw it.
  template <typename Visit>
  void ForEachChanged(Visit&& visit) const {
    for (const Entry& entry : journal_) {
      const Pair& pair = Resolve(entry.place);
      const V* const before = entry.before.has_value() ? &*entry.before : nullptr;
      const V* const after = pair.second.erased ? nullptr : &pair.second.value;
      if (before != nullptr || after != nullptr) visit(pair.first, before, after);
    }
  }
  bool changed() const { return !journal_.empty(); }

  // Keeps all changes.
  void Commit() {
    if (journal_.empty()) return;
    for (Entry& entry : journal_) {
      const Pair& pair = Resolve(entry.place);
      if (pair.second.erased) slots_.erase(slots_.find(pair.first));
    }
    EndBatch();
  }

  // Takes all changes back. Calls undone(const K&, const V*) for each key that had changed, with
  // its value as it is again (nullptr: not there), so that indexes beside the map can follow.
  template <typename Undone>
  void Rollback(Undone&& undone) {
    for (Entry& entry : journal_) {
      Pair& pair = Resolve(entry.place);
      Slot& slot = pair.second;
      if (entry.before.has_value()) {
        if (slot.erased) ++size_;
        slot.value = *std::move(entry.before);
        slot.erased = false;
        undone(pair.first, static_cast<const V*>(&slot.value));
      } else {
        if (!slot.erased) --size_;
        undone(pair.first, static_cast<const V*>(nullptr));
        slots_.erase(slots_.find(pair.first));
      }
    }
    EndBatch();
  }
  void Rollback() {
    Rollback([](const K&, const V*) {});
  }

  // Calls visit(const K&, const V&) for every key, in no order.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (const auto& [key, slot] : slots_) {
      if (!slot.erased) visit(key, slot.value);
    }
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void Reserve(size_t keys) { slots_.reserve(keys); }

 private:
  struct Slot {
    V value{};
    uint32_t batch = 0;   // the batch that has its pre-image; 0: none
    bool erased = false;  // in this batch
  };
  using Slots =
      std::conditional_t<kStable, absl::node_hash_map<K, Slot>, absl::flat_hash_map<K, Slot>>;
  using Pair = typename Slots::value_type;
  // Where to find a journaled pair again: its address where that is stable, else its key.
  using Place = std::conditional_t<kStable, Pair*, K>;
  struct Entry {
    Place place;
    std::optional<V> before;  // nullopt: the key was not there
  };

  void Journal(Pair& pair, std::optional<V> before) {
    pair.second.batch = batch_;
    if constexpr (kStable) {
      journal_.push_back({&pair, std::move(before)});
    } else {
      journal_.push_back({pair.first, std::move(before)});
    }
  }

  const Pair& Resolve(const Place& place) const {
    if constexpr (kStable) {
      return *place;
    } else {
      return *slots_.find(place);
    }
  }
  Pair& Resolve(const Place& place) {
    return const_cast<Pair&>(std::as_const(*this).Resolve(place));
  }

  void EndBatch() {
    journal_.clear();
    if (++batch_ != 0) return;
    // Once in 4 billion batches: old marks must not look like this batch's.
    for (auto& [key, slot] : slots_) slot.batch = 0;
    batch_ = 1;
  }

  Slots slots_;
  std::vector<Entry> journal_;
  size_t size_ = 0;
  uint32_t batch_ = 1;
};

// Values keep their place: for values that are large or pointed to.
template <typename K, typename V>
using JournaledMap = BasicJournaledMap<K, V, /*kStable=*/true>;

// Values move: for small ones (V + 8 bytes a slot, no allocation a key).
template <typename K, typename V>
using JournaledFlatMap = BasicJournaledMap<K, V, /*kStable=*/false>;

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_JOURNALED_MAP_H_
