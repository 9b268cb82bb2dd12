#include "services/cli/sample/naming.h"

#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/cli/sample/random.h"

namespace tend::sample {
namespace {

constexpr absl::string_view kFirstNames[] = {
    "Anna", "Bruno", "Carla",  "Dario", "Elif",  "Finn",   "Greta", "Hugo",  "Ines",   "Jonas",
    "Kaya", "Lena",  "Marco",  "Nadia", "Oskar", "Paula",  "Quinn", "Rosa",  "Stefan", "Tara",
    "Umar", "Vera",  "Wanda",  "Xenia", "Yusuf", "Zoe",    "Amir",  "Bella", "Cedric", "Daria",
    "Emil", "Fiona", "Gustav", "Hana",  "Ivan",  "Judith", "Kofi",  "Luisa", "Mateo",  "Noor"};
constexpr absl::string_view kLastNames[] = {
    "Abel",   "Berger",  "Castell", "Dorn",    "Ekholm", "Falk",   "Grau",   "Hartig", "Ilves",
    "Jansen", "Kessler", "Lindt",   "Moreau",  "Nowak",  "Okafor", "Petrov", "Quast",  "Rossi",
    "Sandoz", "Tanaka",  "Ullrich", "Varga",   "Wolff",  "Ximena", "Yilmaz", "Zeller", "Arden",
    "Brandt", "Colm",    "Duarte",  "Engel",   "Ferro",  "Gallo",  "Hansen", "Iqbal",  "Jensen",
    "Kovacs", "Lang",    "Marsh",   "Nilsson", "Ortiz",  "Pinto",  "Reyes",  "Silva",  "Thorne"};
constexpr absl::string_view kCompanyFirst[] = {
    "Amber",  "Birch",  "Bright", "Cedar",  "Clear",  "Copper", "Dawn",    "Delta",
    "Ember",  "Fair",   "Fern",   "Flint",  "Frost",  "Glen",   "Gold",    "Granite",
    "Green",  "Harbor", "Hazel",  "Heron",  "Indigo", "Iron",   "Juniper", "Lark",
    "Linden", "Maple",  "Meadow", "Moss",   "North",  "Oak",    "Pearl",   "Pine",
    "Quiet",  "River",  "Rowan",  "Silver", "Slate",  "Stone",  "Willow",  "Winter"};
constexpr absl::string_view kCompanySecond[] = {
    "Bakery",   "Bridge",  "Cargo",    "Clinic",  "Data",     "Dental", "Energy",  "Foods",
    "Forge",    "Freight", "Garden",   "Glass",   "Hotels",   "Labs",   "Legal",   "Logistics",
    "Machines", "Media",   "Mills",    "Motors",  "Optics",   "Paper",  "Pharma",  "Power",
    "Print",    "Rail",    "Robotics", "Schools", "Shipping", "Solar",  "Textile", "Works"};
constexpr absl::string_view kTitles[] = {
    "Head of Operations", "Buyer",        "Plant Manager",   "IT Lead",    "Founder",
    "Finance Director",   "Team Lead",    "Project Manager", "Sales Lead", "Office Manager",
    "Head of Logistics",  "Quality Lead", "Engineer",        "Controller", "Managing Director"};
constexpr absl::string_view kOwners[] = {"eve",  "max",  "ida",   "tom",   "lea",  "ben",
                                         "mia",  "paul", "clara", "leo",   "nina", "otto",
                                         "ruth", "sam",  "tessa", "viktor"};
constexpr absl::string_view kSubjects[] = {
    "Our talk at the fair",    "The paper you asked about",    "A question on delivery times",
    "Notes from Tuesday",      "Planning for next season",     "The pilot in your warehouse",
    "An idea for your team",   "Someone you may like to meet", "How the trial went",
    "Training for new people", "About the integration",        "Thanks for the visit",
    "The figures we spoke of", "A change in our product",      "Your feedback on the app"};
constexpr absl::string_view kContent[] = {
    "Guide to calm planning", "Recording: fewer meetings", "Field report: a mill saves water",
    "Checklist for audits",   "Paper: stock and seasons",  "Talk: what lists are for"};
constexpr absl::string_view kTopics[] = {
    "delivery", "integration", "data protection", "training", "onboarding",
    "reports",  "languages",   "support",         "export",   "the mobile app"};
constexpr absl::string_view kFeatures[] = {"planner", "reports", "import", "mobile app", "alerts"};

template <size_t n>
absl::string_view Of(const absl::string_view (&words)[n], uint64_t draw) {
  return words[draw % n];
}

// Beyond the first round of names a number tells companies apart.
std::string CompanySuffix(uint32_t company, absl::string_view separator) {
  const size_t round = company / (std::size(kCompanyFirst) * std::size(kCompanySecond));
  return round == 0 ? "" : absl::StrCat(separator, round + 1);
}

// 7 and 11 share no factor with the lists' lengths: each round visits every pair once.
absl::string_view CompanyFirst(uint32_t company) { return Of(kCompanyFirst, company * 7 + 3); }
absl::string_view CompanySecond(uint32_t company) {
  return Of(kCompanySecond, (company / std::size(kCompanyFirst)) * 11 + company * 5 + 2);
}

}  // namespace

std::string Short(uint64_t number) {
  constexpr absl::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  char digits[13];
  size_t at = sizeof(digits);
  do {
    digits[--at] = kDigits[number % 36];
    number /= 36;
  } while (number > 0);
  return std::string(digits + at, sizeof(digits) - at);
}

PersonName NameOf(uint32_t company, uint32_t seat) {
  const uint64_t draw = Mix(company, 0x6e616d65);
  return {Of(kFirstNames, draw % std::size(kFirstNames) + seat * 7),
          Of(kLastNames, Mix(draw, seat))};
}

std::string CompanyName(uint32_t company) {
  return absl::StrCat(CompanyFirst(company), " ", CompanySecond(company),
                      CompanySuffix(company, " "));
}

std::string CompanyDomain(uint32_t company) {
  std::string domain = absl::StrCat(CompanyFirst(company), "-", CompanySecond(company),
                                    CompanySuffix(company, "-"), ".example");
  absl::AsciiStrToLower(&domain);
  return domain;
}

std::string WorkEmail(PersonName name, uint32_t company) {
  std::string email = absl::StrCat(name.first, ".", name.last, "@", CompanyDomain(company));
  absl::AsciiStrToLower(&email);
  return email;
}

std::string PrivateEmail(PersonName name, uint32_t person) {
  std::string email = absl::StrCat(name.first, "@", name.last, "-", Short(person), ".example");
  absl::AsciiStrToLower(&email);
  return email;
}

std::string PhoneNumber(uint32_t person) {
  // Area codes 201..400; the exchange 555 keeps 0100..0199 for fiction in each of them.
  if (person >= 20'000) return "";
  return absl::StrFormat("+1%03u55501%02u", 201 + person / 100, person % 100);
}

absl::string_view JobTitle(uint64_t draw) { return Of(kTitles, draw); }

std::string OwnerId(uint32_t owner) {
  const size_t round = owner / std::size(kOwners);
  return absl::StrCat(Of(kOwners, owner), round == 0 ? "" : absl::StrCat(round + 1));
}

std::string OwnerName(uint32_t owner) {
  std::string name = OwnerId(owner);
  name[0] = absl::ascii_toupper(static_cast<unsigned char>(name[0]));
  return absl::StrCat(name, " ", Of(kLastNames, Mix(owner, 0x6f776e)));
}

std::string OwnerEmail(uint32_t owner) { return absl::StrCat(OwnerId(owner), "@", kOurDomain); }

absl::string_view Subject(uint64_t draw) { return Of(kSubjects, draw); }
absl::string_view ContentTitle(uint64_t draw) { return Of(kContent, draw); }
absl::string_view Topic(uint64_t draw) { return Of(kTopics, draw); }
absl::string_view Feature(uint64_t draw) { return Of(kFeatures, draw); }

}  // namespace tend::sample
