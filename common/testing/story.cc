#include "common/testing/story.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tend::testing {
namespace {

constexpr char kMinute[] = "%Y-%m-%dT%H:%M";
constexpr char kDay[] = "%Y-%m-%d";

bool ParseAt(const char* format, absl::string_view text, absl::Time* time) {
  std::string error;
  return absl::ParseTime(format, text, absl::UTCTimeZone(), time, &error);
}

absl::Time DayIn(const StoryLine& line, const std::string& key) {
  absl::Time time;
  const auto found = line.keys.find(key);
  return found != line.keys.end() && ParseAt(kDay, found->second, &time) ? time : absl::UnixEpoch();
}

std::string KeyIn(const StoryLine& line, const std::string& key) {
  const auto found = line.keys.find(key);
  return found == line.keys.end() ? "" : found->second;
}

void PutDay(absl::Time time, google::protobuf::Timestamp* out) {
  out->set_seconds(absl::ToUnixSeconds(time));
}

v1::Promise PromiseIn(const StoryLine& line) {
  v1::Promise promise;
  promise.set_promise_id(KeyIn(line, "id"));
  if (line.keys.count("due") > 0) PutDay(DayIn(line, "due"), promise.mutable_due_time());
  return promise;
}

v1::Channel ChannelIn(const StoryLine& line, v1::Channel otherwise) {
  v1::Channel channel = otherwise;
  v1::Channel_Parse("CHANNEL_" + absl::AsciiStrToUpper(KeyIn(line, "channel")), &channel);
  return channel;
}

void Rest(const StoryLine& line, v1::Interaction* out) {
  v1::Rest* rest = out->mutable_rest_wished()->mutable_rest();
  if (KeyIn(line, "until") == "they-write") {
    rest->set_until_they_write(true);
  } else {
    PutDay(DayIn(line, "until"), rest->mutable_until_time());
  }
}

// What a verb makes of an interaction, and the role of who does it.
struct Verb {
  v1::PartyRole role;
  v1::Channel channel;
  std::function<void(const StoryLine&, v1::Interaction*)> tell;
};

using Verbs = std::map<std::string, Verb>;

#define TEND_FACT(field) [](const StoryLine&, v1::Interaction* i) { i->mutable_##field(); }

void AddTalk(Verbs& verbs) {
  constexpr auto kFrom = v1::PARTY_ROLE_FROM;
  verbs["writes"] = {kFrom, v1::CHANNEL_MAIL, TEND_FACT(message_sent)};
  verbs["calls"] = {kFrom, v1::CHANNEL_PHONE, TEND_FACT(call_held)};
  verbs["misses-call-of"] = {v1::PARTY_ROLE_TO, v1::CHANNEL_PHONE, TEND_FACT(call_missed)};
  verbs["meets"] = {v1::PARTY_ROLE_ATTENDEE, v1::CHANNEL_MEETING, TEND_FACT(meeting_held)};
  verbs["declines"] = {kFrom, v1::CHANNEL_MEETING, TEND_FACT(meeting_declined)};
  verbs["asks"] = {v1::PARTY_ROLE_AUTHOR, v1::CHANNEL_WEB, TEND_FACT(question_asked)};
  verbs["connects"] = {kFrom, v1::CHANNEL_SOCIAL, TEND_FACT(connected)};
  verbs["opens-mail"] = {v1::PARTY_ROLE_SUBJECT, v1::CHANNEL_MAIL, TEND_FACT(message_opened)};
  verbs["promises"] = {kFrom, v1::CHANNEL_UNSPECIFIED, [](const StoryLine& l, v1::Interaction* i) {
                         *i->mutable_promise_made()->mutable_promise() = PromiseIn(l);
                       }};
  verbs["keeps-promise"] = {kFrom, v1::CHANNEL_UNSPECIFIED,
                            [](const StoryLine& l, v1::Interaction* i) {
                              i->mutable_promise_kept()->set_promise_id(KeyIn(l, "id"));
                            }};
}

void AddSignals(Verbs& verbs) {
  constexpr auto kSubject = v1::PARTY_ROLE_SUBJECT;
  const auto page = [](v1::PageKind kind) {
    return
        [kind](const StoryLine&, v1::Interaction* i) { i->mutable_page_visited()->set_kind(kind); };
  };
  verbs["sends-form"] = {kSubject, v1::CHANNEL_WEB, TEND_FACT(form_sent)};
  verbs["wants-content"] = {kSubject, v1::CHANNEL_WEB, TEND_FACT(content_wanted)};
  verbs["reads-content"] = {kSubject, v1::CHANNEL_WEB, page(v1::PAGE_KIND_CONTENT)};
  verbs["reads-pricing"] = {kSubject, v1::CHANNEL_WEB, page(v1::PAGE_KIND_PRICING)};
  verbs["attends-event"] = {kSubject, v1::CHANNEL_WEB, TEND_FACT(event_attended)};
  verbs["uses-product"] = {kSubject, v1::CHANNEL_PRODUCT, TEND_FACT(product_used)};
  verbs["gives-feedback"] = {kSubject, v1::CHANNEL_PRODUCT, TEND_FACT(product_feedback)};
  verbs["changes-job"] = {kSubject, v1::CHANNEL_UNSPECIFIED, TEND_FACT(job_changed)};
}

void AddWishes(Verbs& verbs) {
  constexpr auto kSubject = v1::PARTY_ROLE_SUBJECT;
  constexpr auto kAny = v1::CHANNEL_UNSPECIFIED;
  verbs["rests"] = {kSubject, kAny, Rest};
  verbs["ends-rest"] = {kSubject, kAny, TEND_FACT(rest_ended)};
  verbs["unsubscribes"] = {kSubject, kAny, TEND_FACT(unsubscribed)};
  verbs["complains"] = {kSubject, kAny, TEND_FACT(complained)};
  verbs["asks-erasure"] = {kSubject, kAny, TEND_FACT(erasure_asked)};
  verbs["stands-on-list"] = {
      kSubject, kAny, [](const StoryLine& l, v1::Interaction* i) {
        i->mutable_list_row_entered()->set_list_id("list");
        i->mutable_list_row_entered()->set_unsubscribed(KeyIn(l, "unsubscribed") == "yes");
      }};
  verbs["allows"] = {kSubject, kAny, [](const StoryLine& l, v1::Interaction* i) {
                       i->mutable_consent_given()->mutable_consent()->set_channel(
                           ChannelIn(l, v1::CHANNEL_UNSPECIFIED));
                     }};
  verbs["revokes"] = {kSubject, kAny, [](const StoryLine& l, v1::Interaction* i) {
                        i->mutable_consent_revoked()->mutable_consent()->set_channel(
                            ChannelIn(l, v1::CHANNEL_UNSPECIFIED));
                      }};
}

const Verbs& AllVerbs() {
  static const Verbs kVerbs = [] {
    Verbs verbs;
    AddTalk(verbs);
    AddSignals(verbs);
    AddWishes(verbs);
    return verbs;
  }();
  return kVerbs;
}

bool IsOwner(const Story& story, const std::string& name) {
  return std::find(story.owners.begin(), story.owners.end(), name) != story.owners.end();
}

std::string AddressOf(const Story& story, const std::string& name) {
  return IsOwner(story, name) ? absl::StrCat(name, "@us.example")
                              : absl::StrCat(name, "@", name, ".example");
}

void AddParty(const Story& story, const std::string& name, v1::PartyRole role,
              v1::Interaction* out) {
  v1::Party* party = out->add_parties();
  party->set_role(role);
  party->set_display_name(name);
  v1::Identifier* address = party->add_identifiers();
  address->set_kind(v1::IDENTIFIER_KIND_EMAIL);
  address->set_raw(AddressOf(story, name));
}

v1::PartyRole RoleOfWhom(v1::PartyRole role) {
  if (role == v1::PARTY_ROLE_ATTENDEE) return role;
  return role == v1::PARTY_ROLE_TO ? v1::PARTY_ROLE_FROM : v1::PARTY_ROLE_TO;
}

absl::Status Fault(int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
}

absl::Status CheckVerb(const StoryLine& line) {
  if (line.verb == "expect" || AllVerbs().count(line.verb) > 0) return absl::OkStatus();
  const std::string known = absl::StrJoin(
      AllVerbs(), ", ", [](std::string* out, const auto& verb) { out->append(verb.first); });
  return Fault(line.line, absl::StrCat("\"", line.verb, "\" is no verb; known: ", known));
}

absl::StatusOr<StoryLine> ParseLine(const std::vector<std::string>& words, int number) {
  StoryLine line;
  line.line = number;
  if (words.size() < 3) return Fault(number, "wants at least: time, who, verb");
  if (!ParseAt(kMinute, words[0], &line.at))
    return Fault(number, absl::StrCat(words[0], " is no time; write 2026-02-02T09:00"));
  const bool expect = words[1] == "expect";
  line.who = words[expect ? 2 : 1];
  line.verb = expect ? "expect" : words[2];
  for (size_t i = 3; i < words.size(); ++i) {
    const std::vector<std::string> pair = absl::StrSplit(words[i], absl::MaxSplits('=', 1));
    if (pair.size() == 2) {
      line.keys[pair[0]] = pair[1];
    } else if (i == 3 && !expect) {
      line.whom = words[i];
    } else {
      return Fault(number, absl::StrCat("\"", words[i], "\" is no key=value"));
    }
  }
  if (absl::Status status = CheckVerb(line); !status.ok()) return status;
  return line;
}

}  // namespace

