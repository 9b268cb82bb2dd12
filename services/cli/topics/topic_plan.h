// What must be done so that a cluster has the topics that are declared. Pure: what the cluster has
// is an argument.

#ifndef TEND_SERVICES_CLI_TOPICS_TOPIC_PLAN_H_
#define TEND_SERVICES_CLI_TOPICS_TOPIC_PLAN_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tend/v1/topic.pb.h"

namespace tend::cli {

using KafkaSettings = std::map<std::string, std::string>;

// A topic as a cluster has it.
struct ExistingTopic {
  int partitions = 0;
  KafkaSettings settings;  // those set on the topic itself
};

struct TopicStep {
  enum class Is {
    kFits,
    kCreate,
    kAlter,   // `settings` are other or missing
    kRefuse,  // another number of partitions: `because` says what to do
  };
  Is is = Is::kFits;
  std::string topic;
  int partitions = 0;      // of kCreate
  KafkaSettings settings;  // kCreate: all; kAlter: those to be set
  std::string because;     // of kAlter and kRefuse: what differs
};

// Errors: INVALID_ARGUMENT, naming the topic and what its declaration lacks.
absl::Status CheckDeclarations(const v1::TopicDeclarations& declarations);

// The settings that a declaration asks for, by Kafka's names.
KafkaSettings SettingsOf(const v1::TopicDeclaration& declaration);

// exists: nullopt where there is no such topic. REQUIRES: CheckDeclarations is OK.
TopicStep PlanTopic(const v1::TopicDeclarations& declarations,
                    const v1::TopicDeclaration& declaration,
                    const std::optional<ExistingTopic>& exists);

// A line on topics that are there already and so do not get the replication that was asked for;
// empty where none was (-1) or nothing is there.
std::string ReplicationNote(int replication, int existing);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TOPICS_TOPIC_PLAN_H_
