#include "services/query/postgres/list_questions.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/model/explain_codec.h"
#include "common/model/guards.h"
#include "common/model/list_outcome.h"
#include "services/query/domain/page_token.h"
#include "services/query/domain/row_text.h"
#include "services/query/postgres/relationship_reads.h"

namespace tend::query {
namespace {

using model::Instant;
using postgres::Batch;
using postgres::Connection;
using postgres::Params;

// Rows whose relationships are read at once.
constexpr int kChunk = 1000;

constexpr const char* kRows = R"sql(
    SELECT l.row, coalesce(o.person_id, l.origin_id), l.name, l.company
    FROM list_row l LEFT JOIN origin_person o USING (origin_id)
    WHERE l.list_id = $1 AND l.row > $2 ORDER BY l.row LIMIT $3)sql";
constexpr const char* kHandles = R"sql(
    SELECT origin_id, system, raw, normalized FROM identifier
    WHERE origin_id = ANY($1) AND kind = $2 ORDER BY system, normalized)sql";
constexpr const char* kFirst = "SELECT min(receive_time) FROM list_row WHERE list_id = $1";
// Of the latest import: a list's id is its file's name, and all that an import brings has its time.
// One line can be rejected more than once: it may tell of several things.
constexpr const char* kRejected = R"sql(
    SELECT count(DISTINCT line) FROM reject
    WHERE file = $1 AND of_list AND reject_time = greatest(
      (SELECT max(receive_time) FROM list_row WHERE list_id = $1),
      (SELECT max(reject_time) FROM reject WHERE file = $1 AND of_list)))sql";

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }
std::string Str(absl::string_view s) { return {s.data(), s.size()}; }

// Of somebody on the list.
struct Listed {
  std::unique_ptr<LiveRelationship> live;  // null: scoring has not met them yet
  std::vector<v1::Identifier> handles;
};

absl::StatusOr<absl::flat_hash_map<Id, Listed>> ReadListed(Connection& connection,
                                                           const Ids& persons,
                                                           const Judgement& judgement) {
  TEND_ASSIGN_OR_RETURN(std::vector<ReadRelationship> read, ReadRelationships(connection, persons));
  absl::flat_hash_map<Id, Listed> listed;
  absl::flat_hash_map<Id, Id> person_of;
  Ids origins;
  for (const Id& person : persons) {
    person_of.emplace(person, person);
    origins.push_back(person);
  }
  for (ReadRelationship& r : read) {
    TEND_ASSIGN_OR_RETURN(auto live, LiveRelationship::Make(std::move(r.stored), judgement));
    const Id person = live->relationship().person;
    for (const Id& origin : OriginsOf(live->state())) {
      if (person_of.emplace(origin, person).second) origins.push_back(origin);
    }
    listed[person].live = std::move(live);
  }
  TEND_ASSIGN_OR_RETURN(const std::vector<postgres::Rows> rows,
                        connection.Run(Batch().Add(
                            kHandles, Params().Uuids(origins).Int(v1::IDENTIFIER_KIND_SOCIAL))));
  for (int i = 0; i < rows[0].size(); ++i) {
    v1::Identifier handle;
    handle.set_kind(v1::IDENTIFIER_KIND_SOCIAL);
    handle.set_system(Str(rows[0].Text(i, 1)));
    handle.set_raw(Str(rows[0].Text(i, 2)));
    handle.set_normalized(Str(rows[0].Text(i, 3)));
    listed[person_of.at(rows[0].UuidOf(i, 0))].handles.push_back(std::move(handle));
  }
  return listed;
}

void Show(const Listed& listed, const Judgement& judgement, Instant now, v1::ListRow* row) {
  model::Verdict verdict;
  model::ListOutcome outcome =
      listed.handles.empty() ? model::ListOutcome::kSeed : model::ListOutcome::kSocialHandle;
  row->set_stage(v1::STAGE_SEED);
  if (listed.live != nullptr) {
    const model::Relationship& relationship = listed.live->relationship();
    verdict = model::MaySuggest(relationship, now, judgement.model, judgement.policy);
    outcome = model::OutcomeOf(relationship, verdict, !listed.handles.empty());
    row->set_stage(listed.live->state().stage());
  }
  row->set_outcome(static_cast<v1::ListOutcome>(outcome));
  for (const v1::Identifier& handle : listed.handles) *row->add_social_handles() = handle;
  if (outcome == model::ListOutcome::kLeaveAlone) model::Encode(verdict, row->mutable_guard());
  if (verdict.reason == model::GuardReason::kErased) row->clear_person_id();
}

uint64_t QuestionOf(const v1::ListListRowsRequest& request) {
  const std::string outcomes = absl::StrJoin(request.outcomes(), ",");
  return QuestionHash({"list rows", View(request.list_id()), View(outcomes)});
}

absl::Status NoList() {
  return absl::NotFoundError("list_id: no list has this name; it is its file's");
}

absl::StatusOr<std::string> ListIdOf(const std::string& list_id) {
  std::string id = RowText(View(list_id));
  if (id.empty()) return absl::InvalidArgumentError("list_id: is empty");
  return id;
}

}  // namespace

