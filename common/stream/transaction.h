// One transaction of a worker, opened by the first thing that is written into it.

#ifndef TEND_COMMON_STREAM_TRANSACTION_H_
#define TEND_COMMON_STREAM_TRANSACTION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "common/stream/producer.h"

namespace tend::stream {

// Collects the first error of many writes, so that a Processor's Emit needs no result: the worker
// asks once, before it commits. After an error writes are dropped.
class Transaction {
 public:
  // `producer` outlives this.
  explicit Transaction(TransactionalProducer& producer) : producer_(producer) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void Produce(const NewRecord& record);

  // Opens it if nothing did yet.
  void Begin();

  bool begun() const { return begun_; }
  const absl::Status& status() const { return status_; }
  int64_t records() const { return records_; }
  int64_t bytes() const { return bytes_; }  // of keys and values

  // The transaction has ended; the next Produce opens another one.
  void Reset();

 private:
  TransactionalProducer& producer_;
  bool begun_ = false;
  absl::Status status_;
  int64_t records_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace tend::stream

#endif  // TEND_COMMON_STREAM_TRANSACTION_H_
