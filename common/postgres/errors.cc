#include "common/postgres/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace tend::postgres {
namespace {

constexpr absl::string_view kPayload = "tend/sqlstate";

}  // namespace

absl::StatusCode CodeOfSqlState(absl::string_view sqlstate) {
  const absl::string_view kind = sqlstate.substr(0, 2);
  if (kind == "08" || kind == "53" || kind == "58") return absl::StatusCode::kUnavailable;
  // Shut down or ended by the server; not the primary any more.
  const bool ended = kind == "57" || sqlstate == "25P03";
  if (ended || sqlstate == "25006") return absl::StatusCode::kUnavailable;
  if (kind == "40" || sqlstate == "55P03") return absl::StatusCode::kAborted;
  if (sqlstate == "23505") return absl::StatusCode::kAlreadyExists;
  if (kind == "23" || kind == "22") return absl::StatusCode::kInvalidArgument;
  const bool missing = sqlstate == "42P01" || sqlstate == "42703" || sqlstate == "42501";
  if (missing || kind == "28" || kind == "3D") return absl::StatusCode::kFailedPrecondition;
  return absl::StatusCode::kInternal;
}

absl::Status ErrorOf(absl::string_view sqlstate, absl::string_view message) {
  absl::Status status(CodeOfSqlState(sqlstate),
                      absl::StrCat(absl::StripSuffix(message, "\n"), " (SQLSTATE ", sqlstate, ")"));
  status.SetPayload(kPayload, absl::Cord(sqlstate));
  return status;
}

std::string SqlStateOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  std::string sqlstate;
  if (payload.has_value()) absl::CopyCordToString(*payload, &sqlstate);
  return sqlstate;
}

}  // namespace tend::postgres
