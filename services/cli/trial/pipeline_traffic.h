// Random traffic for a simulation of the whole pipeline: what a few persons and owners do to each
// other, what comes twice, and what nobody can use. It knows what must become of each record, but
// for what becomes of those who ask to be erased: they go on acting as if they had not asked.

#ifndef TEND_SERVICES_CLI_TRIAL_PIPELINE_TRAFFIC_H_
#define TEND_SERVICES_CLI_TRIAL_PIPELINE_TRAFFIC_H_

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "services/ingest/domain/acceptor.h"
#include "tend/v1/interaction.pb.h"
#include "tend/v1/person.pb.h"

namespace tend::cli {

struct TrafficRecord {
  std::string topic;
  std::string key;
  std::string value;
};

// Everything follows from the generator of random numbers that is passed in.
class PipelineTraffic {
 public:
  // What must become of one interaction, however often it comes.
  struct Fate {
    // The outsiders ("p3") each of whom gets one person-event, unless they were erased meanwhile.
    std::vector<std::string> persons;
    // Each of its records becomes a reject.
    bool rejected = false;
  };

  PipelineTraffic();

  // The next record. number: counts the records; now: when it is sent.
  TrafficRecord Make(std::mt19937_64& random, int number, absl::Time now);

  const v1::Roster& roster() const { return roster_; }
  // By interaction id.
  const std::map<std::string, Fate>& fates() const { return fates_; }
  // The person whom a raw identifier is of; empty for others.
  std::string PersonOf(const std::string& raw) const;
  // Whether a value is one that nobody can read.
  static bool IsGarbage(const std::string& value);

 private:
  using Maker = v1::Interaction (PipelineTraffic::*)();

  TrafficRecord MakeInteraction();
  TrafficRecord MakeRepeat();
  TrafficRecord MakeGarbage();
  TrafficRecord MakeUnknownFact();
  TrafficRecord MakeOwnerEvent();
  TrafficRecord Accepted(v1::Interaction interaction);

  // Kinds of interactions.
  v1::Interaction TheirMessage();
  v1::Interaction OurMessage();
  v1::Interaction Asked();
  v1::Interaction Visited();
  v1::Interaction Met();
  v1::Interaction Refused();
  v1::Interaction Rested();
  v1::Interaction Promised();
  v1::Interaction ListRow();
  v1::Interaction Stated();
  v1::Interaction Reacted();
  v1::Interaction Asserted();
  v1::Interaction AskedErasure();
  v1::Interaction NotBetweenUs();
  v1::Interaction WithoutParty();

  v1::Interaction New(const std::string& system);
  size_t Below(size_t bound) { return static_cast<size_t>((*random_)() % bound); }
  bool OneIn(size_t n) { return Below(n) == 0; }
  absl::Time SomeTimeAgo();
  // One of the person's three, or of those that they took since.
  std::string SomeAddress(size_t person);
  std::string FreshAddress(size_t person);
  void AddOwner(v1::PartyRole role, v1::Interaction& interaction);
  // Adds a person who is none of its parties yet, and says that they get an event.
  size_t AddPerson(v1::PartyRole role, v1::Interaction& interaction);

  v1::Roster roster_;
  std::map<std::string, Fate> fates_;
  std::vector<std::pair<absl::Time, v1::Interaction>> sent_;
  std::map<size_t, std::vector<std::string>> fresh_;  // by person
  ingest::Acceptor acceptor_;
  int promises_ = 0;
  // Of the call under way.
  std::mt19937_64* random_ = nullptr;
  int number_ = 0;
  absl::Time now_;
  Fate fate_;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_PIPELINE_TRAFFIC_H_
