#include "common/model/act_words.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/model/proto_time.h"

namespace tend::model {
namespace {

// All rows of one class.
struct Acts {
  v1::SignalClass signal_class = v1::SIGNAL_CLASS_UNSPECIFIED;
  bool on_tie = false;
  int64_t count = 0;       // with a time
  int64_t earlier = 0;     // without one
  bool uncounted = false;  // earlier ones whose number nobody kept
  absl::Time first = absl::InfiniteFuture();
  absl::Time last = absl::InfinitePast();
};

void Add(const v1::Evidence& row, Acts& acts) {
  if (row.term() == v1::EVIDENCE_TERM_EARLIER && row.count() == 0) {
    acts.uncounted = true;
    return;
  }
  const int64_t count = std::max<int64_t>(1, row.count());
  if (row.term() == v1::EVIDENCE_TERM_EARLIER || !row.has_occur_time()) {
    acts.earlier += count;
    return;
  }
  const absl::Time time = ToTime(row.occur_time());
  acts.count += count;
  acts.first = std::min(acts.first, time);
  acts.last = std::max(acts.last, time);
}

// A message to this owner is a row of the tie and one of the person: it is told once, as written to
// them.
std::vector<Acts> ByClass(const google::protobuf::RepeatedPtrField<v1::Evidence>& evidence) {
  std::vector<Acts> all;
  for (const v1::Evidence& row : evidence) {
    if (row.term() != v1::EVIDENCE_TERM_INTERACTION && row.term() != v1::EVIDENCE_TERM_EARLIER) {
      continue;
    }
    if (WordsOfAct(row.signal_class(), row.on_tie()).empty()) continue;
    auto found = std::find_if(all.begin(), all.end(), [&row](const Acts& acts) {
      return acts.signal_class == row.signal_class();
    });
    if (found == all.end()) {
      found = all.insert(all.end(), Acts{row.signal_class(), row.on_tie()});
    }
    if (found->on_tie == row.on_tie()) Add(row, *found);
  }
  return all;
}

// "today"; "twice today"; "twice since Monday"; "3 times since 2 March (once before)"; "today (and
// before)".
std::string When(const Acts& acts, const Reader& reader) {
  if (acts.count == 0) {
    return acts.uncounted ? "some time ago" : absl::StrCat(Times(acts.earlier), " some time ago");
  }
  const std::string since = WordsOfDay(acts.first, reader);
  std::string text = since;
  if (acts.count > 1) {
    const bool one_day =
        absl::ToCivilDay(acts.first, reader.zone) == absl::ToCivilDay(acts.last, reader.zone);
    text = absl::StrCat(Times(acts.count), one_day ? " " : " since ",
                        one_day ? since : absl::StripPrefix(since, "on "));
  }
  if (acts.uncounted) {
    absl::StrAppend(&text, " (and before)");
  } else if (acts.earlier > 0) {
    absl::StrAppend(&text, " (", Times(acts.earlier), " before)");
  }
  return text;
}

}  // namespace

std::string ReasonsOf(const google::protobuf::RepeatedPtrField<v1::Evidence>& evidence,
                      const Reader& reader) {
  std::vector<std::string> phrases;
  for (const Acts& acts : ByClass(evidence)) {
    if (static_cast<int>(phrases.size()) == kMaxActs) break;
    phrases.push_back(
        absl::StrCat(WordsOfAct(acts.signal_class, acts.on_tie), " ", When(acts, reader)));
  }
  if (phrases.empty()) return "";
  const std::string last = phrases.back();
  phrases.pop_back();
  const std::string others = absl::StrJoin(phrases, ", ");
  return absl::StrCat(reader.person, " ", others, others.empty() ? "" : " and ", last, ".");
}

absl::string_view WordsOfAct(v1::SignalClass signal_class, bool on_tie) {
  switch (signal_class) {
    case v1::SIGNAL_CLASS_MESSAGE:
      return on_tie ? "wrote to you" : "wrote to us";
    case v1::SIGNAL_CLASS_QUESTION:
      return "asked a question";
    case v1::SIGNAL_CLASS_FORM:
      return "sent a form";
    case v1::SIGNAL_CLASS_CONTENT_VISIT:
      return "looked at content";
    case v1::SIGNAL_CLASS_PRICING_VISIT:
      return "looked at prices";
    case v1::SIGNAL_CLASS_EVENT:
      return "took part in an event";
    case v1::SIGNAL_CLASS_MEETING:
      return "met with us";
    case v1::SIGNAL_CLASS_CALL:
      return "called us";
    case v1::SIGNAL_CLASS_SOCIAL:
      return "was in touch on a network";
    case v1::SIGNAL_CLASS_INTRODUCTION:
      return "asked to be introduced";
    case v1::SIGNAL_CLASS_PRODUCT_USE:
      return "used the product";
    case v1::SIGNAL_CLASS_PRODUCT_FEEDBACK:
      return "told us about the product";
    default:
      return "";
  }
}

std::string Times(int64_t count) {
  if (count <= 1) return "once";
  if (count == 2) return "twice";
  return absl::StrCat(count, " times");
}

}  // namespace tend::model