absl::StatusOr<Story> ParseStory(absl::string_view text) {
  Story story;
  int number = 0;
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    ++number;
    const std::vector<std::string> words = absl::StrSplit(raw, ' ', absl::SkipWhitespace());
    if (words.empty() || words[0][0] == '#') continue;
    if (words[0] == "owners") {
      story.owners.insert(story.owners.end(), words.begin() + 1, words.end());
      continue;
    }
    absl::StatusOr<StoryLine> line = ParseLine(words, number);
    if (!line.ok()) return line.status();
    if (!story.lines.empty() && ReceivedAt(*line) < ReceivedAt(story.lines.back())) {
      return Fault(number, "is before the line above it");
    }
    story.lines.push_back(*std::move(line));
  }
  return story;
}

std::string PrintStory(const Story& story) {
  std::string out = absl::StrCat("owners ", absl::StrJoin(story.owners, " "), "\n");
  for (const StoryLine& line : story.lines) {
    absl::StrAppend(&out, absl::FormatTime(kMinute, line.at, absl::UTCTimeZone()));
    if (line.verb == "expect") {
      absl::StrAppend(&out, " expect ", line.who);
    } else {
      absl::StrAppend(&out, " ", line.who, " ", line.verb, line.whom.empty() ? "" : " ", line.whom);
    }
    for (const auto& [key, value] : line.keys) absl::StrAppend(&out, " ", key, "=", value);
    out.push_back('\n');
  }
  return out;
}

