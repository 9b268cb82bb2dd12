#include "common/rpc/access.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace tend::rpc {
namespace {

constexpr absl::string_view kHealth = "/grpc.health.v1.Health/";
constexpr absl::string_view kScheme = "bearer ";

// The first row that a method begins with counts.
struct Row {
  absl::string_view methods;
  v1::Scope scope;
};
constexpr Row kScopes[] = {
    {"/grpc.reflection.", v1::SCOPE_READ},
    {"/tend.v1.ContactService/GetBudget", v1::SCOPE_READ},
    {"/tend.v1.ContactService/", v1::SCOPE_CONTACT},
    {"/tend.v1.IdentityService/GetPerson", v1::SCOPE_READ},
    {"/tend.v1.IdentityService/ListProposals", v1::SCOPE_READ},
    {"/tend.v1.IdentityService/", v1::SCOPE_OPERATE},
    {"/tend.v1.InboxService/", v1::SCOPE_ANSWER},
    {"/tend.v1.IngestService/", v1::SCOPE_INGEST},
    {"/tend.v1.LanguageService/", v1::SCOPE_READ},
    {"/tend.v1.ListService/", v1::SCOPE_READ},
    {"/tend.v1.ModelService/ListModels", v1::SCOPE_READ},
    {"/tend.v1.ModelService/", v1::SCOPE_OPERATE},
    {"/tend.v1.NudgeService/", v1::SCOPE_READ},
    {"/tend.v1.OperationsService/ReplayRejects", v1::SCOPE_OPERATE},
    {"/tend.v1.OperationsService/", v1::SCOPE_READ},
    {"/tend.v1.PolicyService/GetPolicy", v1::SCOPE_READ},
    {"/tend.v1.PolicyService/", v1::SCOPE_OPERATE},
    {"/tend.v1.PrivacyService/", v1::SCOPE_OPERATE},
    {"/tend.v1.RelationshipService/", v1::SCOPE_READ},
};

// The token of "Bearer TOKEN"; empty when it is something else.
absl::string_view TokenOf(absl::string_view authorization) {
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) return {};
  return absl::StripAsciiWhitespace(authorization.substr(kScheme.size()));
}

}  // namespace

std::optional<v1::Scope> ScopeOf(absl::string_view method) {
  if (absl::StartsWith(method, kHealth)) return std::nullopt;
  for (const Row& row : kScopes) {
    if (absl::StartsWith(method, row.methods)) return row.scope;
  }
  return v1::SCOPE_OPERATE;
}

Access::Access(const v1::RuntimeConfig& config) {
  for (const v1::AccessToken& token : config.tokens()) {
    Grant& grant = grants_.emplace_back();
    grant.sha256 = absl::HexStringToBytes(token.sha256());
    for (const int scope : token.scopes()) grant.scopes.push_back(static_cast<v1::Scope>(scope));
  }
}

absl::Status Access::Check(absl::string_view method, absl::string_view authorization) const {
  const std::optional<v1::Scope> scope = ScopeOf(method);
  return scope.has_value() ? CheckScope(*scope, authorization) : absl::OkStatus();
}

absl::Status Access::CheckScope(v1::Scope scope, absl::string_view authorization) const {
  if (open()) return absl::OkStatus();
  const absl::string_view token = TokenOf(authorization);
  const std::string shown = Sha256(token);
  const Grant* found = nullptr;
  for (const Grant& grant : grants_) {  // all of them: the time tells nothing
    const std::string& known = grant.sha256;
    if (EqualInConstantTime({known.data(), known.size()}, {shown.data(), shown.size()})) {
      found = &grant;
    }
  }
  if (token.empty()) {
    return absl::UnauthenticatedError("send the header authorization: Bearer TOKEN");
  }
  if (found == nullptr) return absl::UnauthenticatedError("the token is not known here");
  if (std::find(found->scopes.begin(), found->scopes.end(), scope) == found->scopes.end()) {
    return absl::PermissionDeniedError(
        absl::StrCat("the token lacks the scope ", v1::Scope_Name(scope)));
  }
  return absl::OkStatus();
}

}  // namespace tend::rpc
