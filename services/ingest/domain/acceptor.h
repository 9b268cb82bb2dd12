// The door of the pipeline: decides whether one interaction may enter, and makes it ready to be
// stored.
//
// Pure: no I/O, no clock (the time of receipt is an argument). One thread uses one Acceptor. About
// 0.5 us for a message of two parties, serialization included (ingest_benchmark.cc).

#ifndef TEND_SERVICES_INGEST_DOMAIN_ACCEPTOR_H_
#define TEND_SERVICES_INGEST_DOMAIN_ACCEPTOR_H_

#include <cstddef>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/reject.pb.h"

namespace tend::ingest {

inline constexpr absl::string_view kInteractionsTopic = "tend.interactions.v1";

// An event may be this much ahead of its receipt (clocks differ); later ones are clamped to it and
// flagged.
inline constexpr absl::Duration kMaxAhead = absl::Minutes(5);

// Bounds on one interaction. Names are far longer than any seen in practice; the total keeps a
// message with 1,000 recipients, and stays far below the broker's 1 MiB.
inline constexpr size_t kMaxIdBytes = 512;     // id, record_id, thread_key, in_reply_to, ...
inline constexpr size_t kMaxNameBytes = 1024;  // raw identifiers, display names
inline constexpr int kMaxParties = 2000;
inline constexpr int kMaxIdentifiers = 50;  // of one party
inline constexpr size_t kMaxInteractionBytes = 256 * 1024;

// Goes to the topic. The views live until the next call of the same Acceptor.
struct Accepted {
  absl::string_view topic;
  absl::string_view key;  // 8 bytes, little-endian: StableHash over system, instance and record_id
  absl::string_view value;  // the interaction's bytes
};

// A fact that this version does not know and that its sender marked ignorable: not stored, only
// counted.
struct Ignored {};

using AcceptResult = std::variant<Accepted, Ignored, v1::Reject>;

class Acceptor {
 public:
  // Checks `interaction`, fills receive_time and, where needed, clamps occur_time, and serializes
  // it. receive_time: when it came in; it replaces one that the sender wrote. Rejects:
  // FIELD_MISSING, FIELD_INVALID, TIME_INVALID, PARTY_UNKNOWN, FACT_UNKNOWN, TOO_LARGE; a reject
  // holds the interaction's bytes, no place (the caller knows it), and reject_time = receive_time.
  AcceptResult Accept(v1::Interaction& interaction, absl::Time receive_time);

 private:
  std::string key_;
  std::string key_source_;
  std::string value_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_DOMAIN_ACCEPTOR_H_
