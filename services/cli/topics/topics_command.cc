#include "services/cli/topics/topics_command.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/kafka_log.h"
#include "common/runtime/text_config.h"
#include "services/cli/json.h"
#include "services/cli/remote/connection.h"
#include "services/cli/remote/question.h"
#include "services/cli/topics/record_json.h"
#include "services/cli/topics/topic_plan.h"

namespace tend::cli {
namespace {

struct Arguments {
  std::string topic;
  std::string bootstrap, config_file;
  std::string file;
  int replication = -1;
  bool dry_run = false;
  bool json = false;
};

// The file asked for, else deploy/topics.textproto: here, or in a folder above the program's.
// Errors: NOT_FOUND.
absl::StatusOr<std::string> FindDeclarations(const std::string& asked) {
  if (!asked.empty()) return asked;
  constexpr char kPlace[] = "deploy/topics.textproto";
  std::error_code error;
  if (std::filesystem::exists(kPlace, error)) return kPlace;
  std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", error);
  while (folder.has_relative_path()) {
    folder = folder.parent_path();
    if (std::filesystem::exists(folder / kPlace, error)) return (folder / kPlace).string();
  }
  return absl::NotFoundError(absl::StrCat(
      "no ", kPlace, " is here or above the program: name the declarations with --file"));
}

absl::StatusOr<v1::TopicDeclarations> ReadDeclarations(const std::string& asked) {
  TEND_ASSIGN_OR_RETURN(const std::string path, FindDeclarations(asked));
  v1::TopicDeclarations declarations;
  TEND_RETURN_IF_ERROR(ReadTextConfig(path, &declarations));
  TEND_RETURN_IF_ERROR(Annotate(CheckDeclarations(declarations), path.c_str()));
  return declarations;
}

absl::StatusOr<std::unique_ptr<kafka::KafkaLog>> Connect(const Arguments& arguments) {
  kafka::KafkaOptions options;
  TEND_ASSIGN_OR_RETURN(options.bootstrap_servers,
                        ResolveBootstrap(arguments.bootstrap, arguments.config_file));
  options.client_id = "tend.topics";
  return kafka::KafkaLog::Make(options);
}

absl::StatusOr<std::optional<ExistingTopic>> Find(kafka::Admin& admin, const std::string& name) {
  const SlowAnswer slow;
  const absl::StatusOr<kafka::TopicDescription> found = admin.DescribeTopic(name);
  if (absl::IsNotFound(found.status())) return std::nullopt;
  if (!found.ok()) return found.status();
  return ExistingTopic{found->partitions, found->settings};
}

absl::Status Do(const TopicStep& step, int replication, kafka::Admin& admin) {
  if (step.is == TopicStep::Is::kCreate) {
    return admin.CreateTopic({step.topic, step.partitions, replication, step.settings});
  }
  if (step.is != TopicStep::Is::kAlter) return absl::OkStatus();
  std::map<std::string, std::optional<std::string>> changes;
  for (const auto& [name, value] : step.settings) changes[name] = value;
  return admin.AlterTopic(step.topic, changes);
}

std::string WordsOf(const TopicStep& step, bool dry_run) {
  switch (step.is) {
    case TopicStep::Is::kFits:
      return "as declared";
    case TopicStep::Is::kCreate:
      return absl::StrCat(dry_run ? "would be created, " : "created, ", step.partitions,
                          " partitions");
    case TopicStep::Is::kAlter:
      return absl::StrCat(dry_run ? "would be changed: " : "changed: ", step.because);
    case TopicStep::Is::kRefuse:
      return absl::StrCat("NOT changed: ", step.because);
  }
  return "";
}

// "fits", "create", "alter", "refuse".
std::string NameOf(TopicStep::Is is) {
  switch (is) {
    case TopicStep::Is::kFits:
      return "fits";
    case TopicStep::Is::kCreate:
      return "create";
    case TopicStep::Is::kAlter:
      return "alter";
    case TopicStep::Is::kRefuse:
      return "refuse";
  }
  return "";
}

Json JsonOf(const TopicStep& step) {
  Json json;
  json.Put("topic", step.topic);
  json.Put("step", NameOf(step.is));
  if (step.is == TopicStep::Is::kCreate) {
    json.Put("partitions", static_cast<int64_t>(step.partitions));
  }
  json.Put("because", step.because);
  return json;
}

// Returns whether all topics are as declared now. Errors: UNAVAILABLE, with what to look at.
absl::StatusOr<bool> Apply(const Arguments& arguments, std::ostream& out) {
  TEND_ASSIGN_OR_RETURN(const v1::TopicDeclarations declarations, ReadDeclarations(arguments.file));
  TEND_ASSIGN_OR_RETURN(const auto log, Connect(arguments));
  bool all = true;
  int existing = 0;
  std::vector<Json> steps;
  for (const v1::TopicDeclaration& topic : declarations.topics()) {
    TEND_ASSIGN_OR_RETURN(const std::optional<ExistingTopic> exists,
                          Find(log->admin(), topic.name()));
    if (exists.has_value()) ++existing;
    const TopicStep step = PlanTopic(declarations, topic, exists);
    if (!arguments.dry_run) {
      TEND_RETURN_IF_ERROR(
          Annotate(Do(step, arguments.replication, log->admin()), step.topic.c_str()));
    }
    if (arguments.json) {
      steps.push_back(JsonOf(step));
    } else {
      out << topic.name() << ": " << WordsOf(step, arguments.dry_run) << "\n";
    }
    all = all && step.is != TopicStep::Is::kRefuse;
  }
  if (arguments.json) {
    Json json;
    json.Put("applied", !arguments.dry_run);
    json.Put("topics", steps);
    out << json.Text(1) << "\n";
  }
  std::cerr << ReplicationNote(arguments.replication, existing);
  return all;
}

// Writes each record of one partition that is there now, a line each. Errors: UNAVAILABLE,
// DATA_LOSS.
absl::Status ReadPartition(stream::Log& log, const stream::TopicPartition& partition,
                           std::ostream& out) {
  TEND_ASSIGN_OR_RETURN(const stream::OffsetRange range,
                        log.Offsets(partition, stream::Isolation::kReadCommitted));
  TEND_ASSIGN_OR_RETURN(const auto reader,
                        log.Open(partition, range.start, stream::Isolation::kReadCommitted));
  stream::PollLimits limits;
  limits.wait = absl::Milliseconds(100);
  std::vector<stream::Record> records;
  while (reader->position() < range.end) {
    TEND_RETURN_IF_ERROR(reader->Poll(limits, records));
    for (const stream::Record& record : records) {
      if (IsHarnessRecord(record)) continue;
      TEND_ASSIGN_OR_RETURN(const std::string line, RecordJson(record));
      out << line << "\n";
    }
  }
  return absl::OkStatus();
}

absl::Status Read(const Arguments& arguments, std::ostream& out) {
  TEND_ASSIGN_OR_RETURN(const auto log, Connect(arguments));
  TEND_ASSIGN_OR_RETURN(const int partitions,
                        log->PartitionCount({arguments.topic.data(), arguments.topic.size()}));
  for (int partition = 0; partition < partitions; ++partition) {
    TEND_RETURN_IF_ERROR(ReadPartition(*log, {arguments.topic, partition}, out));
  }
  return absl::OkStatus();
}

void TellFailure(const absl::Status& status, ExitCode& exit_code) {
  std::cerr << "tend topics: " << status.message() << "\n";
  if (absl::IsUnavailable(status)) {
    std::cerr << "tend topics: is Kafka up there? --bootstrap names another place\n";
  }
  exit_code = EndBy(status);
}

void RunRead(const Arguments& arguments, ExitCode& exit_code) {
  const absl::Status status = Read(arguments, std::cout);
  if (status.ok()) return;
  TellFailure(status, exit_code);
  if (absl::IsNotFound(status)) {
    std::cerr
        << "tend topics: 'tend topics list' names the topics, 'tend topics apply' makes them\n";
  }
}

void RunApply(const Arguments& arguments, ExitCode& exit_code) {
  const absl::StatusOr<bool> all = Apply(arguments, std::cout);
  if (!all.ok()) return TellFailure(all.status(), exit_code);
  exit_code = *all ? ExitCode::kOk : ExitCode::kRejected;
}

}  // namespace

void AddTopicsCommand(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* topics =
      app.add_subcommand("topics", "Make Kafka's topics as declared, and look into them");
  topics->require_subcommand(1);
  topics->footer(
      "Examples:\n"
      "  tend topics list                    what differs from deploy/topics.textproto\n"
      "  tend topics apply                   create what is missing, change settings\n"
      "  tend topics apply --bootstrap kafka1:9092,kafka2:9092 --replication 3\n"
      "  tend topics read tend.nudges.v1     what is in a topic now, a line of JSON a record\n"
      "\n"
      "The number of partitions of a topic is never changed; exit code 2: one has another number.");
  CLI::App* apply = topics->add_subcommand("apply", "Create what is missing, change settings");
  CLI::App* list = topics->add_subcommand("list", "Only say what apply would do");
  CLI::App* read = topics->add_subcommand("read", "Print what is in a topic now, as JSON Lines");
  read->add_option("TOPIC", arguments->topic, "tend.nudges.v1, tend.rejects.v1, ...")->required();
  for (CLI::App* command : {apply, list, read}) {
    AddBootstrapOption(*command, arguments->bootstrap);
    AddConfigOption(*command, arguments->config_file);
    command->add_flag(
        "--json", arguments->json,
        command == read ? "Nothing else: it is JSON anyway" : "One JSON object instead of words");
  }
  for (CLI::App* command : {apply, list}) {
    command
        ->add_option("--file", arguments->file,
                     "The declarations; else deploy/topics.textproto, here or above the program")
        ->type_name("FILE");
    command
        ->add_option("--replication", arguments->replication,
                     "Of topics that are made; -1: the broker's default")
        ->capture_default_str();
  }
  read->callback([arguments, &exit_code] { RunRead(*arguments, exit_code); });
  apply->callback([arguments, &exit_code] { RunApply(*arguments, exit_code); });
  list->callback([arguments, &exit_code] {
    arguments->dry_run = true;
    RunApply(*arguments, exit_code);
  });
}

}  // namespace tend::cli
