#include "common/kafka/kafka_consumer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/kafka/errors.h"

namespace tend::kafka {
namespace {

// A wait is cut into these, so that a wake-up which got lost would cost this much and no more.
constexpr absl::Duration kLongestWait = absl::Milliseconds(100);
// While a seek waits for the client to have started on the partition.
constexpr absl::Duration kSeekRetry = absl::Milliseconds(5);
constexpr int kSeekTimeoutMs = 1'000;
// An undecided transaction keeps the offsets back; the caller's thread has other things to do.
constexpr int kCommittedTimeoutMs = 500;

PlacesHandle MakePlaces(size_t size) {
  return PlacesHandle(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaConsumer>> KafkaConsumer::Make(
    const KafkaOptions& options, const stream::GroupMembership& membership) {
  TEND_ASSIGN_OR_RETURN(ConfHandle conf, GroupConsumerConf(options, membership));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<Client> client,
                        Client::Make(RD_KAFKA_CONSUMER, std::move(conf), options.call_timeout));
  const PlacesHandle topics = MakePlaces(membership.topics.size());
  for (const std::string& topic : membership.topics) {
    TEND_RETURN_IF_ERROR(client->FindTopic(topic).status());
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  rd_kafka_t* const rk = client->rk();
  client->JoinEventsToGroup();
  std::unique_ptr<KafkaConsumer> consumer(new KafkaConsumer(std::move(client), membership));
  TEND_RETURN_IF_ERROR(
      ToStatus(rd_kafka_subscribe(rk, topics.get()), absl::StrCat(consumer->name_, " joining")));
  return consumer;
}

KafkaConsumer::KafkaConsumer(std::unique_ptr<Client> client,
                             const stream::GroupMembership& membership)
    : client_(std::move(client)),
      name_(absl::StrCat("member ", membership.member, " of group ", membership.group)),
      events_(rd_kafka_queue_get_consumer(client_->rk())),
      records_(rd_kafka_queue_new(client_->rk())),
      fetched_(records_.get()) {
  wakeup_.Watch(events_.get());
  wakeup_.Watch(records_.get());
}

KafkaConsumer::~KafkaConsumer() {
  Wakeup::Unwatch(events_.get());
  Wakeup::Unwatch(records_.get());
  // The library holds on to a queue that something is forwarded to.
  for (const Assigned& assigned : assigned_) rd_kafka_queue_forward(assigned.queue.get(), nullptr);
}

absl::Status KafkaConsumer::Poll(const stream::PollLimits& limits, stream::Polled& polled) {
  polled.Clear();
  fetched_.Release();
  if (hand_over_) TEND_RETURN_IF_ERROR(Unassign());
  const absl::Duration deadline = Elapsed() + limits.wait;
  while (true) {
    TEND_RETURN_IF_ERROR(TakeEvents(polled));
    if (!polled.assigned.empty() || !polled.revoked.empty()) return absl::OkStatus();
    if (must_seek_) TEND_RETURN_IF_ERROR(ApplySeeks());
    TEND_ASSIGN_OR_RETURN(const bool news, TakeRecords(limits, polled));
    const absl::Duration left = deadline - Elapsed();
    if (news || left <= absl::ZeroDuration()) return absl::OkStatus();
    wakeup_.Wait(std::min(left, must_seek_ && started_ ? kSeekRetry : kLongestWait));
  }
}

absl::Status KafkaConsumer::TakeEvents(stream::Polled& polled) {
  while (polled.assigned.empty() && polled.revoked.empty()) {
    const EventHandle event(rd_kafka_queue_poll(events_.get(), /*timeout_ms=*/0));
    if (event == nullptr) return absl::OkStatus();
    switch (rd_kafka_event_type(event.get())) {
      case RD_KAFKA_EVENT_REBALANCE:
        TEND_RETURN_IF_ERROR(TakeRebalance(event.get(), polled));
        break;
      case RD_KAFKA_EVENT_ERROR:
        TEND_RETURN_IF_ERROR(Annotate(client_->TakeError(event.get()), name_.c_str()));
        break;
      case RD_KAFKA_EVENT_FETCH:
        // A partition's queue is not forwarded to ours: to go on would be to lose these.
        return absl::FailedPreconditionError(absl::StrCat(name_, " was given records unasked"));
      default:
        break;
    }
  }
  return absl::OkStatus();
}

absl::Status KafkaConsumer::TakeRebalance(rd_kafka_event_t* event, stream::Polled& polled) {
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    return Assign(*rd_kafka_event_topic_partition_list(event), polled);
  }
  for (const Assigned& assigned : assigned_) {
    polled.revoked.push_back({assigned.topic->name, assigned.partition});
  }
  polled.lost = rd_kafka_assignment_lost(client_->rk()) != 0 && !polled.revoked.empty();
  // Handing over nothing, or what is gone already, need not wait for anybody.
  if (polled.lost || polled.revoked.empty()) return Unassign();
  hand_over_ = true;
  return absl::OkStatus();
}

absl::Status KafkaConsumer::Assign(const rd_kafka_topic_partition_list_t& places,
                                   stream::Polled& polled) {
  for (int i = 0; i < places.cnt; ++i) {
    const rd_kafka_topic_partition_t& place = places.elems[i];
    Assigned assigned;
    TEND_ASSIGN_OR_RETURN(assigned.topic, client_->FindTopic(place.topic));
    assigned.partition = place.partition;
    assigned.queue.reset(rd_kafka_queue_get_partition(client_->rk(), place.topic, place.partition));
    rd_kafka_queue_forward(assigned.queue.get(), records_.get());
    polled.assigned.push_back({assigned.topic->name, assigned.partition});
    assigned_.push_back(std::move(assigned));
  }
  // None yet, which the group takes for an answer.
  TEND_RETURN_IF_ERROR(ToStatus(rd_kafka_assign(client_->rk(), MakePlaces(0).get()),
                                absl::StrCat(name_, " taking its partitions")));
  membership_.reset(rd_kafka_consumer_group_metadata(client_->rk()));
  return absl::OkStatus();
}

absl::Status KafkaConsumer::Unassign() {
  hand_over_ = must_seek_ = started_ = false;
  membership_ = nullptr;
  fetched_.Drop([](const rd_kafka_message_t&) { return true; });
  for (const Assigned& assigned : assigned_) rd_kafka_queue_forward(assigned.queue.get(), nullptr);
  assigned_.clear();
  last_found_ = 0;
  return ToStatus(rd_kafka_assign(client_->rk(), nullptr),
                  absl::StrCat(name_, " handing its partitions over"));
}

absl::Status KafkaConsumer::Seek(const stream::NextOffset& next) {
  auto* assigned = const_cast<Assigned*>(FindAssigned(next.topic, next.partition));
  if (assigned == nullptr) {
    return absl::NotFoundError(
        absl::StrCat(next.topic, "/", next.partition, " is not assigned to ", name_));
  }
  fetched_.Drop([assigned](const rd_kafka_message_t& message) {
    return message.partition == assigned->partition &&
           assigned->topic->name == rd_kafka_topic_name(message.rkt);
  });
  assigned->next = next.offset;
  assigned->caught_up = false;
  assigned->must_seek = must_seek_ = true;
  return absl::OkStatus();
}

// All at once, and once: to give the client the set again would stop and start those that run, and
// a stop, which comes some time later, takes the forwarding of a partition's queue away for good
// (the rest of its records would wait in it for ever). From an offset that is known: a seek behind
// a start at a logical one can lose to its look-up.
absl::Status KafkaConsumer::Start() {
  const PlacesHandle starts = MakePlaces(assigned_.size());
  for (Assigned& assigned : assigned_) {
    assigned.must_seek = assigned.caught_up = false;
    rd_kafka_topic_partition_list_add(starts.get(), assigned.topic->name.c_str(),
                                      assigned.partition)
        ->offset = assigned.next.value();
  }
  started_ = true;
  must_seek_ = false;
  return ToStatus(rd_kafka_assign(client_->rk(), starts.get()),
                  absl::StrCat(name_, " starting on its partitions"));
}

absl::Status KafkaConsumer::ApplySeeks() {
  const auto sought = [](const Assigned& assigned) { return assigned.must_seek; };
  if (!started_) {
    return std::all_of(assigned_.begin(), assigned_.end(), sought) ? Start() : absl::OkStatus();
  }
  const PlacesHandle places = MakePlaces(assigned_.size());
  std::vector<Assigned*> seeking;
  for (Assigned& assigned : assigned_) {
    if (!assigned.must_seek) continue;
    seeking.push_back(&assigned);
    rd_kafka_topic_partition_list_add(places.get(), assigned.topic->name.c_str(),
                                      assigned.partition)
        ->offset = assigned.next.value();
  }
  const ErrorHandle error(rd_kafka_seek_partitions(client_->rk(), places.get(), kSeekTimeoutMs));
  const absl::Status done = ToStatus(error, name_, absl::StatusCode::kUnavailable);
  if (!done.ok() && !absl::IsUnavailable(done)) return client_->Fatal();
  must_seek_ = false;
  for (size_t i = 0; i < seeking.size(); ++i) {
    // An error: the client has not started on the partition yet. The next poll tries again.
    if (!done.ok() || places->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      must_seek_ = true;
      continue;
    }
    seeking[i]->must_seek = false;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> KafkaConsumer::TakeRecords(const stream::PollLimits& limits,
                                                stream::Polled& polled) {
  bool news = false;
  int64_t bytes = 0;
  for (; const rd_kafka_message_t* message = fetched_.Peek(); fetched_.Pop()) {
    Assigned* assigned = FindAssigned(*message);
    if (assigned == nullptr || !Reads(*assigned)) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      assigned->next = std::max(assigned->next, stream::Offset(message->offset));
      assigned->caught_up = news = true;
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const absl::Status problem = TakeProblem(*message);
      if (problem.ok()) continue;
      fetched_.Pop();
      return problem;
    }
    if (stream::Offset(message->offset) < assigned->next) continue;  // fetched twice around a start
    const auto size = static_cast<int64_t>(message->len + message->key_len);
    if (static_cast<int>(polled.records.size()) >= limits.records ||
        (!polled.records.empty() && bytes + size > limits.bytes)) {
      break;
    }
    bytes += size;
    assigned->next = Next(stream::Offset(message->offset));
    assigned->caught_up = false;
    polled.records.push_back(ToRecord(assigned->topic->name, *message));
    news = true;
  }
  return news;
}

absl::Status KafkaConsumer::TakeProblem(const rd_kafka_message_t& message) const {
  const absl::Status problem =
      ToStatus(message.err, absl::StrCat(name_, " reading ", rd_kafka_topic_name(message.rkt), "/",
                                         message.partition, "@", message.offset));
  // The client goes on by itself where the world is bad; a position that is gone is for us to tell.
  return absl::IsUnavailable(problem) ? absl::OkStatus() : problem;
}

KafkaConsumer::Assigned* KafkaConsumer::FindAssigned(const rd_kafka_message_t& message) {
  const auto is_of = [&message](const Assigned& assigned) {
    return assigned.partition == message.partition &&
           assigned.topic->name == rd_kafka_topic_name(message.rkt);
  };
  if (last_found_ < assigned_.size() && is_of(assigned_[last_found_])) {
    return &assigned_[last_found_];
  }
  for (last_found_ = 0; last_found_ < assigned_.size(); ++last_found_) {
    if (is_of(assigned_[last_found_])) return &assigned_[last_found_];
  }
  return nullptr;
}

const KafkaConsumer::Assigned* KafkaConsumer::FindAssigned(absl::string_view topic,
                                                           int partition) const {
  for (const Assigned& assigned : assigned_) {
    if (assigned.partition == partition && assigned.topic->name == topic) return &assigned;
  }
  return nullptr;
}

absl::StatusOr<std::optional<stream::Offset>> KafkaConsumer::Committed(
    const stream::TopicPartition& partition) {
  const PlacesHandle places = MakePlaces(1);
  const rd_kafka_topic_partition_t* place =
      rd_kafka_topic_partition_list_add(places.get(), partition.topic.c_str(), partition.partition);
  rd_kafka_resp_err_t error = rd_kafka_committed(client_->rk(), places.get(), kCommittedTimeoutMs);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = place->err;
  TEND_RETURN_IF_ERROR(
      client_->Explain(ToStatus(error, absl::StrCat(name_, " asking for its offset in ",
                                                    partition.topic, "/", partition.partition))));
  if (place->offset < 0) return std::nullopt;
  return stream::Offset(place->offset);
}

absl::Status KafkaConsumer::Commit(absl::Span<const stream::NextOffset> offsets) {
  if (membership_ == nullptr) {
    return absl::AbortedError(absl::StrCat(name_, " holds no partitions"));
  }
  const PlacesHandle places = MakePlaces(offsets.size());
  for (const stream::NextOffset& next : offsets) {
    const std::string topic(next.topic);
    rd_kafka_topic_partition_list_add(places.get(), topic.c_str(), next.partition)->offset =
        next.offset.value();
  }
  return ToStatus(rd_kafka_commit(client_->rk(), places.get(), /*async=*/0),
                  absl::StrCat(name_, " committing its offsets"));
}

std::optional<stream::Offset> KafkaConsumer::Position(absl::string_view topic,
                                                      int partition) const {
  const Assigned* assigned = FindAssigned(topic, partition);
  if (assigned == nullptr || !Reads(*assigned)) return std::nullopt;
  return assigned->next;
}

bool KafkaConsumer::CaughtUp(absl::string_view topic, int partition) const {
  const Assigned* assigned = FindAssigned(topic, partition);
  return assigned != nullptr && Reads(*assigned) && assigned->caught_up;
}

}  // namespace tend::kafka
