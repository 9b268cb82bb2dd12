#include "services/query/postgres/relationship_questions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/model/person_key.h"
#include "services/query/domain/explanation.h"
#include "services/query/domain/page_token.h"
#include "services/query/domain/row_text.h"

namespace tend::query {
namespace {

using model::Instant;
using postgres::Batch;
using postgres::Connection;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

bool Concerns(const v1::TimelineEntry& entry, const std::string& owner_id) {
  if (entry.has_nudge_changed()) return entry.nudge_changed().nudge().owner_id() == owner_id;
  if (!entry.has_interaction()) return false;
  const auto& parties = entry.interaction().parties();
  return std::any_of(parties.begin(), parties.end(),
                     [&](const v1::Party& party) { return party.owner_id() == owner_id; });
}

ListFilter FilterOf(const v1::ListRelationshipsRequest& request) {
  ListFilter filter{RowText(View(request.owner_id())), RowText(View(request.account_id())), {}};
  for (const int stage : request.stages()) filter.stages.push_back(stage);
  return filter;
}

uint64_t QuestionOf(const v1::ListRelationshipsRequest& request) {
  const std::string stages = absl::StrJoin(request.stages(), ",");
  return QuestionHash({"list", View(request.owner_id()), View(request.account_id()), View(stages)});
}

}  // namespace

absl::Time RelationshipQuestions::Horizon() const {
  const absl::CivilMonth first =
      absl::ToCivilMonth(clock_.Now(), absl::UTCTimeZone()) - history_months_;
  return absl::FromCivil(absl::CivilSecond(first), absl::UTCTimeZone());
}

absl::StatusOr<v1::GetRelationshipResponse> RelationshipQuestions::Get(
    const v1::GetRelationshipRequest& request) {
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  TEND_ASSIGN_OR_RETURN(ReadRelationship read, ReadSurvivor(*connection, request.person_id()));
  TEND_ASSIGN_OR_RETURN(const auto live,
                        LiveRelationship::Make(std::move(read.stored), judgement_));
  v1::GetRelationshipResponse response;
  *response.mutable_relationship() =
      live->Show(Instant::FromTime(clock_.Now()), LiveRelationship::Detail::kWhole, "");
  TEND_RETURN_IF_ERROR(ReadPerson(*connection, OriginsOf(live->state()),
                                  response.mutable_relationship()->mutable_person()));
  return response;
}

absl::StatusOr<std::vector<v1::RelationshipView>> RelationshipQuestions::Views(
    Connection& connection, const Ids& persons, absl::Time now, const std::string& owner_id) const {
  TEND_ASSIGN_OR_RETURN(std::vector<ReadRelationship> read, ReadRelationships(connection, persons));
  std::vector<v1::RelationshipView> views;
  for (ReadRelationship& r : read) {
    TEND_ASSIGN_OR_RETURN(const auto live, LiveRelationship::Make(std::move(r.stored), judgement_));
    views.push_back(
        live->Show(Instant::FromTime(now), LiveRelationship::Detail::kListed, View(owner_id)));
    TEND_RETURN_IF_ERROR(
        ReadPerson(connection, OriginsOf(live->state()), views.back().mutable_person()));
  }
  return views;
}

absl::StatusOr<v1::ListRelationshipsResponse> RelationshipQuestions::List(
    const v1::ListRelationshipsRequest& request) {
  TEND_ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  const uint64_t question = QuestionOf(request);
  TEND_ASSIGN_OR_RETURN(const auto token, ParsePageToken(View(request.page_token()), question));
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  absl::Time now = clock_.Now();
  std::optional<Ranked> after;
  if (token.has_value()) {  // all pages are of the first one's time
    now = absl::FromUnixMicros(token->number);
    TEND_ASSIGN_OR_RETURN(const Id last, IdOf(token->last));
    after = Ranked{token->value, last};
  }
  const ListFilter filter = FilterOf(request);
  const auto next = [&](const std::optional<Ranked>& from, int limit) {
    return ReadBounds(*connection, filter, from, limit);
  };
  const auto evaluate =
      [&](const std::vector<Ranked>& bounds) -> absl::StatusOr<std::vector<double>> {
    Ids persons;
    for (const Ranked& bound : bounds) persons.push_back(bound.person);
    TEND_ASSIGN_OR_RETURN(std::vector<ReadRelationship> read,
                          ReadRelationships(*connection, persons));
    absl::flat_hash_map<Id, double> values;
    for (ReadRelationship& r : read) {
      TEND_ASSIGN_OR_RETURN(const auto live,
                            LiveRelationship::Make(std::move(r.stored), judgement_));
      values[live->relationship().person] =
          live->Readiness(View(filter.owner_id), Instant::FromTime(now));
    }
    std::vector<double> in_order;
    for (const Id& person : persons) in_order.push_back(values[person]);
    return in_order;
  };
  TEND_ASSIGN_OR_RETURN(std::vector<Ranked> first, FirstByValue(size + 1, after, next, evaluate));
  v1::ListRelationshipsResponse response;
  if (first.size() > static_cast<size_t>(size)) {
    first.pop_back();
    const Ranked& last = first.back();
    response.set_next_page_token(Print(
        {question, absl::ToUnixMicros(now), 0, last.value, model::PrintPersonKey(last.person)}));
  }
  Ids persons;
  for (const Ranked& row : first) persons.push_back(row.person);
  TEND_ASSIGN_OR_RETURN(auto views, Views(*connection, persons, now, filter.owner_id));
  for (v1::RelationshipView& view : views) *response.add_relationships() = std::move(view);
  return response;
}

absl::StatusOr<v1::SearchRelationshipsResponse> RelationshipQuestions::Search(
    const v1::SearchRelationshipsRequest& request) {
  // One page: who has more hits than that writes more of the name.
  TEND_ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  if (request.query().empty()) return absl::InvalidArgumentError("query: is empty");
  if (!request.page_token().empty()) {
    return absl::InvalidArgumentError("page_token: is none of ours");
  }
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  TEND_ASSIGN_OR_RETURN(const Ids origins,
                        FindOrigins(*connection, View(RowText(View(request.query()))), size));
  TEND_ASSIGN_OR_RETURN(Ids persons, PersonsOf(*connection, origins));
  if (persons.size() > static_cast<size_t>(size)) persons.resize(static_cast<size_t>(size));
  v1::SearchRelationshipsResponse response;
  TEND_ASSIGN_OR_RETURN(auto views, Views(*connection, persons, clock_.Now(), ""));
  std::stable_sort(views.begin(), views.end(),
                   [](const v1::RelationshipView& a, const v1::RelationshipView& b) {
                     return a.readiness() > b.readiness();
                   });
  for (v1::RelationshipView& view : views) *response.add_relationships() = std::move(view);
  return response;
}

absl::StatusOr<v1::ExplainRelationshipResponse> RelationshipQuestions::Explain(
    const v1::ExplainRelationshipRequest& request) {
  const absl::Time now = clock_.Now();
  const bool past = request.has_at_time();
  const absl::Time at = past ? RowTime(request.at_time()) : now;
  if (at > now) return absl::InvalidArgumentError("at_time: is in the future");
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  // State and history of one moment.
  TEND_RETURN_IF_ERROR(
      connection->Run(Batch().Add("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).status());
  absl::StatusOr<ReadRelationship> read = ReadSurvivor(*connection, request.person_id());
  absl::StatusOr<std::vector<HistoryItem>> history;
  if (read.ok()) history = ReadHistory(*connection, OriginsOf(read->stored.state));
  TEND_RETURN_IF_ERROR(connection->Run(Batch().Add("ROLLBACK")).status());
  TEND_RETURN_IF_ERROR(read.status());
  TEND_RETURN_IF_ERROR(history.status());
  TEND_ASSIGN_OR_RETURN(const auto live,
                        LiveRelationship::Make(std::move(read->stored), judgement_));
  v1::ExplainRelationshipResponse response;
  if (!past) {
    *response.mutable_explanation() = ExplainNow(*live, read->partition, *history,
                                                 View(request.owner_id()), Instant::FromTime(now));
    return response;
  }
  const absl::Time horizon = Horizon();
  if (at < horizon || live->relationship().First().ToTime() < horizon) {
    return absl::FailedPreconditionError(absl::StrCat(
        "at_time: the history begins at ", absl::FormatTime(horizon, absl::UTCTimeZone()),
        ", and what came before counts at that time"));
  }
  *response.mutable_explanation() =
      ExplainPast(*live, *history, View(request.owner_id()), Instant::FromTime(at));
  return response;
}

absl::StatusOr<v1::GetTimelineResponse> RelationshipQuestions::Timeline(
    const v1::GetTimelineRequest& request) {
  TEND_ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  const uint64_t question =
      QuestionHash({"timeline", View(request.person_id()), View(request.owner_id())});
  TEND_ASSIGN_OR_RETURN(const auto token, ParsePageToken(View(request.page_token()), question));
  TEND_ASSIGN_OR_RETURN(const postgres::Pool::Borrowed connection, tables_.For(request));
  TEND_ASSIGN_OR_RETURN(const ReadRelationship read,
                        ReadSurvivor(*connection, request.person_id()));
  const Ids origins = OriginsOf(read.stored.state);
  absl::Time until = token.has_value() ? absl::FromUnixMicros(token->number) : kAfterRowTimes;
  int64_t skip = token.has_value() ? token->skip : 0;  // entries of that time that were passed
  v1::GetTimelineResponse response;
  while (true) {
    const int64_t limit = size + skip + 1;
    TEND_ASSIGN_OR_RETURN(std::vector<v1::TimelineEntry> entries,
                          ReadTimeline(*connection, origins, origins, until, limit));
    const bool more = static_cast<int64_t>(entries.size()) == limit;
    for (size_t i = static_cast<size_t>(skip); i < entries.size(); ++i) {
      if (response.entries_size() == size) {
        response.set_next_page_token(Print({question, absl::ToUnixMicros(until), skip, 0, ""}));
        return response;
      }
      const absl::Time time = RowTime(entries[i].entry_time());
      skip = time == until ? skip + 1 : 1;
      until = time;
      if (request.owner_id().empty() || Concerns(entries[i], request.owner_id())) {
        *response.add_entries() = std::move(entries[i]);
      }
    }
    if (!more) return response;
  }
}

}  // namespace tend::query
