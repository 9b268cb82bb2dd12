#include "common/testing/model_generators.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tend::model {
namespace {

constexpr Kind kAllKinds[] = {
    Kind::kMessage,      Kind::kMessage, Kind::kQuestion, Kind::kForm,      Kind::kContentVisit,
    Kind::kPricingVisit, Kind::kEvent,   Kind::kMeeting,  Kind::kTheirCall, Kind::kSocial,
    Kind::kTouch,        Kind::kTouch,   Kind::kTouch,    Kind::kAnswer,    Kind::kGive,
    Kind::kAsk,          Kind::kListRow, Kind::kPromise,  Kind::kRestEnded};
constexpr Kind kRefusals[] = {Kind::kDeclined, Kind::kUnsubscribed, Kind::kRest};

template <size_t n>
std::vector<Kind> Listed(const Kind (&kinds)[n]) {
  return std::vector<Kind>(kinds, kinds + n);
}

rc::Gen<Kind> AnyKind(bool refusals) {
  const auto most = rc::gen::elementOf(Listed(kAllKinds));
  if (!refusals) return most;
  return rc::gen::weightedOneOf<Kind>({{12, most}, {1, rc::gen::elementOf(Listed(kRefusals))}});
}

rc::Gen<SpanSeconds> AnyGap(SpanSeconds longest) {
  return rc::gen::weightedOneOf<SpanSeconds>(
      {{1, rc::gen::just<SpanSeconds>(0)},
       {6, rc::gen::inRange<SpanSeconds>(1, std::min(longest, 2 * kDay))},
       {3, rc::gen::inRange<SpanSeconds>(1, longest)}});
}

// Numbers in [low, high], in thousandths.
rc::Gen<double> Within(double low, double high) {
  return rc::gen::map(rc::gen::inRange(0, 1001),
                      [=](int part) { return low + (high - low) * part / 1000; });
}

}  // namespace

std::ostream& operator<<(std::ostream& out, Kind kind) {
  const absl::string_view name = KindName(kind);
  return out.write(name.data(), static_cast<std::streamsize>(name.size()));
}

std::ostream& operator<<(std::ostream& out, const Step& step) {
  out << "+" << step.after << "s " << step.kind;
  if (step.owner != kNobody) out << " owner " << step.owner;
  if (step.thread != 0) out << " thread " << step.thread;
  return out << "\n";
}

std::ostream& operator<<(std::ostream& out, const ScoringModel& model) {
  return out << "model " << model.version << ": b " << model.intercept << ", no history "
             << model.no_history << ", unanswered " << model.unanswered << "\n";
}

std::vector<Act> Acts(const Story& story) {
  std::vector<Act> acts;
  Instant at = kDayZero;
  for (const Step& step : story) {
    at = at + step.after;
    acts.push_back(MakeAct(step.kind, at, step.owner, step.thread));
    acts.back().hash = acts.size();
    if (step.kind == Kind::kPromise) acts.back().promise.id = absl::StrCat("promise ", acts.size());
  }
  return acts;
}

rc::Gen<Story> AnyStory(StoryShape shape) {
  return rc::gen::container<Story>(rc::gen::build<Step>(
      rc::gen::set(&Step::kind, AnyKind(shape.refusals)),
      rc::gen::set(&Step::after, AnyGap(shape.longest_gap)),
      rc::gen::set(&Step::owner,
                   rc::gen::inRange<OwnerIndex>(0, static_cast<OwnerIndex>(shape.owners) + 1)),
      rc::gen::set(&Step::thread, rc::gen::inRange<uint32_t>(0, shape.threads ? 3 : 1))));
}

rc::Gen<ScoringModel> AnyModel() {
  return rc::gen::exec([] {
    ScoringModel model = ShippedModel();
    model.version = "random";
    const auto half_life = [] {
      return 1.0 / static_cast<double>(*rc::gen::inRange(3600, 31536000));
    };
    for (int c = 1; c < kClasses; ++c) {
      model.per_second[c] = half_life();
      if (c <= kLastSignalClass) model.weight[c] = *Within(0, 3);
    }
    model.tie_message_per_second = half_life();
    model.tie_message_weight = *Within(0, 3);
    model.intercept = *Within(-4, 2);
    model.tie_answer_rate = *Within(0, 3);
    model.person_answer_rate = *Within(0, 3);
    model.rate_prior = *Within(0, 1);
    model.tie_reciprocity = *Within(0, 3);
    model.no_history = *Within(0, 2);
    model.unanswered = *Within(-1, 0);
    model.unanswered_cap = *rc::gen::inRange(0, 9);
    model.recipients = *Within(-2, 0);
    return model;
  });
}

rc::Gen<ScoringModel> ShippedOrAnyModel() {
  return rc::gen::oneOf(rc::gen::just(ShippedModel()), AnyModel());
}

rc::Gen<std::vector<Act>> Shuffled(std::vector<Act> acts) {
  return rc::gen::exec([acts = std::move(acts)] {
    std::vector<Act> shuffled = acts;
    for (size_t i = acts.size(); i > 1; --i)
      std::swap(shuffled[i - 1], shuffled[*rc::gen::inRange<size_t>(0, i)]);
    return shuffled;
  });
}

}  // namespace tend::model
