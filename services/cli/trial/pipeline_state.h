// What the pipeline's services hold in memory, as text: to compare a state with its changelog, or
// with another way to come to it.

#ifndef TEND_SERVICES_CLI_TRIAL_PIPELINE_STATE_H_
#define TEND_SERVICES_CLI_TRIAL_PIPELINE_STATE_H_

#include <map>
#include <string>

#include "common/stream/processor.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace tend::cli {

using StateText = std::map<std::string, std::string>;

// REQUIRES: the processor is of that service. Left out is what is derived, or of the moment only:
// heaps of due times, bounds and recounts that a restore takes anew, readiness at some `now`.
StateText EnrichmentState(const stream::Processor& processor);
StateText ScoringState(const stream::Processor& processor);
StateText NotificationState(const stream::Processor& processor);

// Of scoring's state only what the interactions decide, whenever anybody looked: accumulators,
// counts, times, exchanges, consents, rests, promises.
StateText HistoryOf(const stream::Processor& processor);

// One line; numbers to six digits, since the order in which ties are summed up is no part of any
// state and shows in the last bit.
std::string Readable(const google::protobuf::Message& message);

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_PIPELINE_STATE_H_
