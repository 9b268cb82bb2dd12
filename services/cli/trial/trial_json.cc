#include <google/protobuf/util/time_util.h>

#include <string>
#include <vector>

#include "services/cli/json.h"
#include "services/cli/trial/trial_print.h"

namespace tend::cli {
namespace {

Json InputOf(const TrialResult& r) {
  const enrichment::EnrichmentCounts& e = r.enrichment;
  Json pairs;
  pairs.Put("between_us_and_them", e.pairs_us_and_them);
  pairs.Put("among_ourselves", e.pairs_between_us);
  pairs.Put("among_outsiders", e.pairs_between_outsiders);
  Json rejects;
  for (const auto& [reason, count] : r.rejects) rejects.Put(v1::RejectReason_Name(reason), count);
  Json in;
  in.Put("interactions", r.interactions);
  in.Put("between_us_and_them", e.with_events);
  in.Put("among_ourselves", e.between_us);
  in.Put("among_outsiders", e.between_outsiders);
  in.Put("repeats", e.repeats);
  in.Put("person_events", e.person_events);
  in.Put("sender_recipient_pairs", pairs);
  in.Put("rejects", rejects);
  return in;
}

Json NudgeOf(const TrialResult& r, const v1::Nudge& nudge) {
  const v1::MomentOpened& moment = nudge.moment();
  const auto time = [](const google::protobuf::Timestamp& t) {
    return google::protobuf::util::TimeUtil::ToString(t);
  };
  std::vector<Json> evidence;
  for (const v1::Evidence& row : moment.evidence()) {
    Json& item = evidence.emplace_back();
    item.Put("signal_class", v1::SignalClass_Name(row.signal_class()));
    item.Put("contribution", row.contribution());
    if (row.has_occur_time()) item.Put("occur_time", time(row.occur_time()));
  }
  Json out;
  out.Put("nudge_id", nudge.nudge_id());
  out.Put("owner_id", nudge.owner_id());
  out.Put("person_id", moment.person_id());
  const auto name = r.person_names.find(moment.person_id());
  if (name != r.person_names.end()) out.Put("person", name->second);
  out.Put("kind", v1::MomentKind_Name(moment.kind()));
  out.Put("state", v1::NudgeState_Name(nudge.state()));
  out.Put("cause_hash", std::to_string(moment.cause_hash()));
  out.Put("readiness", moment.readiness());
  out.Put("create_time", time(nudge.create_time()));
  out.Put("deliver_not_before_time", time(nudge.deliver_not_before_time()));
  out.Put("evidence", evidence);
  return out;
}

Json ListOf(const TrialResult& r) {
  Json list;
  list.Put("rows", r.list_rows);
  const auto count = [&](v1::ListOutcome outcome) {
    const auto found = r.list_outcomes.find(outcome);
    return found == r.list_outcomes.end() ? 0 : found->second;
  };
  list.Put("known", count(v1::LIST_OUTCOME_KNOWN));
  list.Put("social_handle", count(v1::LIST_OUTCOME_SOCIAL_HANDLE));
  list.Put("seed", count(v1::LIST_OUTCOME_SEED));
  list.Put("leave_alone", count(v1::LIST_OUTCOME_LEAVE_ALONE));
  return list;
}

}  // namespace

std::string PrintTrialJson(const TrialResult& r, bool made_up) {
  Json stages;
  for (int stage = 1; stage < v1::Stage_ARRAYSIZE; ++stage) {
    stages.Put(v1::Stage_Name(static_cast<v1::Stage>(stage)), r.stages[stage]);
  }
  std::vector<Json> nudges;
  for (const TrialNudge& nudge : r.nudges) nudges.push_back(NudgeOf(r, nudge.Decoded()));
  Json root;
  root.Put("made_up_data", made_up);
  root.Put("input", InputOf(r));
  root.Put("people", r.people);
  root.Put("accounts", r.accounts);
  root.Put("stages", stages);
  root.Put("left_alone", static_cast<int64_t>(r.left_alone.size()));
  root.Put("list", ListOf(r));
  root.Put("nudges", nudges);
  root.Put("wall_seconds", absl::ToDoubleSeconds(r.wall));
  root.Put("peak_memory_bytes", r.peak_memory_bytes);
  return root.Text(1) + "\n";
}

}  // namespace tend::cli
