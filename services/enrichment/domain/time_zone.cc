#include "services/enrichment/domain/time_zone.h"

#include "absl/container/flat_hash_map.h"

namespace tend::enrichment {
namespace {

// tzdata's zone.tab, regions with one zone in use.
constexpr std::pair<absl::string_view, absl::string_view> kZones[] = {
    {"AE", "Asia/Dubai"},        {"AT", "Europe/Vienna"},      {"BE", "Europe/Brussels"},
    {"BG", "Europe/Sofia"},      {"CH", "Europe/Zurich"},      {"CY", "Asia/Nicosia"},
    {"CZ", "Europe/Prague"},     {"DE", "Europe/Berlin"},      {"DK", "Europe/Copenhagen"},
    {"EE", "Europe/Tallinn"},    {"EG", "Africa/Cairo"},       {"ES", "Europe/Madrid"},
    {"FI", "Europe/Helsinki"},   {"FR", "Europe/Paris"},       {"GB", "Europe/London"},
    {"GR", "Europe/Athens"},     {"HK", "Asia/Hong_Kong"},     {"HR", "Europe/Zagreb"},
    {"HU", "Europe/Budapest"},   {"IE", "Europe/Dublin"},      {"IL", "Asia/Jerusalem"},
    {"IN", "Asia/Kolkata"},      {"IS", "Atlantic/Reykjavik"}, {"IT", "Europe/Rome"},
    {"JP", "Asia/Tokyo"},        {"KE", "Africa/Nairobi"},     {"KR", "Asia/Seoul"},
    {"LI", "Europe/Vaduz"},      {"LT", "Europe/Vilnius"},     {"LU", "Europe/Luxembourg"},
    {"LV", "Europe/Riga"},       {"MT", "Europe/Malta"},       {"NG", "Africa/Lagos"},
    {"NL", "Europe/Amsterdam"},  {"NO", "Europe/Oslo"},        {"PH", "Asia/Manila"},
    {"PK", "Asia/Karachi"},      {"PL", "Europe/Warsaw"},      {"PT", "Europe/Lisbon"},
    {"RO", "Europe/Bucharest"},  {"RS", "Europe/Belgrade"},    {"SA", "Asia/Riyadh"},
    {"SE", "Europe/Stockholm"},  {"SG", "Asia/Singapore"},     {"SI", "Europe/Ljubljana"},
    {"SK", "Europe/Bratislava"}, {"TH", "Asia/Bangkok"},       {"TR", "Europe/Istanbul"},
    {"TW", "Asia/Taipei"},       {"VN", "Asia/Ho_Chi_Minh"},   {"ZA", "Africa/Johannesburg"}};

}  // namespace

absl::string_view TimeZoneOfRegion(absl::string_view region) {
  static const absl::flat_hash_map<absl::string_view, absl::string_view> zones(std::begin(kZones),
                                                                               std::end(kZones));
  const auto found = zones.find(region);
  return found == zones.end() ? absl::string_view() : found->second;
}

}  // namespace tend::enrichment
