// Which interactions were seen before: bounded memory, small changelog. Pure.
//
// An interaction is known by a 64-bit hash of (system, instance, record, id). Ids are kept for 72 h
// of receive time or a byte budget, whichever is smaller. That holds for ordered sources too: a
// sender that repeats a batch after a fault may bring a lower position after a higher one, and
// nothing may be lost by it. What leaves the window leaves one high-water mark per (source, record)
// behind, where the source gives positions: whatever comes at or below it later is a repeat,
// however old. (Per record, because a position need rise per record only: a record's version is
// one.)
//
// Time is the highest receive time seen, so that a backlog forgets nothing early; when caught up,
// it is the harness's.
//
// Changelog (tend.enrichment-state.v1), integers little-endian unless said:
//   'i' hour:4BE number:4BE -> 1 count:4 count*(id:8) (record:8 position:8)*    one chunk of ids
//   'm' record:8            -> 1 position:8                                     one high-water mark
// A batch writes one chunk (8 bytes an id, 16 more per ordered record of the batch), not one record
// an id; a chunk below kSmallChunk grows under the same key. A chunk that expires is a tombstone.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_REPEATS_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_REPEATS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tend/v1/interaction.pb.h"

namespace tend::enrichment {

struct RepeatOptions {
  absl::Duration window = absl::Hours(72);  // more than a vendor's webhooks retry (HubSpot: 24 h)
  size_t budget_bytes = 64 << 20;           // of one partition's ids: about 2.5 million
  size_t mark_budget_bytes = 16 << 20;  // of its high-water marks: about 700,000; then no new ones
};

// For one thread. Changes since the last Commit are taken back by Rollback.
class Repeats {
 public:
  using Sink =
      absl::FunctionRef<void(absl::string_view key, std::optional<absl::string_view> value)>;

  struct Key {
    uint64_t id = 0;
    uint64_t record = 0;  // of (system, instance, record)
    std::optional<int64_t> position;
    uint32_t hour = 0;  // of receive time, since 1970
  };

  explicit Repeats(const RepeatOptions& options) : options_(options) {}

  // now: taken for an empty receive time, and for one in the future.
  Key KeyOf(const v1::Interaction& interaction, absl::Time now);

  // Remembers the interaction, and returns whether it is new.
  bool Add(const Key& key);
  // Forgets what the last Add remembered: it was rejected, and may be replayed. REQUIRES: it was
  // new.
  void TakeBack();

  // The partition is caught up: nothing received before `now` is still to come.
  void AdvanceTo(absl::Time now);
  // When the oldest ids leave the window that have not yet; InfiniteFuture when there are none.
  absl::Time NextExpiry() const;

  // Writes what this batch changes. Call it once before Commit or Rollback.
  void Flush(Sink sink);
  void Commit();
  void Rollback();

  // Writes the whole state as a compacted changelog holds it. REQUIRES: no batch is open.
  void WriteAll(Sink sink) const;

  // Errors: DATA_LOSS for bytes that are not of the format above.
  absl::Status Restore(absl::string_view key, std::optional<absl::string_view> value);
  void Restored();

  // How far back ids are kept at the moment, and their estimated memory.
  absl::Duration real_window() const;
  size_t bytes() const { return ids_.size() * kBytesPerId + chunks_.size() * kBytesPerChunk; }

 private:
  static constexpr size_t kSmallChunk = 64;   // ids: rewriting at most 512 bytes a commit
  static constexpr size_t kFullChunk = 4096;  // ids: 96 KiB at most, far below Kafka's 1 MiB
  static constexpr size_t kBytesPerId =
      26;  // 8 in its chunk, 9 / 0.55 in the set (half to 7/8 full)
  static constexpr size_t kBytesPerMark = 24;
  static constexpr size_t kBytesPerChunk = 96;

  using Place = std::pair<uint32_t, uint32_t>;  // hour, number within the hour
  struct Mark {
    uint64_t record;
    int64_t position;
  };
  struct Chunk {
    std::vector<uint64_t> ids;
    std::vector<Mark> marks;
  };

  void FlushAdded(Sink sink);
  Place PlaceFor(uint32_t hour, Chunk& chunk) const;
  void FlushExpired(Sink sink);
  bool IsExpired(uint32_t hour) const;
  static std::string Encode(const Chunk& chunk);
  static bool Decode(absl::string_view value, Chunk& chunk);

  const RepeatOptions options_;
  absl::flat_hash_set<uint64_t> ids_;  // of all chunks and of this batch
  absl::btree_map<Place, Chunk> chunks_;
  absl::flat_hash_map<uint64_t, int64_t> marks_;
  uint32_t hour_ = 0;  // the time, see above
  std::string text_;   // reused by KeyOf

  // This batch.
  std::vector<Key> added_;
  uint32_t batch_hour_ = 0;
  std::vector<std::pair<Place, Chunk>> written_;
  std::vector<Place> expired_;
  absl::flat_hash_map<uint64_t, int64_t> raised_;
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_REPEATS_H_
