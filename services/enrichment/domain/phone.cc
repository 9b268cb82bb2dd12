#include "services/enrichment/domain/phone.h"

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tend::enrichment {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// 0000000000, 1234567890: what people type into a field that asks for a number.
bool IsMadeUp(absl::string_view digits) {
  return digits.find_first_not_of(digits.substr(0, 1)) == absl::string_view::npos ||
         absl::StartsWith("1234567890123", digits) || absl::StartsWith("9876543210", digits);
}

}  // namespace

bool NormalizePhone(absl::string_view raw, absl::string_view default_region, std::string& out) {
  raw = absl::StripAsciiWhitespace(raw);
  if (raw.size() < 5 || raw.size() > 60) return false;
  if (absl::StartsWithIgnoreCase(raw, "tel:")) raw.remove_prefix(4);
  const PhoneNumberUtil& phones = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  const std::string region(default_region.empty() ? absl::string_view("ZZ") : default_region);
  if (phones.Parse({raw.data(), raw.size()}, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR)
    return false;
  const auto possible = phones.IsPossibleNumberWithReason(number);
  // A short number behind "+" is meant as it stands; behind a guessed country it is not.
  const bool stands = possible == PhoneNumberUtil::IS_POSSIBLE ||
                      (possible == PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY && raw.front() == '+');
  if (!stands) return false;
  std::string national;
  phones.GetNationalSignificantNumber(number, &national);
  if (IsMadeUp(national)) return false;
  const std::string extension = number.extension();
  number.clear_extension();
  phones.Format(number, PhoneNumberUtil::E164, &out);
  if (!extension.empty()) absl::StrAppend(&out, ";ext=", extension);
  return true;
}

bool IsRegion(const std::string& region) {
  std::set<std::string> regions;
  PhoneNumberUtil::GetInstance()->GetSupportedRegions(&regions);
  return regions.count(region) > 0;
}

std::string PhoneRegion(absl::string_view normalized) {
  const PhoneNumberUtil& phones = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  std::string region;
  normalized = normalized.substr(0, normalized.find(';'));
  if (phones.Parse({normalized.data(), normalized.size()}, "ZZ", &number) ==
      PhoneNumberUtil::NO_PARSING_ERROR) {
    phones.GetRegionCodeForNumber(number, &region);
  }
  return region == "ZZ" || region == "001" ? "" : region;
}

}  // namespace tend::enrichment
