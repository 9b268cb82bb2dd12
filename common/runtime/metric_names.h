// The names of all metrics, and nothing else: dashboards and alerts may use no other (a test
// compares them with this header).

#ifndef TEND_COMMON_RUNTIME_METRIC_NAMES_H_
#define TEND_COMMON_RUNTIME_METRIC_NAMES_H_

namespace tend::metric {

// Counters, each with the label service.
inline constexpr char kReceived[] = "tend_received_total";  // records taken in
// Records written for good: outputs and state, but no rejects.
inline constexpr char kEmitted[] = "tend_emitted_total";
// Records that could not be used; label reason: a RejectReason's name as in "time_invalid".
inline constexpr char kRejected[] = "tend_rejected_total";
inline constexpr char kErrors[] = "tend_errors_total";              // label code: a status code
inline constexpr char kTransactions[] = "tend_transactions_total";  // committed
inline constexpr char kAborts[] = "tend_aborts_total";              // batches taken back

// Gauges, each with the label service.
inline constexpr char kPartitions[] = "tend_partitions";  // served now
inline constexpr char kUp[] = "tend_up";                  // 1 while the service works
// Labels topic and partition: offsets between what was read and the end, looked at every 5 s.
inline constexpr char kLag[] = "tend_lag_offsets";

// Histograms, each with the label service.
// From the record's being written to its batch's commit; ingest's: from its being taken in to its
// acknowledgement by the log.
inline constexpr char kLatency[] = "tend_latency_seconds";

}  // namespace tend::metric

#endif  // TEND_COMMON_RUNTIME_METRIC_NAMES_H_