class ListQuestions::Turn {
 public:
  explicit Turn(std::atomic<int>& free) : free_(free), has_(free_.fetch_sub(1) > 0) {}
  ~Turn() { free_.fetch_add(1); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool has() const { return has_; }

 private:
  std::atomic<int>& free_;
  const bool has_;
};

absl::StatusOr<std::vector<v1::ListRow>> ListQuestions::Read(Connection& connection,
                                                             const std::string& list_id,
                                                             int64_t after, int limit) {
  TEND_ASSIGN_OR_RETURN(
      const std::vector<postgres::Rows> read,
      connection.Run(Batch().Add(kRows, Params().Text(View(list_id)).Int(after).Int(limit))));
  const postgres::Rows& rows = read[0];
  absl::flat_hash_set<Id> distinct;
  for (int i = 0; i < rows.size(); ++i) distinct.insert(rows.UuidOf(i, 1));
  const Ids persons(distinct.begin(), distinct.end());
  TEND_ASSIGN_OR_RETURN(const auto listed, ReadListed(connection, persons, judgement_));
  static const Listed& nobody = *new Listed;
  std::vector<v1::ListRow> shown(static_cast<size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    v1::ListRow& row = shown[static_cast<size_t>(i)];
    row.set_list_id(list_id);
    row.set_row(rows.Int(i, 0));
    row.set_person_id(rows.Uuid(i, 1));
    row.set_display_name(Str(rows.Text(i, 2)));
    row.set_company(Str(rows.Text(i, 3)));
    const auto found = listed.find(rows.UuidOf(i, 1));
    Show(found == listed.end() ? nobody : found->second, judgement_,
         Instant::FromTime(clock_.Now()), &row);
  }
  return shown;
}

absl::StatusOr<v1::GetListReportResponse> ListQuestions::Report(
    const v1::GetListReportRequest& request) {
  TEND_ASSIGN_OR_RETURN(const std::string list_id, ListIdOf(request.list_id()));
  const Turn turn(free_reports_);
  if (!turn.has()) {
    return absl::ResourceExhaustedError(
        "as many reports on lists are computed as may be at once: ask again in a moment");
  }
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  TEND_ASSIGN_OR_RETURN(const std::vector<postgres::Rows> head,
                        connection->Run(Batch()
                                            .Add(kFirst, Params().Text(View(list_id)))
                                            .Add(kRejected, Params().Text(View(list_id)))));
  v1::GetListReportResponse response;
  v1::ListReport& report = *response.mutable_report();
  report.set_list_id(list_id);
  report.set_rejected_rows(head[1].Int(0, 0));
  std::map<v1::ListOutcome, int64_t> outcomes;
  absl::flat_hash_set<std::string> people;
  int64_t accepted = 0, last = -1, told = 0;
  while (true) {
    TEND_ASSIGN_OR_RETURN(const std::vector<v1::ListRow> rows,
                          Read(*connection, list_id, last, kChunk));
    for (const v1::ListRow& row : rows) {
      ++outcomes[row.outcome()];
      if (row.person_id().empty()) continue;
      ++told;
      people.insert(row.person_id());
    }
    accepted += static_cast<int64_t>(rows.size());
    if (rows.size() < kChunk) break;
    last = rows.back().row();
  }
  if (accepted == 0 && report.rejected_rows() == 0) {
    return NoList();
  }
  report.set_rows(accepted + report.rejected_rows());
  report.set_repeated_rows(told - static_cast<int64_t>(people.size()));
  if (accepted > 0) SetTime(head[0].Time(0, 0), report.mutable_create_time());
  for (const auto& [outcome, rows] : outcomes) {
    v1::ListOutcomeCount& count = *report.add_outcomes();
    count.set_outcome(outcome);
    count.set_rows(rows);
  }
  return response;
}

absl::StatusOr<v1::ListListRowsResponse> ListQuestions::Rows(
    const v1::ListListRowsRequest& request) {
  TEND_ASSIGN_OR_RETURN(const std::string list_id, ListIdOf(request.list_id()));
  TEND_ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  const uint64_t question = QuestionOf(request);
  TEND_ASSIGN_OR_RETURN(const std::optional<PageToken> token,
                        ParsePageToken(View(request.page_token()), question));
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  int64_t last = token.has_value() ? token->number : -1;
  v1::ListListRowsResponse response;
  const auto wanted = [&](const v1::ListRow& row) {
    const auto& outcomes = request.outcomes();
    return outcomes.empty() ||
           std::find(outcomes.begin(), outcomes.end(), row.outcome()) != outcomes.end();
  };
  const int chunk = std::max(size + 1, request.outcomes().empty() ? 0 : kChunk);
  while (true) {
    TEND_ASSIGN_OR_RETURN(std::vector<v1::ListRow> rows, Read(*connection, list_id, last, chunk));
    const bool more = rows.size() == static_cast<size_t>(chunk);
    if (rows.empty() && last < 0) {
      TEND_ASSIGN_OR_RETURN(const std::vector<postgres::Rows> rejected,
                            connection->Run(Batch().Add(kRejected, Params().Text(View(list_id)))));
      if (rejected[0].Int(0, 0) == 0) return NoList();
    }
    for (v1::ListRow& row : rows) {
      if (!wanted(row)) continue;
      if (response.rows_size() == size) {  // there is at least one more
        response.set_next_page_token(Print({question, response.rows(size - 1).row(), 0, 0, ""}));
        return response;
      }
      *response.add_rows() = std::move(row);
    }
    if (!more) return response;
    last = rows.back().row();
  }
}

}  // namespace tend::query
