#include "services/cli/sample/person.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace tend::sample {
namespace {

constexpr uint64_t kPersonStream = 0x706572736f6e;
constexpr uint64_t kLikingSalt = 0x6c696b65;
constexpr uint32_t kPeopleInCompany = 6;

// Of a hundred: reader, talker, balanced, quiet, customer, connector.
constexpr uint8_t kTemperWeights[] = {18, 15, 25, 24, 12, 6};
// By temper: usually, sometimes, only some, never.
constexpr uint8_t kHabitWeights[kTempers][4] = {
    {0, 0, 0, 10}, {6, 2, 2, 0}, {3, 4, 2, 1}, {1, 2, 1, 6}, {4, 3, 2, 1}, {6, 3, 1, 0},
};
constexpr double kReplyChance[] = {0.72, 0.3, 0.6, 0};
// Days between two projects of their own, by temper.
constexpr int kEpisodeDays[kTempers] = {110, 140, 150, 420, 200, 190};
constexpr v1::Channel kChannels[] = {v1::CHANNEL_MAIL, v1::CHANNEL_CHAT, v1::CHANNEL_PHONE,
                                     v1::CHANNEL_SOCIAL};
constexpr uint8_t kChannelWeights[] = {70, 8, 12, 10};

void GiveHabits(Person& person) {
  Random& random = person.random;
  person.temper = static_cast<Temper>(random.Pick(kTemperWeights));
  const int habit = random.Pick(kHabitWeights[static_cast<int>(person.temper)]);
  person.reply_habit = static_cast<ReplyHabit>(habit);
  person.reply_chance =
      static_cast<float>(std::clamp(kReplyChance[habit] + random.Bell() * 0.1, 0.0, 0.95));
  person.reply_median = random.LogNormal(absl::Hours(9), 1.1);
  person.zone = static_cast<uint8_t>(random.Below(static_cast<uint32_t>(Zones().size())));
  person.hours.zone_offset = static_cast<int8_t>(Zones()[person.zone].offset_hours);
  person.hours.middle = static_cast<float>(std::clamp(13 + random.Bell() * 2, 9.0, 19.0));
  person.hours.weekends = random.Chance(0.12);
  person.preferred = kChannels[random.Pick(kChannelWeights)];
  person.private_on_web = random.Chance(0.12);
  person.has_record = random.Chance(0.85);
}

void GiveOwners(Person& person, uint32_t owners) {
  Random& random = person.random;
  // Colleagues at one company mostly share their owner.
  const uint32_t of_company = static_cast<uint32_t>(Mix(person.company, 0x6f776e6572) % owners);
  person.owners[0] = static_cast<uint16_t>(random.Chance(0.8) ? of_company : random.Below(owners));
  const int wanted = random.Chance(0.3) ? (random.Chance(0.3) ? 3 : 2) : 1;
  while (person.owner_count < std::min<int>(wanted, static_cast<int>(owners))) {
    const auto other = static_cast<uint16_t>(random.Below(owners));
    const auto end = person.owners.begin() + person.owner_count;
    if (std::find(person.owners.begin(), end, other) == end) {
      person.owners[person.owner_count++] = other;
    }
  }
}

}  // namespace

std::string MailOf(const Person& person) { return WorkEmail(person.name, person.company); }

std::string KnownMailOf(const Person& person) {
  return WorkEmail(person.name, person.record_company);
}

std::string PageOf(const Person& person) {
  return absl::AsciiStrToLower(absl::StrCat("https://www.linkedin.com/in/", person.name.first, "-",
                                            person.name.last, "-", Short(person.index),
                                            "-made-up"));
}

std::string WebMailOf(const Person& person) {
  return person.private_on_web ? PrivateEmail(person.name, person.index) : MailOf(person);
}

std::string RecordOf(const Person& person) { return absl::StrCat(100'000 + person.index); }

bool Answers(const Person& person, uint16_t owner) {
  if (person.reply_habit == ReplyHabit::kNever) return false;
  if (person.reply_habit != ReplyHabit::kOnlySome) return true;
  return MixUnit(person.key ^ kLikingSalt, owner) < 0.5;
}

Person MakePerson(uint64_t seed, uint32_t index, uint32_t owners) {
  const uint64_t key = Mix(Mix(seed, kPersonStream), index);
  Person person(key);
  person.key = key;
  person.index = index;
  person.company = index / kPeopleInCompany;
  person.record_company = person.company;
  person.seat = index % kPeopleInCompany;
  person.name = NameOf(person.company, person.seat);
  GiveHabits(person);
  GiveOwners(person, owners);
  return person;
}

void DrawEpisode(Person& person, absl::Time after) {
  const int median = kEpisodeDays[static_cast<int>(person.temper)];
  person.episode_start = after + person.random.LogNormal(median * kDay, 0.8);
  person.episode_end = person.episode_start + person.random.LogNormal(9 * kDay, 0.7);
}

}  // namespace tend::sample
