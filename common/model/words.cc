#include "common/model/words.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/model/act_words.h"
#include "common/model/proto_time.h"

namespace tend::model {
namespace {

// "2 March", with the year where it is another one.
std::string DateOf(absl::Time time, const Reader& reader) {
  const bool this_year =
      absl::ToCivilYear(time, reader.zone) == absl::ToCivilYear(reader.now, reader.zone);
  const absl::CivilDay day = absl::ToCivilDay(time, reader.zone);
  return absl::StrCat(day.day(), absl::FormatTime(this_year ? " %B" : " %B %Y", time, reader.zone));
}

// "12:30 CET on 2 March", "12:30 CET" today.
std::string MinuteOf(absl::Time time, const Reader& reader) {
  const std::string clock = absl::FormatTime("%H:%M %Z", time, reader.zone);
  const bool today =
      absl::ToCivilDay(time, reader.zone) == absl::ToCivilDay(reader.now, reader.zone);
  return today ? clock : absl::StrCat(clock, " ", WordsOfDay(time, reader));
}

// The advice when they are ready: begin where they are.
std::string ReadyAdvice(const v1::MomentOpened& moment) {
  if (moment.guard().give_first()) {
    return "We have asked for more than we gave: begin by giving something of use.";
  }
  for (const v1::Evidence& row : moment.evidence()) {
    if (row.term() != v1::EVIDENCE_TERM_INTERACTION) continue;
    if (row.signal_class() == v1::SIGNAL_CLASS_QUESTION) {
      return "Begin with an answer to the question.";
    }
    if (row.signal_class() == v1::SIGNAL_CLASS_FORM) return "Begin with what the form asked for.";
  }
  return "Begin with what they looked for, and listen.";
}

NudgeWords ReadyWords(const v1::MomentOpened& moment, const Reader& reader) {
  return {absl::StrCat(reader.person, " is open for a conversation now."),
          ReasonsOf(moment.evidence(), reader), ReadyAdvice(moment)};
}

NudgeWords WaitsWords(const v1::MomentOpened& moment, const Reader& reader) {
  const absl::Time since =
      ToTime(moment.has_subject_time() ? moment.subject_time() : moment.open_time());
  const std::string advice = moment.guard().give_first()
                                 ? "An answer would be kind. Ask for nothing in it: we have "
                                   "asked for more than we gave."
                                 : "An answer would be kind, even a short one.";
  const std::string day = WordsOfDay(since, reader);
  return {absl::StrCat("An answer of ours to ", reader.person, " has been open since ",
                       absl::StripPrefix(day, "on "), "."),
          ReasonsOf(moment.evidence(), reader), advice};
}

NudgeWords PromiseWords(const v1::MomentOpened& moment, const Reader& reader) {
  const absl::Time due = ToTime(moment.subject_time());
  const char* verb = due < reader.now ? " was due " : " is due ";
  return {absl::StrCat("What you promised ", reader.person, verb, WordsOfDay(due, reader), "."), "",
          "Keep it, or say openly that it takes longer."};
}

NudgeWords CoolingWords(const Reader& reader) {
  return {absl::StrCat("You and ", reader.person, " hear less of each other than you used to."), "",
          absl::StrCat("Nothing needs to be done. When ", reader.person,
                       " writes, take the time for an answer.")};
}

NudgeWords OverContactedWords(const v1::MomentOpened& moment, const Reader& reader) {
  const int touches = moment.guard().unsolicited_touches();
  const std::string count =
      touches > 0 ? absl::StrCat(" (", touches, " since they last wrote)") : "";
  return {
      absl::StrCat(reader.person, " had more from us unasked than we allow ourselves", count, "."),
      "",
      absl::StrCat("Leave ", reader.person,
                   " in peace until they write, and let colleagues know.")};
}

NudgeWords RestOverWords(const v1::MomentOpened& moment, const Reader& reader) {
  const absl::Time over =
      ToTime(moment.has_subject_time() ? moment.subject_time() : moment.open_time());
  return {
      absl::StrCat("The rest that ", reader.person, " wished for ended ", WordsOfDay(over, reader),
                   "."),
      "",
      absl::StrCat("It is no cause to write. It is good to know when ", reader.person, " does.")};
}

NudgeWords LifeEventWords(const v1::MomentOpened& moment, const Reader& reader) {
  const std::string where = moment.subject().empty() ? "" : absl::StrCat(" at ", moment.subject());
  return {absl::StrCat(reader.person, " has a new position", where, "."), "",
          "If you congratulate, do only that."};
}

NudgeWords FeedbackWords(const v1::MomentOpened& moment, const Reader& reader) {
  return {absl::StrCat(reader.person, " told us something about the product ",
                       WordsOfDay(ToTime(moment.open_time()), reader), "."),
          "", "Read it as it was said: it is for those who build the product."};
}

// What holds, without an end; empty for no reason.
absl::string_view HoldOf(v1::GuardReason reason) {
  switch (reason) {
    case v1::GUARD_REASON_LEAVE:
      return "you are away";
    case v1::GUARD_REASON_QUIET_HOURS:
      return "quiet hours";
    case v1::GUARD_REASON_DIGEST:
      return "the next digest";
    case v1::GUARD_REASON_ATTENTION:
      return "the days before have as many as a day may have";
    default:
      return "";
  }
}

}  // namespace

NudgeWords WordsOfMoment(const v1::MomentOpened& moment, const Reader& reader) {
  switch (moment.kind()) {
    case v1::MOMENT_KIND_BECAME_READY:
      return ReadyWords(moment, reader);
    case v1::MOMENT_KIND_WAITS_FOR_US:
      return WaitsWords(moment, reader);
    case v1::MOMENT_KIND_PROMISE_DUE:
      return PromiseWords(moment, reader);
    case v1::MOMENT_KIND_COOLING:
      return CoolingWords(reader);
    case v1::MOMENT_KIND_OVER_CONTACTED:
      return OverContactedWords(moment, reader);
    case v1::MOMENT_KIND_REST_OVER:
      return RestOverWords(moment, reader);
    case v1::MOMENT_KIND_LIFE_EVENT:
      return LifeEventWords(moment, reader);
    case v1::MOMENT_KIND_PRODUCT_FEEDBACK:
      return FeedbackWords(moment, reader);
    default:
      return {absl::StrCat("There is news of ", reader.person, "."), "", ""};
  }
}

std::string TextOfMoment(const v1::MomentOpened& moment, const Reader& reader) {
  const NudgeWords words = WordsOfMoment(moment, reader);
  std::vector<absl::string_view> sentences = {words.reasons, words.headline, words.advice};
  sentences.erase(std::remove(sentences.begin(), sentences.end(), ""), sentences.end());
  return absl::StrJoin(sentences, " ");
}

std::string WordsOfHold(const v1::Nudge& nudge, const Reader& reader) {
  const absl::Time until = ToTime(nudge.deliver_not_before_time());
  if (until <= reader.now) return "";
  if (nudge.moment().has_expire_time() && until >= ToTime(nudge.moment().expire_time())) {
    return absl::StrCat("Held for as long as it lasts: ",
                        nudge.held_by() == v1::GUARD_REASON_ATTENTION
                            ? "no day before has room for it"
                            : HoldOf(nudge.held_by()),
                        ".");
  }
  if (nudge.state() == v1::NUDGE_STATE_SNOOZED) {
    return absl::StrCat("Put aside until ", MinuteOf(until, reader), ".");
  }
  const absl::string_view why = HoldOf(nudge.held_by());
  return absl::StrCat("Held until ", MinuteOf(until, reader), why.empty() ? "" : ": ", why, ".");
}

std::string WordsOfClose(v1::CloseCause cause) {
  switch (cause) {
    case v1::CLOSE_CAUSE_OUR_TOUCH:
      return "Withdrawn: somebody of us was in touch.";
    case v1::CLOSE_CAUSE_REST:
      return "Withdrawn: they wish to rest.";
    case v1::CLOSE_CAUSE_STAGE_ENDED:
      return "Withdrawn: their interest has passed, and that is fine.";
    case v1::CLOSE_CAUSE_MERGED:
      return "Withdrawn: two records turned out to be one person.";
    case v1::CLOSE_CAUSE_EXPIRED:
      return "Expired: its time is over.";
    case v1::CLOSE_CAUSE_PROMISE_KEPT:
      return "Withdrawn: the promise was kept.";
    case v1::CLOSE_CAUSE_PROMISE_WITHDRAWN:
      return "Withdrawn: the promise was taken back, and they know.";
    case v1::CLOSE_CAUSE_THEIR_ACT:
      return "Withdrawn: they wrote or acted themselves.";
    case v1::CLOSE_CAUSE_SUPERSEDED:
      return "Withdrawn: another nudge about them took its place.";
    case v1::CLOSE_CAUSE_ERASED:
      return "Withdrawn: they asked to be erased.";
    case v1::CLOSE_CAUSE_REFUSED:
      return "Withdrawn: they do not want to hear from us.";
    case v1::CLOSE_CAUSE_OWNER_CHANGED:
      return "Withdrawn: a colleague looks after them now.";
    default:
      return "Withdrawn.";
  }
}

std::string WordsOfGuard(const v1::GuardVerdict& verdict, const Reader& reader) {
  const absl::string_view who = reader.person;
  const std::string until =
      verdict.has_not_before_time()
          ? absl::StrCat("until ", DateOf(ToTime(verdict.not_before_time()), reader))
          : "until they write";
  switch (verdict.reason()) {
    case v1::GUARD_REASON_ERASED:
      return absl::StrCat(who, " asked to be erased.");
    case v1::GUARD_REASON_SUPPRESSED:
      return absl::StrCat(who, " does not want to hear from us.");
    case v1::GUARD_REASON_REST:
      return absl::StrCat(who, " wishes to rest ", until, ".");
    case v1::GUARD_REASON_CONSENT:
      return absl::StrCat(who, " has not agreed to be contacted.");
    case v1::GUARD_REASON_PATIENCE:
      return absl::StrCat("We wrote ", Times(verdict.unsolicited_touches()),
                          " without being asked and without a reply: patience ", until, ".");
    case v1::GUARD_REASON_BUDGET:
      return absl::StrCat(who, " has had as much from us as we allow ourselves: nothing ", until,
                          ".");
    case v1::GUARD_REASON_TOO_CLOSE:
      return absl::StrCat("Somebody of us was in touch with ", who, " a short while ago: nothing ",
                          until, ".");
    case v1::GUARD_REASON_ACCOUNT_BUDGET:
      return absl::StrCat("Their company has had as much from us as we allow ourselves: nothing ",
                          until, ".");
    case v1::GUARD_REASON_ACCOUNT_PAUSE:
      return absl::StrCat("A colleague of theirs is talking with us: nothing else ", until, ".");
    case v1::GUARD_REASON_ASK_BALANCE:
      return "We have asked for more than we gave: give first.";
    case v1::GUARD_REASON_LEDGER_BEHIND:
      return "What was sent of late is not known yet: ask again in a minute.";
    case v1::GUARD_REASON_QUIET_HOURS:
      return absl::StrCat("It is quiet hours where ", who, " is.");
    default:
      return verdict.give_first() ? "We have asked for more than we gave: give first." : "";
  }
}

std::string WordsOfDay(absl::Time time, const Reader& reader) {
  const auto days = absl::ToCivilDay(time, reader.zone) - absl::ToCivilDay(reader.now, reader.zone);
  if (days == 0) return "today";
  if (days == -1) return "yesterday";
  if (days == 1) return "tomorrow";
  if (std::abs(days) < 7) return absl::FormatTime("on %A", time, reader.zone);
  return absl::StrCat("on ", DateOf(time, reader));
}

}  // namespace tend::model
