// Ingest's acceptor, enrichment, scoring and notification over the log in memory, told stories; and
// the projector that carries what they write into a database.

#ifndef TEND_TESTS_PROJECTION_PIPELINE_H_
#define TEND_TESTS_PROJECTION_PIPELINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/model/scoring_model.h"
#include "common/stream/clock.h"
#include "common/stream/in_process.h"
#include "common/stream/memory_log.h"
#include "services/enrichment/domain/identity_log_relay.h"
#include "services/enrichment/domain/memory_identity_store.h"
#include "services/enrichment/domain/roster.h"
#include "services/query/domain/read_model.h"
#include "services/query/projector.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/nudge.pb.h"
#include "tend/v1/position.pb.h"

namespace tend::query {

// The shipped numbers. End the process where the files are not as shipped.
const model::ScoringModel& ShippedModel();
const model::Policy& ShippedPolicy();

// For one thread. Faults of its own end the process.
class Pipeline {
 public:
  static constexpr int kPartitions = 2;

  Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Lets a story happen (common/testing/story.h), each line at its time, until all hops are idle.
  // Owners of ours: eve and tom. Returns the position of its last interaction.
  v1::Position Tell(const std::string& story);
  v1::Position Happens(v1::Interaction interaction);
  // The last line once more, as its sender repeats it. REQUIRES: Tell.
  v1::Position TellAgain() { return Happens(last_told_); }
  // Many at once, now; then all hops work until they are idle.
  void Happen(std::vector<v1::Interaction> interactions);
  // Lets time pass.
  void AdvanceTo(absl::Time time);
  // An owner says something; once it is there, all hops work until they are idle.
  v1::Position OwnerSays(const v1::OwnerEvent& event);
  // Somebody of us decides. By names of the story.
  void Merge(const std::string& a, const std::string& b);
  void Erase(const std::string& name);

  // The id of somebody whose address the story has.
  std::string PersonId(const std::string& name);
  absl::Time now() const { return clock_.Now(); }
  stream::MemoryLog& log() { return log_; }
  const stream::Clock& clock() const { return clock_; }

 private:
  void Accept(v1::Interaction interaction);
  void Send(const stream::NewRecord& record);
  // Of the record that was sent last.
  v1::Position Last(const std::string& topic) const;
  void Settle();

  stream::ManualClock clock_;
  stream::MemoryLog log_;
  enrichment::Roster roster_;
  stream::InProcess process_;
  enrichment::MemoryIdentityStore store_;
  std::unique_ptr<stream::Producer> producer_;
  std::vector<stream::Written> written_;
  enrichment::IdentityLogRelay relay_;
  int told_ = 0;
  v1::Interaction last_told_;
};

// Projects all there is. The projector was started.
absl::Status ProjectAll(Projector& projector);

}  // namespace tend::query

#endif  // TEND_TESTS_PROJECTION_PIPELINE_H_
