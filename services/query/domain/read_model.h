// Where the projector writes: the tables and the offsets, together or not at all.

#ifndef TEND_SERVICES_QUERY_DOMAIN_READ_MODEL_H_
#define TEND_SERVICES_QUERY_DOMAIN_READ_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/query/domain/row_maker.h"
#include "services/query/domain/rows.h"

namespace tend::query {

// A partition, and the offset that is next to project; nullopt: none of it was yet.
struct Progress {
  std::string topic;
  int partition = 0;
  std::optional<int64_t> next_offset;
};

// From one offset to another.
struct Advance {
  Progress from;
  int64_t to = 0;
};

// For one thread.
class ReadModel {
 public:
  virtual ~ReadModel() = default;

  // Becomes the one that projects, and says how far each partition is. Call it first, and after
  // every error. partitions: topic and partition are set. erasures: replaced.
  // Errors: ABORTED while another instance projects; UNAVAILABLE while the tables are away.
  virtual absl::StatusOr<std::vector<Progress>> Begin(absl::Span<const Progress> partitions,
                                                      Erasures& erasures) = 0;

  // Writes rows and offsets in one transaction. erasures: what the rows erase is added.
  // Errors: ABORTED when the offsets are not where they were thought to be; UNAVAILABLE leaves it
  // open whether they were written.
  virtual absl::Status Write(const BatchRows& rows, absl::Span<const Advance> advances,
                             Erasures& erasures) = 0;

  // Drops what happened before `history`, and of what was rejected before `rejected` the bytes.
  virtual absl::Status DropBefore(absl::Time history, absl::Time rejected) = 0;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_DOMAIN_READ_MODEL_H_
