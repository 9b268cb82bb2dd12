#include "common/kafka/kafka_producer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/kafka/errors.h"
#include "common/kafka/produce.h"

namespace tend::kafka {
namespace {

// Every record is reported at the latest after its delivery timeout; waits are cut into these.
constexpr int kReportWaitMs = 100;
// Where no broker is left, one that comes back so soon is waited for: a connection that broke is
// made anew in 50 ms.
constexpr absl::Duration kAloneFor = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaProducer>> KafkaProducer::Make(const KafkaOptions& options) {
  TEND_ASSIGN_OR_RETURN(ConfHandle conf, ProducerConf(options));
  TEND_ASSIGN_OR_RETURN(std::unique_ptr<Client> client,
                        Client::Make(RD_KAFKA_PRODUCER, std::move(conf), options.call_timeout));
  return std::unique_ptr<KafkaProducer>(new KafkaProducer(std::move(client)));
}

KafkaProducer::KafkaProducer(std::unique_ptr<Client> client)
    : client_(std::move(client)), reports_(rd_kafka_queue_get_main(client_->rk())) {}

// Nothing is outstanding: Send waits for all reports.
KafkaProducer::~KafkaProducer() = default;

absl::Status KafkaProducer::Send(absl::Span<const stream::NewRecord> records,
                                 std::vector<stream::Written>& written) {
  written.assign(records.size(), stream::Written());
  written_ = &written;
  failure_ = absl::OkStatus();
  for (size_t i = 0; i < records.size() && failure_.ok(); ++i) {
    const absl::Status enqueued = Enqueue(records[i], i);
    if (!enqueued.ok() && failure_.ok()) failure_ = enqueued;
  }
  // Also after an error: no report may be left to the next Send.
  absl::Status broken;
  while (outstanding_ > 0 && broken.ok()) {
    const size_t before = outstanding_;
    broken = TakeReports(kReportWaitMs);
    if (broken.ok()) broken = CheckAlone(outstanding_ < before);
  }
  written_ = nullptr;
  if (!broken.ok()) return broken;
  return client_->Explain(failure_);
}

absl::Status KafkaProducer::Enqueue(const stream::NewRecord& record, size_t index) {
  while (true) {
    absl::Status produced =
        ProduceRecord(*client_, record, reinterpret_cast<void*>(static_cast<uintptr_t>(index)));
    if (produced.ok()) {
      ++outstanding_;
      return produced;
    }
    // Full: the reports that make room. With nothing outstanding the reason is another one.
    if (!absl::IsUnavailable(produced) || outstanding_ == 0) return produced;
    TEND_RETURN_IF_ERROR(TakeReports(kReportWaitMs));
    if (!failure_.ok()) return failure_;
  }
}

absl::Status KafkaProducer::TakeReports(int wait_ms) {
  const EventHandle event(rd_kafka_queue_poll(reports_.get(), wait_ms));
  if (event == nullptr) return absl::OkStatus();
  if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
    return client_->TakeError(event.get());
  }
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
    TakeReport(*message);
  }
  return absl::OkStatus();
}

absl::Status KafkaProducer::CheckAlone(bool reported) {
  const absl::Status heard = client_->Heard();
  if (reported) {
    alone_ = absl::OkStatus();
  } else if (!heard.ok()) {
    alone_ = heard;
    alone_since_ = absl::Now();
  }
  if (alone_.ok() || absl::Now() - alone_since_ < kAloneFor) return absl::OkStatus();
  return absl::UnknownError(absl::StrCat("writing: ", alone_.message()));
}

void KafkaProducer::TakeReport(const rd_kafka_message_t& message) {
  --outstanding_;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (failure_.ok()) {
      failure_ =
          ToStatus(message.err, absl::StrCat("writing to ", rd_kafka_topic_name(message.rkt)));
    }
    return;
  }
  const auto index = static_cast<size_t>(reinterpret_cast<uintptr_t>(message._private));
  (*written_)[index] = {message.partition, stream::Offset(message.offset)};
}

}  // namespace tend::kafka
