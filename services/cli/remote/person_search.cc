#include "services/cli/remote/person_search.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/model/person_key.h"
#include "services/cli/remote/call_error.h"
#include "services/cli/remote/question.h"
#include "services/cli/view_text.h"

namespace tend::cli {
namespace {

using Stub = v1::RelationshipService::Stub;

constexpr int kShown = 5;

absl::string_view View(const std::string& s) { return {s.data(), s.size()}; }

// They are called exactly this.
bool IsNamed(const v1::Person& person, const std::string& words) {
  const auto is = [&](const std::string& name) {
    return absl::EqualsIgnoreCase(View(name), View(words));
  };
  return is(person.display_name()) ||
         std::any_of(
             person.identifiers().begin(), person.identifiers().end(),
             [&](const v1::Identifier& one) { return is(one.raw()) || is(one.normalized()); });
}

absl::Status SeveralMatch(const std::string& words, const v1::SearchRelationshipsResponse& found) {
  std::string people;
  for (int i = 0; i < std::min(kShown, found.relationships_size()); ++i) {
    const v1::Person& person = found.relationships(i).person();
    absl::StrAppend(&people, "\n  ", person.person_id(), "  ", NameOf(person));
  }
  return Advise(
      absl::InvalidArgumentError(absl::StrCat("\"", words, "\" may be several people:", people)),
      "say which: by the id before the name, or by an address");
}

}  // namespace

absl::StatusOr<std::string> FindPerson(const std::string& words, Stub& stub) {
  if (model::ParsePersonKey(View(words)).ok()) return words;
  v1::SearchRelationshipsRequest request;
  request.set_query(words);
  request.set_page_size(20);
  TEND_ASSIGN_OR_RETURN(const v1::SearchRelationshipsResponse found,
                        Call(stub, &Stub::SearchRelationships, request));
  std::vector<std::string> named;
  for (const v1::RelationshipView& view : found.relationships()) {
    if (IsNamed(view.person(), words)) named.push_back(view.person().person_id());
  }
  if (named.size() == 1) return named.front();
  if (found.relationships().empty()) {
    return Advise(absl::NotFoundError(absl::StrCat("nobody is known as \"", words, "\"")),
                  "try an address, how the name begins, or the id that 'tend ready --json' gives; "
                  "whoever came in a moment ago is known some seconds later");
  }
  if (found.relationships_size() > 1) return SeveralMatch(words, found);
  return found.relationships(0).person().person_id();
}

const std::string& PersonNames::Of(const std::string& person_id) {
  const auto [name, fresh] = names_.try_emplace(person_id, person_id);
  if (fresh) {
    v1::GetRelationshipRequest request;
    request.set_person_id(person_id);
    const auto answer = Call(stub_, &Stub::GetRelationship, request);
    if (answer.ok()) name->second = NameOf(answer->relationship().person());
  }
  return name->second;
}

}  // namespace tend::cli
