// The words of a nudge, made at the edge from its codes and fields: nothing of this is ever stored.
//
// Calm and short: what they did and when, what waits, and what would be kind. No talk of winning,
// no hurry that is ours, no guilt, no praise; and a care moment never suggests a touch that nobody
// asked for.

#ifndef TEND_COMMON_MODEL_WORDS_H_
#define TEND_COMMON_MODEL_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tend/v1/evidence.pb.h"
#include "tend/v1/guard.pb.h"
#include "tend/v1/moment.pb.h"
#include "tend/v1/nudge.pb.h"

namespace tend::model {

// Who reads, when and where. Borrows; lives for one call.
struct Reader {
  // The person as the reader knows them: a name, else an identifier. Never empty.
  absl::string_view person;
  // Days are told as seen from here: "today", "on Tuesday", "on 2 March".
  absl::Time now;
  absl::TimeZone zone = absl::UTCTimeZone();
};

// A nudge in full sentences. Each part but the headline may be empty.
struct NudgeWords {
  // What it is: "Ann is open for a conversation now."
  std::string headline;
  // Why: "Ann asked a question today, looked at content twice since 24 February and sent a form on
  // 21 February."
  std::string reasons;
  // What would be kind: "Begin with an answer to the question."
  std::string advice;
};

NudgeWords WordsOfMoment(const v1::MomentOpened& moment, const Reader& reader);

// One text: reasons, headline, advice.
std::string TextOfMoment(const v1::MomentOpened& moment, const Reader& reader);

// What holds a nudge back: "Held until 08:00 CET on Tuesday: quiet hours." Empty when it is not
// held at reader.now.
std::string WordsOfHold(const v1::Nudge& nudge, const Reader& reader);

// Why a nudge left: "Withdrawn: somebody of us was in touch."
std::string WordsOfClose(v1::CloseCause cause);

// What a guard says of a person: "Ann wishes to rest until 1 March." Empty when it allows
// everything.
std::string WordsOfGuard(const v1::GuardVerdict& verdict, const Reader& reader);

// What they did, in the past tense and without a subject: "asked a question". Empty for no class.
absl::string_view WordsOfAct(v1::SignalClass signal_class, bool on_tie);

// When: "today", "yesterday", "on Tuesday" (within six days either way), "on 2 March", "on 2 March
// 2025".
std::string WordsOfDay(absl::Time time, const Reader& reader);

}  // namespace tend::model

#endif  // TEND_COMMON_MODEL_WORDS_H_