v1::Roster RosterOf(const Story& story) {
  v1::Roster roster;
  for (const std::string& name : story.owners) {
    v1::Owner* owner = roster.add_owners();
    owner->set_owner_id(name);
    v1::Identifier* address = owner->add_identifiers();
    address->set_kind(v1::IDENTIFIER_KIND_EMAIL);
    address->set_raw(AddressOf(story, name));
  }
  return roster;
}

absl::Time ReceivedAt(const StoryLine& line) {
  absl::Time received;
  return ParseAt(kMinute, KeyIn(line, "received"), &received) ? received : line.at;
}

v1::Interaction InteractionOf(const Story& story, const StoryLine& line) {
  const Verb& verb = AllVerbs().at(line.verb);
  v1::Interaction out;
  out.set_id(absl::StrCat("line-", line.line));
  out.mutable_source()->set_system("story");
  out.mutable_source()->set_record_id(line.who);
  out.mutable_occur_time()->set_seconds(absl::ToUnixSeconds(line.at));
  AddParty(story, line.who, verb.role, &out);
  if (!line.whom.empty()) AddParty(story, line.whom, RoleOfWhom(verb.role), &out);
  out.set_channel(ChannelIn(line, verb.channel));
  out.set_thread_key(KeyIn(line, "thread"));
  if (KeyIn(line, "machine") == "yes") out.set_automated(v1::AUTOMATED_REASON_OTHER);
  v1::TouchPurpose purpose = v1::TOUCH_PURPOSE_UNSPECIFIED;
  v1::TouchPurpose_Parse("TOUCH_PURPOSE_" + absl::AsciiStrToUpper(KeyIn(line, "purpose")),
                         &purpose);
  out.set_purpose(purpose);
  verb.tell(line, &out);
  return out;
}

}  // namespace tend::testing
