// Makes the parties of one PartyRule out of a row.

#ifndef TEND_SERVICES_INGEST_CONNECTORS_PARTY_MAPPER_H_
#define TEND_SERVICES_INGEST_CONNECTORS_PARTY_MAPPER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/ingest/connectors/value.h"
#include "services/ingest/domain/reject.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/mapping.pb.h"

namespace tend::ingest {

// The 18 letters of a Salesforce record id of 15; everything else comes back as it is. The last
// three say which of each five letters are upper case (Salesforce Help, "What is the difference
// between 15 and 18 character ids").
std::string SalesforceId18(absl::string_view id);

class PartyMapper {
 public:
  static absl::StatusOr<PartyMapper> Make(const v1::PartyRule& rule, const Parameters& parameters,
                                          Slots& slots);

  // Adds the rule's parties. Fault: PARTY_UNKNOWN when there is none and the rule is not optional.
  std::optional<Fault> Add(absl::Span<const absl::string_view> cells,
                           v1::Interaction* interaction) const;

  v1::PartyRole role() const { return role_; }

 private:
  struct Name {
    v1::IdentifierKind kind;
    std::string system;
    Value value;
    v1::IdentifierTransform transform;
  };
  struct SideTest {
    v1::Side side = v1::SIDE_UNSPECIFIED;
    v1::SideRule::TestCase test = v1::SideRule::TEST_NOT_SET;
    int64_t divisor = 1;
    std::string text;  // a domain in lower case, or a prefix

    bool Holds(absl::string_view value) const;
  };

  void AddPieces(absl::string_view value, v1::Interaction* interaction) const;
  static void AddName(const Name& name, absl::string_view value, v1::Party* party);
  v1::Side SideOf(absl::string_view value) const;

  v1::PartyRole role_ = v1::PARTY_ROLE_UNSPECIFIED;
  std::vector<SideTest> sides_;
  std::vector<Name> names_;
  Value display_name_;
  std::string split_at_;
  bool optional_ = false;
  Fault missing_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_CONNECTORS_PARTY_MAPPER_H_
