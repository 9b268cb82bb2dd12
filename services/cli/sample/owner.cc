#include "services/cli/sample/owner.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/cli/sample/naming.h"

namespace tend::sample {
namespace {

constexpr uint64_t kOwnerStream = 0x6f776e6572;

// By style, in its order.
constexpr Conduct kConducts[] = {
    {0.95, absl::Hours(3), absl::Hours(60 * 24), absl::ZeroDuration(), 0.2, 0.85, 0.12, 1.0},
    {0.6, absl::Hours(20), absl::Hours(150 * 24), absl::Hours(40 * 24), 0.15, 0.5, 0.3, 0.2},
    {0.5, absl::Hours(30), absl::Hours(55 * 24), absl::ZeroDuration(), 0.35, 0.4, 0.3, 0.7},
    {0.9, absl::Hours(1), absl::Hours(48 * 24), absl::ZeroDuration(), 0.15, 0.8, 0.15, 0.9},
};

struct TeamOf {
  absl::string_view id;
  absl::string_view name;
};
constexpr TeamOf kTeams[] = {{"north", "Team North"}, {"south", "Team South"}};
constexpr absl::string_view kProductTeam = "product";

void AddTeam(absl::string_view id, absl::string_view name, uint32_t pool_owner, bool product,
             v1::Roster* roster) {
  v1::Team& team = *roster->add_teams();
  team.set_team_id(absl::StrCat(id));
  team.set_display_name(absl::StrCat(name));
  team.set_pool_owner_id(OwnerId(pool_owner));
  team.set_builds_product(product);
}

void AddOwner(uint64_t seed, uint32_t index, absl::string_view team, v1::Roster* roster) {
  v1::Owner& owner = *roster->add_owners();
  owner.set_owner_id(OwnerId(index));
  owner.set_display_name(OwnerName(index));
  owner.set_team_id(absl::StrCat(team));
  owner.set_time_zone(absl::StrCat(Zones()[MakeOwner(seed, index).zone].name));
  v1::Identifier& mail = *owner.add_identifiers();
  mail.set_kind(v1::IDENTIFIER_KIND_EMAIL);
  mail.set_raw(OwnerEmail(index));
}

}  // namespace

const Conduct& ConductOf(const Owner& owner) { return kConducts[static_cast<int>(owner.style)]; }

Owner MakeOwner(uint64_t seed, uint32_t index) {
  Owner owner(Mix(Mix(seed, kOwnerStream), index));
  const uint32_t style = owner.random.Below(4);
  owner.style = static_cast<Style>(index < 4 ? index : style);
  // Most sit in the first three zones.
  owner.zone = static_cast<uint8_t>(owner.random.Below(4));
  owner.hours.zone_offset = static_cast<int8_t>(Zones()[owner.zone].offset_hours);
  owner.hours.middle = static_cast<float>(std::clamp(13 + owner.random.Bell(), 11.0, 15.0));
  return owner;
}

v1::Roster MakeRoster(uint64_t seed, uint32_t owners) {
  v1::Roster roster;
  for (uint32_t i = 0; i < owners; ++i) {
    // The last of four or more builds the product; the others sell.
    const bool builds = owners >= 4 && i + 1 == owners;
    AddOwner(seed, i, builds ? kProductTeam : kTeams[i % 2].id, &roster);
  }
  for (uint32_t i = 0; i < std::min<uint32_t>(2, owners); ++i) {
    AddTeam(kTeams[i].id, kTeams[i].name, i, false, &roster);
  }
  AddTeam(kProductTeam, "Product", owners - 1, true, &roster);
  roster.add_domains(absl::StrCat(kOurDomain));
  roster.add_shared_mailboxes(absl::StrCat(kOurMailbox));
  return roster;
}

}  // namespace tend::sample
