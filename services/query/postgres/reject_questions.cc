#include "services/query/postgres/reject_questions.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "services/query/domain/page_token.h"
#include "services/query/domain/row_text.h"

namespace tend::query {
namespace {

using postgres::Batch;
using postgres::Params;
using postgres::Rows;

constexpr char kTopic[] = "tend.rejects.v1";

// $1..$3: before which place; $4: how many; $5: how many bytes; $6..$9: the filter. found: the
// rows that there were for the page, also those it has no room for. The lengths are known
// without reading the bytes.
constexpr absl::string_view kHead = R"sql(
    SELECT partition, reject_offset, reject_time, reject, coalesce(rejected, ''), found FROM (
      SELECT *, count(*) OVER () AS found, sum(bytes)
        OVER (ORDER BY reject_time DESC, partition DESC, reject_offset DESC) - bytes AS bytes_above
      FROM (
        SELECT partition, reject_offset, reject_time, reject, rejected,
          octet_length(reject) + coalesce(octet_length(rejected), 0) AS bytes
        FROM reject
        WHERE (reject_time, partition, reject_offset) < ($1, $2, $3)
          AND reject_time >= $6 AND ($7 = '' OR service = $7)
          AND (cardinality($8) = 0 OR reason = ANY($8)))sql";
constexpr absl::string_view kTail = R"sql(
        ORDER BY reject_time DESC, partition DESC, reject_offset DESC LIMIT $4) page) measured
    WHERE bytes_above < $5 ORDER BY reject_time DESC, partition DESC, reject_offset DESC)sql";

// The same list by four ways in: each has an index. Of one place ($11, $12) it is one or none.
const char* StatementOf(const v1::RejectFilter& filter) {
  using absl::StrCat;
  static const std::string& all =
      *new std::string(StrCat(kHead, " AND $9 = '' AND $10 = ''", kTail));
  static const std::string& of_file = *new std::string(
      StrCat(kHead, " AND file <> '' AND file = $9 AND ($10 = '' OR import_id = $10)", kTail));
  static const std::string& of_import = *new std::string(
      StrCat(kHead, " AND import_id <> '' AND import_id = $10 AND $9 = ''", kTail));
  static const std::string& of_place = *new std::string(
      StrCat(kHead,
             " AND partition = $11 AND reject_offset = $12 AND ($9 = '' OR file = $9) AND ($10 = "
             "'' OR import_id = $10)",
             kTail));
  if (filter.has_position()) return of_place.c_str();
  if (!filter.file().empty()) return of_file.c_str();
  return filter.import_id().empty() ? all.c_str() : of_import.c_str();
}

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// The order's key of a row.
struct Place {
  absl::Time time = kAfterRowTimes;
  int64_t partition = 0;
  int64_t offset = 0;
};

absl::StatusOr<Place> PlaceOf(const PageToken& token) {
  Place place;
  place.time = absl::FromUnixMicros(token.number);
  const std::vector<absl::string_view> parts = absl::StrSplit(View(token.last), '/');
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &place.partition) ||
      !absl::SimpleAtoi(parts[1], &place.offset)) {
    return absl::InvalidArgumentError("page_token: is none of ours");
  }
  return place;
}

std::string TokenOf(uint64_t question, const Rows& rows, int row) {
  return Print({question, absl::ToUnixMicros(rows.Time(row, 2)), 0, 0,
                absl::StrCat(rows.Int(row, 0), "/", rows.Int(row, 1))});
}

uint64_t QuestionOf(const v1::RejectFilter& filter) {
  const std::string reasons = absl::StrJoin(filter.reasons(), ",");
  const std::string start = filter.start_time().SerializeAsString();
  const std::string end = filter.end_time().SerializeAsString();
  const std::string place = filter.has_position() ? absl::StrCat(filter.position().partition(), "/",
                                                                 filter.position().offset())
                                                  : "";
  return QuestionHash({"rejects", View(filter.service()), View(reasons), View(filter.file()),
                       View(filter.import_id()), View(start), View(end), View(place)});
}

absl::Status Read(const Rows& rows, int row, v1::RejectEntry* entry) {
  entry->mutable_position()->set_topic(kTopic);
  entry->mutable_position()->set_partition(static_cast<int32_t>(rows.Int(row, 0)));
  entry->mutable_position()->set_offset(rows.Int(row, 1));
  // Two messages one after the other are both merged.
  const std::string bytes = absl::StrCat(rows.Text(row, 3), rows.Text(row, 4));
  if (entry->mutable_reject()->ParseFromString(bytes)) return absl::OkStatus();
  return absl::DataLossError("a row's bytes are no Reject");
}

}  // namespace

absl::StatusOr<v1::ListRejectsResponse> RejectQuestions::List(
    const v1::ListRejectsRequest& request) {
  const v1::RejectFilter& filter = request.filter();
  TEND_ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  const uint64_t question = QuestionOf(filter);
  TEND_ASSIGN_OR_RETURN(const std::optional<PageToken> token,
                        ParsePageToken(View(request.page_token()), question));
  if (!filter.position().topic().empty() && filter.position().topic() != kTopic) {
    return absl::InvalidArgumentError(absl::StrCat("filter.position.topic: is not ", kTopic));
  }
  const absl::Time start = RowTime(filter.start_time());
  Place before;
  if (filter.has_end_time()) before.time = RowTime(filter.end_time());
  if (start > before.time) {
    return absl::InvalidArgumentError("filter.start_time: is after filter.end_time");
  }
  if (token.has_value()) {
    TEND_ASSIGN_OR_RETURN(before, PlaceOf(*token));
  }
  const std::vector<int64_t> reasons(filter.reasons().begin(), filter.reasons().end());
  const std::string service = RowText(View(filter.service())), file = RowText(View(filter.file())),
                    import_id = RowText(View(filter.import_id()));
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  Params params;
  params.Time(before.time).Int(before.partition).Int(before.offset).Int(size + 1).Int(kPageBytes);
  params.Time(start).Text(View(service)).Ints(reasons).Text(View(file)).Text(View(import_id));
  if (filter.has_position()) {
    params.Int(filter.position().partition()).Int(filter.position().offset());
  }
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> answer,
                        connection->Run(Batch().Add(StatementOf(filter), params)));
  const Rows& rows = answer[0];
  v1::ListRejectsResponse response;
  for (int i = 0; i < rows.size() && i < size; ++i) {
    TEND_RETURN_IF_ERROR(Read(rows, i, response.add_rejects()));
  }
  const int shown = response.rejects_size();
  if (shown > 0 && rows.Int(0, 5) > shown) {
    response.set_next_page_token(TokenOf(question, rows, shown - 1));
  }
  return response;
}

}  // namespace tend::query
