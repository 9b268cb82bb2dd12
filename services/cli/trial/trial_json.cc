#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include "services/cli/trial/trial_print.h"

namespace tend::cli {
namespace {

using google::protobuf::Struct;

void Put(Struct& object, const std::string& name, double number) {
  (*object.mutable_fields())[name].set_number_value(number);
}
void Put(Struct& object, const std::string& name, const std::string& text) {
  (*object.mutable_fields())[name].set_string_value(text);
}

Struct& Sub(Struct& object, const std::string& name) {
  return *(*object.mutable_fields())[name].mutable_struct_value();
}

Struct InputOf(const TrialResult& r) {
  Struct in;
  Put(in, "interactions", static_cast<double>(r.interactions));
  Put(in, "repeats", static_cast<double>(r.enrichment.repeats));
  Put(in, "among_ourselves", static_cast<double>(r.enrichment.between_us));
  Put(in, "among_outsiders", static_cast<double>(r.enrichment.between_outsiders));
  Put(in, "person_events", static_cast<double>(r.enrichment.person_events));
  Struct& rejects = Sub(in, "rejects");
  for (const auto& [reason, count] : r.rejects)
    Put(rejects, v1::RejectReason_Name(reason), static_cast<double>(count));
  return in;
}

Struct NudgeOf(const TrialResult& r, const v1::Nudge& nudge) {
  const v1::MomentOpened& moment = nudge.moment();
  const auto time = [](const google::protobuf::Timestamp& t) {
    return google::protobuf::util::TimeUtil::ToString(t);
  };
  Struct out;
  Put(out, "nudge_id", nudge.nudge_id());
  Put(out, "owner_id", nudge.owner_id());
  Put(out, "person_id", moment.person_id());
  const auto name = r.person_names.find(moment.person_id());
  if (name != r.person_names.end()) Put(out, "person", name->second);
  Put(out, "kind", v1::MomentKind_Name(moment.kind()));
  Put(out, "state", v1::NudgeState_Name(nudge.state()));
  Put(out, "cause_hash", std::to_string(moment.cause_hash()));
  Put(out, "readiness", moment.readiness());
  Put(out, "create_time", time(nudge.create_time()));
  Put(out, "deliver_not_before_time", time(nudge.deliver_not_before_time()));
  auto* evidence = (*out.mutable_fields())["evidence"].mutable_list_value();
  for (const v1::Evidence& row : moment.evidence()) {
    Struct& item = *evidence->add_values()->mutable_struct_value();
    Put(item, "signal_class", v1::SignalClass_Name(row.signal_class()));
    Put(item, "contribution", row.contribution());
    if (row.has_occur_time()) Put(item, "occur_time", time(row.occur_time()));
  }
  return out;
}

}  // namespace

std::string PrintTrialJson(const TrialResult& r, bool made_up) {
  Struct root;
  (*root.mutable_fields())["made_up_data"].set_bool_value(made_up);
  Sub(root, "input") = InputOf(r);
  Struct& stages = Sub(root, "stages");
  for (int stage = 1; stage < v1::Stage_ARRAYSIZE; ++stage) {
    Put(stages, v1::Stage_Name(static_cast<v1::Stage>(stage)),
        static_cast<double>(r.stages[stage]));
  }
  Put(root, "people", static_cast<double>(r.people));
  Put(root, "accounts", static_cast<double>(r.accounts));
  auto* nudges = (*root.mutable_fields())["nudges"].mutable_list_value();
  for (const v1::Nudge& nudge : r.nudges)
    *nudges->add_values()->mutable_struct_value() = NudgeOf(r, nudge);
  Put(root, "left_alone", static_cast<double>(r.left_alone.size()));
  Struct& list = Sub(root, "list");
  Put(list, "rows", static_cast<double>(r.list_rows));
  Put(list, "known", static_cast<double>(r.list_known));
  Put(list, "seed", static_cast<double>(r.list_seed));
  Put(list, "leave_alone", static_cast<double>(r.list_leave_alone));
  Put(root, "wall_seconds", absl::ToDoubleSeconds(r.wall));
  Put(root, "peak_memory_bytes", static_cast<double>(r.peak_memory_bytes));
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  const auto status = google::protobuf::util::MessageToJsonString(root, &json, options);
  return status.ok() ? json : std::string();
}

}  // namespace tend::cli
