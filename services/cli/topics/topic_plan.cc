#include "services/cli/topics/topic_plan.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tend::cli {
namespace {

// Kafka deletes and compacts whole segments that are not written to any more: at the latest this
// long after its time a record is gone.
constexpr int64_t kSegmentMs = 24 * 60 * 60 * 1000;

int PartitionsOf(const v1::TopicDeclarations& all, const v1::TopicDeclaration& one) {
  return one.partitions() > 0 ? one.partitions() : all.partitions();
}

}  // namespace

absl::Status CheckDeclarations(const v1::TopicDeclarations& declarations) {
  if (declarations.topics().empty()) return absl::InvalidArgumentError("no topic is declared");
  std::set<std::string> names;
  for (const v1::TopicDeclaration& topic : declarations.topics()) {
    if (topic.name().empty()) return absl::InvalidArgumentError("a topic has no name");
    if (!names.insert(topic.name()).second) {
      return absl::InvalidArgumentError(absl::StrCat(topic.name(), " is declared twice"));
    }
    if (topic.cleanup() == v1::TOPIC_CLEANUP_UNSPECIFIED) {
      return absl::InvalidArgumentError(absl::StrCat(topic.name(), ": cleanup is not set"));
    }
    if (PartitionsOf(declarations, topic) <= 0) {
      return absl::InvalidArgumentError(absl::StrCat(topic.name(), ": partitions is not set"));
    }
  }
  return absl::OkStatus();
}

KafkaSettings SettingsOf(const v1::TopicDeclaration& declaration) {
  KafkaSettings settings(declaration.settings().begin(), declaration.settings().end());
  const bool compact = declaration.cleanup() == v1::TOPIC_CLEANUP_COMPACT;
  settings["cleanup.policy"] = compact ? "compact" : "delete";
  if (declaration.has_retention()) {
    const int64_t ms = declaration.retention().seconds() * 1000;
    settings[compact ? "max.compaction.lag.ms" : "retention.ms"] = absl::StrCat(ms);
    settings.try_emplace("segment.ms", absl::StrCat(std::min(ms, kSegmentMs)));
  }
  return settings;
}

TopicStep PlanTopic(const v1::TopicDeclarations& declarations,
                    const v1::TopicDeclaration& declaration,
                    const std::optional<ExistingTopic>& exists) {
  TopicStep step;
  step.topic = declaration.name();
  step.partitions = PartitionsOf(declarations, declaration);
  const KafkaSettings wanted = SettingsOf(declaration);
  if (!exists.has_value()) {
    step.is = TopicStep::Is::kCreate;
    step.settings = wanted;
    return step;
  }
  if (exists->partitions != step.partitions) {
    step.is = TopicStep::Is::kRefuse;
    step.because = absl::StrCat(
        "it has ", exists->partitions, " partitions and ", step.partitions, " are declared",
        declaration.keyed()
            ? ": keys would move to other partitions, away from their state. Declare the number "
              "it has, or make a new topic and replay into it"
            : ": change it with Kafka's own tools, then declare that number");
    return step;
  }
  std::vector<std::string> differences;
  for (const auto& [name, value] : wanted) {
    const auto found = exists->settings.find(name);
    if (found != exists->settings.end() && found->second == value) continue;
    step.settings[name] = value;
    differences.push_back(absl::StrCat(
        name, " ", found == exists->settings.end() ? "is not set" : "is " + found->second,
        ", declared ", value));
  }
  if (!differences.empty()) {
    step.is = TopicStep::Is::kAlter;
    step.because = absl::StrJoin(differences, "; ");
  }
  return step;
}

std::string ReplicationNote(int replication, int existing) {
  if (replication < 0 || existing == 0) return "";
  return absl::StrCat("--replication ", replication, " is for topics that are made: the ", existing,
                      " that were there keep theirs; kafka-reassign-partitions.sh changes it\n");
}

}  // namespace tend::cli
