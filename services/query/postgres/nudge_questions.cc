#include "services/query/postgres/nudge_questions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "services/query/domain/page_token.h"
#include "services/query/domain/row_text.h"
#include "services/query/postgres/relationship_reads.h"

namespace tend::query {
namespace {

using postgres::Batch;
using postgres::Params;
using postgres::Rows;

constexpr const char* kGet = "SELECT nudge, subject FROM nudge WHERE nudge_id = $1";

// The same list by four ways in. $1..$2: after which place; $3: how many; $4: states; $5: told by
// then.
constexpr const char* kAll = R"sql(
    SELECT nudge, subject, create_time, nudge_id FROM nudge
    WHERE create_time <= $1 AND (create_time < $1 OR nudge_id > $2)
      AND (cardinality($4) = 0 OR state = ANY($4)) AND deliver_not_before_time <= $5
    ORDER BY create_time DESC, nudge_id LIMIT $3)sql";
// REQUIRES: $4 are open ones (AreOpen); their index is found by the words of its condition.
constexpr const char* kAllOpen = R"sql(
    SELECT nudge, subject, create_time, nudge_id FROM nudge
    WHERE create_time <= $1 AND (create_time < $1 OR nudge_id > $2)
      AND state IN (1, 2) AND state = ANY($4) AND deliver_not_before_time <= $5
    ORDER BY create_time DESC, nudge_id LIMIT $3)sql";
constexpr const char* kOfOwner = R"sql(
    SELECT nudge, subject, create_time, nudge_id FROM nudge
    WHERE owner_id = $6 AND create_time <= $1 AND (create_time < $1 OR nudge_id > $2)
      AND (cardinality($4) = 0 OR state = ANY($4)) AND deliver_not_before_time <= $5
    ORDER BY create_time DESC, nudge_id LIMIT $3)sql";
constexpr const char* kOfPerson = R"sql(
    SELECT nudge, subject, create_time, nudge_id FROM nudge
    WHERE person_id = ANY($7) AND ($6 = '' OR owner_id = $6)
      AND create_time <= $1 AND (create_time < $1 OR nudge_id > $2)
      AND (cardinality($4) = 0 OR state = ANY($4)) AND deliver_not_before_time <= $5
    ORDER BY create_time DESC, nudge_id LIMIT $3)sql";

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// Open nudges are few among all that ever were.
bool AreOpen(const std::vector<int64_t>& states) {
  return !states.empty() && std::all_of(states.begin(), states.end(), [](int64_t state) {
    return state == v1::NUDGE_STATE_OPEN || state == v1::NUDGE_STATE_SNOOZED;
  });
}

absl::Status Read(const Rows& rows, int row, v1::Nudge* nudge) {
  const absl::string_view bytes = rows.Text(row, 0);
  if (!nudge->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a row's bytes are no Nudge");
  }
  const absl::string_view subject = rows.Text(row, 1);
  nudge->mutable_moment()->set_subject(subject.data(), subject.size());
  return absl::OkStatus();
}

uint64_t QuestionOf(const v1::ListNudgesRequest& request) {
  const std::string states = absl::StrJoin(request.states(), ",");
  return QuestionHash({"nudges", View(request.owner_id()), View(request.person_id()), View(states),
                       request.include_held() ? "held" : ""});
}

}  // namespace

absl::StatusOr<v1::GetNudgeResponse> NudgeQuestions::Get(const v1::GetNudgeRequest& request) {
  const std::string id = RowText(View(request.nudge_id()));
  if (id.empty()) return absl::InvalidArgumentError("nudge_id: is empty");
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows,
                        connection->Run(Batch().Add(kGet, Params().Text(View(id)))));
  if (rows[0].size() == 0) return absl::NotFoundError("nudge_id: no nudge has it");
  v1::GetNudgeResponse response;
  TEND_RETURN_IF_ERROR(Read(rows[0], 0, response.mutable_nudge()));
  return response;
}

absl::StatusOr<v1::ListNudgesResponse> NudgeQuestions::List(const v1::ListNudgesRequest& request) {
  TEND_ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  const uint64_t question = QuestionOf(request);
  TEND_ASSIGN_OR_RETURN(const std::optional<PageToken> after,
                        ParsePageToken(View(request.page_token()), question));
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  std::vector<int64_t> states(request.states().begin(), request.states().end());
  const std::string owner = RowText(View(request.owner_id()));
  Params params;
  params.Time(after.has_value() ? absl::FromUnixMicros(after->number) : kAfterRowTimes)
      .Text(after.has_value() ? View(after->last) : absl::string_view())
      .Int(size + 1)
      .Ints(states)
      .Time(request.include_held() ? kAfterRowTimes : clock_.Now());
  const char* sql = AreOpen(states) ? kAllOpen : kAll;
  Ids persons;
  if (!request.person_id().empty()) {
    TEND_ASSIGN_OR_RETURN(const ReadRelationship read,
                          ReadSurvivor(*connection, request.person_id()));
    persons = OriginsOf(read.stored.state);
    sql = kOfPerson;
    params.Text(View(owner)).Uuids(persons);
  } else if (!request.owner_id().empty()) {
    sql = kOfOwner;
    params.Text(View(owner));
  }
  TEND_ASSIGN_OR_RETURN(const std::vector<Rows> rows, connection->Run(Batch().Add(sql, params)));
  v1::ListNudgesResponse response;
  for (int i = 0; i < rows[0].size() && i < size; ++i) {
    TEND_RETURN_IF_ERROR(Read(rows[0], i, response.add_nudges()));
  }
  if (rows[0].size() > size) {
    const absl::string_view last = rows[0].Text(size - 1, 3);
    response.set_next_page_token(Print({question, absl::ToUnixMicros(rows[0].Time(size - 1, 2)), 0,
                                        0, std::string(last.data(), last.size())}));
  }
  return response;
}

}  // namespace tend::query
