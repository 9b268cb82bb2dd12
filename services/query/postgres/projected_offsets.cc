#include "services/query/postgres/projected_offsets.h"

#include <string>
#include <vector>

#include "common/base/status_macros.h"

namespace tend::query {
namespace {

constexpr const char* kOffsets =
    "SELECT topic, partition, next_offset FROM projection_offset WHERE next_offset >= 0";

}  // namespace

absl::StatusOr<std::map<stream::TopicPartition, stream::Offset>> ReadProjectedOffsets(
    postgres::Connection& connection) {
  TEND_ASSIGN_OR_RETURN(const std::vector<postgres::Rows> rows,
                        connection.Run(postgres::Batch().Add(kOffsets)));
  std::map<stream::TopicPartition, stream::Offset> offsets;
  for (int i = 0; i < rows[0].size(); ++i) {
    const absl::string_view topic = rows[0].Text(i, 0);
    offsets[{std::string(topic.data(), topic.size()), static_cast<int>(rows[0].Int(i, 1))}] =
        stream::Offset(rows[0].Int(i, 2));
  }
  return offsets;
}

}  // namespace tend::query
