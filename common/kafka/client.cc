#include "common/kafka/client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/errors.h"

namespace tend::kafka {

absl::StatusOr<std::unique_ptr<Client>> Client::Make(rd_kafka_type_t type, ConfHandle conf,
                                                     absl::Duration call_timeout) {
  auto errors = std::make_unique<Errors>();
  rd_kafka_conf_set_opaque(conf.get(), errors.get());
  rd_kafka_conf_set_error_cb(conf.get(), &Errors::OnError);
  char reason[512];
  ClientHandle rk(rd_kafka_new(type, conf.get(), reason, sizeof(reason)));
  if (rk == nullptr) {
    const absl::string_view why = reason;
    if (rd_kafka_last_error() == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE) {
      return absl::ResourceExhaustedError(absl::StrCat("making a kafka client: ", why));
    }
    return absl::InvalidArgumentError(absl::StrCat("making a kafka client: ", why));
  }
  static_cast<void>(conf.release());  // the client's now
  return std::unique_ptr<Client>(new Client(std::move(errors), std::move(rk), call_timeout));
}

Client::Client(std::unique_ptr<Errors> errors, ClientHandle rk, absl::Duration call_timeout)
    : errors_(std::move(errors)),
      rk_(std::move(rk)),
      events_(rd_kafka_queue_get_main(rk_.get())),
      call_timeout_(call_timeout) {}

Client::~Client() = default;

void Client::JoinEventsToGroup() {
  events_ = nullptr;
  rd_kafka_poll_set_consumer(rk_.get());
}

absl::StatusOr<Topic*> Client::FindTopic(absl::string_view name) {
  for (const std::unique_ptr<Topic>& known : topics_) {
    if (known->name == name) return known.get();
  }
  auto topic = std::make_unique<Topic>();
  topic->name.assign(name.data(), name.size());
  topic->handle.reset(rd_kafka_topic_new(rk_.get(), topic->name.c_str(), nullptr));
  if (topic->handle == nullptr) {
    return ToStatus(rd_kafka_last_error(), absl::StrCat("topic ", name));
  }
  TEND_ASSIGN_OR_RETURN(topic->partitions, PartitionCount(*topic));
  return topics_.emplace_back(std::move(topic)).get();
}

absl::StatusOr<int> Client::PartitionCount(const Topic& topic) {
  const rd_kafka_metadata_t* raw = nullptr;
  const std::string doing = absl::StrCat("looking up topic ", topic.name);
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(rk_.get(), /*all_topics=*/0, topic.handle.get(), &raw, call_timeout_ms());
  const MetadataHandle metadata(raw);
  TEND_RETURN_IF_ERROR(Explain(ToStatus(error, doing)));
  if (metadata->topic_cnt != 1) return absl::InternalError(absl::StrCat(doing, ": no answer"));
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  TEND_RETURN_IF_ERROR(ToStatus(found.err, doing));
  for (int i = 0; i < found.partition_cnt; ++i) {
    if (found.partitions[i].leader >= 0) continue;
    return absl::UnavailableError(
        absl::StrCat(doing, ": partition ", found.partitions[i].id, " has no leader"));
  }
  return found.partition_cnt;
}

void Client::Errors::Add(rd_kafka_resp_err_t error, const char* text) {
  ++count;
  all_down = all_down || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  // That all brokers are down follows what happened to each, and says less.
  if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || last.empty()) last = text;
}

void Client::Errors::OnError(rd_kafka_t*, int error, const char* text, void* errors) noexcept {
  static_cast<Errors*>(errors)->Add(static_cast<rd_kafka_resp_err_t>(error), text);
}

absl::Status Client::TakeErrors() {
  while (events_ != nullptr) {
    const EventHandle event(rd_kafka_queue_poll(events_.get(), /*timeout_ms=*/0));
    if (event == nullptr) break;
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
    TEND_RETURN_IF_ERROR(TakeError(event.get()));
  }
  return absl::OkStatus();
}

absl::Status Client::TakeError(rd_kafka_event_t* event) {
  errors_->Add(rd_kafka_event_error(event), rd_kafka_event_error_string(event));
  if (rd_kafka_event_error_is_fatal(event) != 0) return Fatal();
  return absl::OkStatus();
}

absl::Status Client::Fatal() {
  char reason[512];
  const rd_kafka_resp_err_t error = rd_kafka_fatal_error(rk_.get(), reason, sizeof(reason));
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the kafka client is broken for good: ", reason,
                                                    " (", rd_kafka_err2name(error), ")"));
}

absl::Status Client::Heard() {
  if (!std::exchange(errors_->all_down, false)) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("no broker is left; last heard: ", errors_->last));
}

absl::Status Client::Explain(const absl::Status& status) {
  if (!absl::IsUnavailable(status)) return status;
  TEND_RETURN_IF_ERROR(TakeErrors());
  if (errors_->last.empty()) return status;
  return absl::UnavailableError(absl::StrCat(status.message(), "; last heard: ", errors_->last));
}

}  // namespace tend::kafka
