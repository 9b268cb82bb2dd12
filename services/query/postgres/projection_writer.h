// The read model in PostgreSQL, as the projector writes it: one transaction a batch, a statement a
// table, an array a column.

#ifndef TEND_SERVICES_QUERY_POSTGRES_PROJECTION_WRITER_H_
#define TEND_SERVICES_QUERY_POSTGRES_PROJECTION_WRITER_H_

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/postgres/connection.h"
#include "services/query/domain/read_model.h"

namespace tend::query {

struct ProjectionOptions {
  // Months of `interaction` that lie before now; older ones go to its default partition.
  int history_months = 25;
};

// One session holds an advisory lock while it projects: another instance waits as a standby. The
// lock keeps instances from working for nothing; what keeps them from doing harm is that offsets
// move by compare-and-set. Commits do not wait for the disk: what a crash of PostgreSQL takes back,
// it takes back with its offsets.
class ProjectionWriter final : public ReadModel {
 public:
  ProjectionWriter(postgres::ConnectionOptions connection, const ProjectionOptions& options);

  // Also brings the tables up to date.
  absl::StatusOr<std::vector<Progress>> Begin(absl::Span<const Progress> partitions,
                                              Erasures& erasures) override;
  absl::Status Write(const BatchRows& rows, absl::Span<const Advance> advances,
                     Erasures& erasures) override;
  absl::Status DropBefore(absl::Time history, absl::Time rejected) override;

 private:
  void AddMonths(const InteractionRows& rows, postgres::Batch& batch);
  absl::Status Erase(const BatchRows& rows, Erasures& added);
  absl::StatusOr<Ids> OriginsOf(const Ids& persons);

  postgres::Connection connection_;
  const ProjectionOptions options_;
  absl::flat_hash_set<int64_t> months_;  // that have a partition: years * 12 + months
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_POSTGRES_PROJECTION_WRITER_H_
