// Invented names. Domains end in .example (RFC 2606); phone numbers are of the ranges kept for
// fiction.

#ifndef TEND_SERVICES_CLI_SAMPLE_NAMING_H_
#define TEND_SERVICES_CLI_SAMPLE_NAMING_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tend::sample {

// The sample's own organization.
constexpr absl::string_view kOurDomain = "orchard.example";
constexpr absl::string_view kOurMailbox = "info@orchard.example";

// A number in base 36: short ids.
std::string Short(uint64_t number);

struct PersonName {
  absl::string_view first;
  absl::string_view last;
};

// The name of the `seat`-th person of a company; no two of the first 40 share a first name.
PersonName NameOf(uint32_t company, uint32_t seat);
// "Brightwater Mills"; the same domain never stands for two companies.
std::string CompanyName(uint32_t company);
// "brightwater-mills.example".
std::string CompanyDomain(uint32_t company);
// "anna.berger@brightwater-mills.example".
std::string WorkEmail(PersonName name, uint32_t company);
// "anna@berger-7k.example": a domain of their own, unlike anybody else's.
std::string PrivateEmail(PersonName name, uint32_t person);
// E.164, from +1 NPA 555-0100..0199; empty from person 20,000 on, as there are no more.
std::string PhoneNumber(uint32_t person);
absl::string_view JobTitle(uint64_t draw);

// "eve": the id of an owner, and the local part of their address.
std::string OwnerId(uint32_t owner);
std::string OwnerName(uint32_t owner);
std::string OwnerEmail(uint32_t owner);

absl::string_view Subject(uint64_t draw);
absl::string_view ContentTitle(uint64_t draw);
absl::string_view Topic(uint64_t draw);
absl::string_view Feature(uint64_t draw);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_NAMING_H_
