#include "services/cli/sample/contact_list.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/cli/sample/naming.h"
#include "services/cli/sample/person.h"
#include "services/cli/sample/random.h"

namespace tend::sample {
namespace {

constexpr uint64_t kListStream = 0x6c697374;
constexpr uint32_t kMaxRows = 5'000;

std::string Row(const Person& person, Random& random) {
  const std::string name = absl::StrCat(person.name.first, " ", person.name.last);
  // Lists quote by whim.
  const std::string company = CompanyName(person.company);
  return absl::StrCat(
      random.Chance(0.7) ? MailOf(person) : absl::AsciiStrToUpper(MailOf(person)), ",", name, ",",
      random.Chance(0.2) ? absl::StrCat("\"", company, "\"") : company, ",", JobTitle(person.key),
      ",", random.Chance(0.4) ? PhoneNumber(person.index) : "", ",",
      random.Chance(0.3) ? PageOf(person) : "", ",",
      random.Chance(0.06)  ? "true"
      : random.Chance(0.5) ? "false"
                           : "");
}

}  // namespace

std::vector<std::string> ContactList(const SampleOptions& options) {
  Random random(Mix(options.seed, kListStream));
  const auto people = static_cast<uint32_t>(options.people);
  const auto owners = static_cast<uint32_t>(options.owners);
  const uint32_t wanted = std::min(kMaxRows / 2, std::max(1U, people / 4));
  std::vector<std::string> lines = {"email,name,company,title,phone,linkedin,unsubscribed"};
  for (uint32_t i = 0; i < wanted; ++i) {
    lines.push_back(Row(MakePerson(options.seed, random.Below(people), owners), random));
    // Those past the last one belong to the list alone.
    lines.push_back(Row(MakePerson(options.seed, people + i, owners), random));
  }
  return lines;
}

}  // namespace tend::sample
