#include "common/kafka/admin.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/kafka/errors.h"
#include "common/kafka/fetched.h"

namespace tend::kafka {
namespace {

// How often a new topic is looked for. The brokers learn of it within some milliseconds.
constexpr absl::Duration kTopicRetry = absl::Milliseconds(5);

// What was altered is told some milliseconds later, and who alters again merges with what is told:
// it is waited for, at most so long.
constexpr absl::Duration kToldWithin = absl::Seconds(2);

// Which error an answer holds for the resource that was asked about, if any.
absl::Status ErrorOf(const rd_kafka_ConfigResource_t** resources, size_t count,
                     const std::string& doing) {
  if (count != 1) return absl::InternalError(absl::StrCat(doing, ": no answer"));
  return ToStatus(rd_kafka_ConfigResource_error(resources[0]), doing);
}

class Question {
 public:
  Question(Client& client, rd_kafka_admin_op_t operation)
      : client_(client),
        queue_(rd_kafka_queue_new(client.rk())),
        options_(rd_kafka_AdminOptions_new(client.rk(), operation)) {
    char reason[256];
    rd_kafka_AdminOptions_set_request_timeout(options_.get(), client.call_timeout_ms(), reason,
                                              sizeof(reason));
  }

  const rd_kafka_AdminOptions_t* options() const { return options_.get(); }
  rd_kafka_queue_t* queue() { return queue_.get(); }

  // Waits for the answer; every question gets one. Errors: those of the question as a whole.
  absl::StatusOr<EventHandle> Answer(const std::string& doing) {
    EventHandle event(rd_kafka_queue_poll(queue_.get(), client_.call_timeout_ms() + 1'000));
    if (event == nullptr) return absl::UnavailableError(absl::StrCat(doing, ": no answer in time"));
    TEND_RETURN_IF_ERROR(client_.Explain(ToStatus(rd_kafka_event_error(event.get()), doing)));
    return event;
  }

 private:
  Client& client_;
  QueueHandle queue_;
  AdminOptionsHandle options_;
};

}  // namespace

absl::Status Admin::CreateTopic(const TopicSpec& spec) {
  const std::string doing = absl::StrCat("creating topic ", spec.name);
  char reason[512] = "";
  const NewTopicHandle topic(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions,
                                                   spec.replication, reason, sizeof(reason)));
  if (topic == nullptr) return absl::InvalidArgumentError(absl::StrCat(doing, ": ", reason));
  for (const auto& [key, value] : spec.settings) {
    TEND_RETURN_IF_ERROR(
        ToStatus(rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str()), doing));
  }
  Question question(client_, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_NewTopic_t* topics[] = {topic.get()};
  rd_kafka_CreateTopics(client_.rk(), topics, 1, question.options(), question.queue());
  TEND_ASSIGN_OR_RETURN(const EventHandle answer, question.Answer(doing));
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count);
  if (count != 1) return absl::InternalError(absl::StrCat(doing, ": no answer"));
  TEND_RETURN_IF_ERROR(ToStatus(rd_kafka_topic_result_error(results[0]), doing));

  const absl::Duration deadline = Elapsed() + client_.call_timeout();
  while (true) {
    absl::Status known = client_.FindTopic(spec.name).status();
    if (!absl::IsNotFound(known) && !absl::IsUnavailable(known)) return known;
    if (Elapsed() > deadline) return absl::UnavailableError(known.message());
    absl::SleepFor(kTopicRetry);
  }
}

absl::StatusOr<TopicDescription> Admin::DescribeTopic(absl::string_view name) {
  TEND_ASSIGN_OR_RETURN(const Topic* topic, client_.FindTopic(name));
  TopicDescription description;
  TEND_ASSIGN_OR_RETURN(description.partitions, client_.PartitionCount(*topic));
  TEND_ASSIGN_OR_RETURN(description.settings, DescribeSettings(topic->name));
  return description;
}

absl::StatusOr<TopicSettings> Admin::DescribeSettings(const std::string& name) {
  const std::string doing = absl::StrCat("describing topic ", name);
  const ConfigResourceHandle topic(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  Question question(client_, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  rd_kafka_ConfigResource_t* topics[] = {topic.get()};
  rd_kafka_DescribeConfigs(client_.rk(), topics, 1, question.options(), question.queue());
  TEND_ASSIGN_OR_RETURN(const EventHandle answer, question.Answer(doing));
  size_t count = 0;
  const rd_kafka_ConfigResource_t** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
  TEND_RETURN_IF_ERROR(ErrorOf(resources, count, doing));
  TopicSettings settings;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (size_t i = 0; i < count; ++i) {
    if (rd_kafka_ConfigEntry_source(entries[i]) != RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG) {
      continue;
    }
    settings[rd_kafka_ConfigEntry_name(entries[i])] = rd_kafka_ConfigEntry_value(entries[i]);
  }
  return settings;
}

absl::Status Admin::AlterTopic(absl::string_view name,
                               const std::map<std::string, std::optional<std::string>>& changes) {
  TEND_ASSIGN_OR_RETURN(const Topic* topic, client_.FindTopic(name));
  TEND_ASSIGN_OR_RETURN(TopicSettings settings, DescribeSettings(topic->name));
  for (const auto& [key, value] : changes) {
    if (value.has_value()) {
      settings[key] = *value;
    } else {
      settings.erase(key);
    }
  }
  const std::string doing = absl::StrCat("altering topic ", name);
  const ConfigResourceHandle resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic->name.c_str()));
  for (const auto& [key, value] : settings) {
    TEND_RETURN_IF_ERROR(ToStatus(
        rd_kafka_ConfigResource_set_config(resource.get(), key.c_str(), value.c_str()), doing));
  }
  Question question(client_, RD_KAFKA_ADMIN_OP_ALTERCONFIGS);
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  rd_kafka_AlterConfigs(client_.rk(), resources, 1, question.options(), question.queue());
  TEND_ASSIGN_OR_RETURN(const EventHandle answer, question.Answer(doing));
  size_t count = 0;
  const rd_kafka_ConfigResource_t** results = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(answer.get()), &count);
  TEND_RETURN_IF_ERROR(ErrorOf(results, count, doing));
  const absl::Time end = absl::Now() + kToldWithin;
  while (absl::Now() < end) {
    const absl::StatusOr<TopicSettings> told = DescribeSettings(topic->name);
    if (told.ok() && *told == settings) break;
    absl::SleepFor(kTopicRetry);
  }
  return absl::OkStatus();
}

}  // namespace tend::kafka
