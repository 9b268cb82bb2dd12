// Whom somebody means at a prompt: an id, an address or handle, a name.

#ifndef TEND_SERVICES_CLI_REMOTE_PERSON_SEARCH_H_
#define TEND_SERVICES_CLI_REMOTE_PERSON_SEARCH_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tend/v1/relationship_service.grpc.pb.h"

namespace tend::cli {

// The person's id. An id is taken as it is; else query searches, and a full match wins over others.
// Errors: NOT_FOUND; INVALID_ARGUMENT when several match, naming some of them.
absl::StatusOr<std::string> FindPerson(const std::string& words,
                                       v1::RelationshipService::Stub& stub);

// Names by person id, each asked for once. For one thread.
class PersonNames {
 public:
  // The stub outlives this.
  explicit PersonNames(v1::RelationshipService::Stub& stub) : stub_(stub) {}

  // The id itself where query does not know them.
  const std::string& Of(const std::string& person_id);

 private:
  v1::RelationshipService::Stub& stub_;
  std::map<std::string, std::string> names_;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_REMOTE_PERSON_SEARCH_H_
