// The people of the sample: what they are like, and where they stand.

#ifndef TEND_SERVICES_CLI_SAMPLE_PERSON_H_
#define TEND_SERVICES_CLI_SAMPLE_PERSON_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "services/cli/sample/calendar.h"
#include "services/cli/sample/naming.h"
#include "services/cli/sample/random.h"
#include "tend/v1/channel.pb.h"

namespace tend::sample {

// How somebody deals with us. None follows from our touches.
enum class Temper : uint8_t {
  // Reads a lot, never talks.
  kReader,
  // Talks without visiting.
  kTalker,
  kBalanced,
  // Hardly ever seen.
  kQuiet,
  // Uses the product and says what is wrong with it.
  kCustomer,
  // Knows everybody, introduces people.
  kConnector,
};
constexpr int kTempers = 6;

enum class ReplyHabit : uint8_t {
  kUsually,
  kSometimes,
  // Answers some colleagues, others never.
  kOnlySome,
  kNever,
};

struct Person {
  explicit Person(uint64_t seed) : random(seed) {}

  // Who they are. A change of job changes company and seat.
  uint32_t index = 0;
  uint32_t company = 0;
  uint32_t seat = 0;
  PersonName name;
  Random random;
  // Salt of their calendar and likings.
  uint64_t key = 0;

  // What they are like.
  Temper temper = Temper::kBalanced;
  ReplyHabit reply_habit = ReplyHabit::kSometimes;
  Hours hours;
  uint8_t zone = 0;
  float reply_chance = 0;
  absl::Duration reply_median;
  v1::Channel preferred = v1::CHANNEL_MAIL;
  // The owners they know, the main one first.
  std::array<uint16_t, 3> owners = {};
  uint8_t owner_count = 1;
  // Uses a private address on the web site.
  bool private_on_web = false;
  bool has_record = true;

  // Where they stand.
  // The next or present stretch in which they have a project of their own that we could serve.
  absl::Time episode_start;
  absl::Time episode_end;
  absl::Time rest_until = absl::InfinitePast();
  bool opted_out = false;
  bool erased = false;
  // The company whose address the system of record has: after a change of job, the old one for a
  // while.
  uint32_t record_company = 0;
  uint32_t last_id = 0;
  uint32_t last_thread = 0;
};

// The address they write from, by now.
std::string MailOf(const Person& person);
// The address that the system of record has, and that we write to.
std::string KnownMailOf(const Person& person);
// The address they give on the web site.
std::string WebMailOf(const Person& person);
// Their page on a social network.
std::string PageOf(const Person& person);
// The id of their record in the system of record.
std::string RecordOf(const Person& person);
// They would, in principle, answer this owner.
bool Answers(const Person& person, uint16_t owner);

// Person `index` of a world of so many owners, from their own stream of chance.
Person MakePerson(uint64_t seed, uint32_t index, uint32_t owners);

// Draws when their next project begins and ends, from `after` on.
void DrawEpisode(Person& person, absl::Time after);

}  // namespace tend::sample

#endif  // TEND_SERVICES_CLI_SAMPLE_PERSON_H_
