// What becomes of interactions that came through a door: accepted ones and rejects, as records for
// the publisher. One use a batch.

#ifndef TEND_SERVICES_INGEST_INTAKE_H_
#define TEND_SERVICES_INGEST_INTAKE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/ingest/domain/acceptor.h"
#include "services/ingest/domain/reject.h"
#include "services/ingest/publisher.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/position.pb.h"
#include "tend/v1/reject.pb.h"

namespace tend::ingest {

// One interaction's answer, in the order they were taken. Neither: it was ignored (an unknown fact
// that its sender marked so).
struct TakenItem {
  std::optional<v1::Position> position;
  std::optional<v1::Reject> reject;
};

// For one thread.
class Intake {
 public:
  explicit Intake(absl::Time now) : now_(now) {}

  // interaction: as it came; gets receive_time, and happens then where a list's row has no time of
  // its own. row: what it was made of; a reject names and holds it.
  void Take(v1::Interaction& interaction, const FileRow& row);
  // A row that never became an interaction.
  void Take(v1::Reject reject);
  // Where what is taken from now on stood in a log: rejects say so.
  void SetPlace(const v1::RecordPlace& place) { place_ = place; }

  size_t size() const { return items_.size(); }
  // Of what waits to be published.
  int64_t bytes() const { return bytes_; }

  // Writes everything taken so far; then items() hold their positions. Errors: UNAVAILABLE; all may
  // be written again.
  absl::Status Publish(Publisher& publisher);
  // The same for who does not wait: done is called once, as Publisher's. This and the lane live
  // until then.
  void Publish(Publisher& publisher, std::function<void(absl::Status)> done, Lane& lane);
  const std::vector<TakenItem>& items() const { return items_; }
  // Of the last accepted one; nullopt when none was.
  const std::optional<v1::Position>& last() const { return last_; }

  // Makes room for the next batch.
  void Clear();

 private:
  void Reject(v1::Reject reject);
  void Settle(absl::Span<const stream::Written> written);

  const absl::Time now_;
  Acceptor acceptor_;
  std::vector<TakenItem> items_;
  std::vector<Outgoing> records_;
  std::vector<size_t> item_of_record_;
  std::optional<v1::Position> last_;
  std::optional<v1::RecordPlace> place_;
  int64_t bytes_ = 0;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_INTAKE_H_
