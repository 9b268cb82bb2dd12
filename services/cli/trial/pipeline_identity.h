// The identity store as a process of its own reaches it, for the simulation of the pipeline.

#ifndef TEND_SERVICES_CLI_TRIAL_PIPELINE_IDENTITY_H_
#define TEND_SERVICES_CLI_TRIAL_PIPELINE_IDENTITY_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "services/enrichment/domain/identity.h"

namespace tend::cli {

// What all processors were answered. Whom the store calls erased once it never knows again, nor
// what a record listed beside them and nobody had.
class IdentityWitness {
 public:
  void Hear(const enrichment::IdentityClaim& claim, const enrichment::Resolution& answer) {
    for (const absl::string_view view : claim.keys) {
      const std::string key(view.data(), view.size());
      if (answer.is == enrichment::Resolution::Is::kPerson) {
        persons_.insert(key);
        if (erased_.count(key) > 0) violations_.push_back("erased and known again: " + key);
      } else if (answer.is == enrichment::Resolution::Is::kErased &&
                 (claim.keys.size() == 1 || persons_.count(key) == 0)) {
        erased_.insert(key);
      }
    }
  }
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  std::set<std::string> persons_, erased_;  // by what they were called first
  std::vector<std::string> violations_;
};

// The store as one processor's process reaches it: its answers live until its own next call, and
// now and then there is none, before the question was heard or after. What others do between an
// answer and its use is `meanwhile`, called with each answer.
class RemoteIdentityStore final : public enrichment::IdentityStore {
 public:
  using Meanwhile =
      std::function<void(absl::Span<const enrichment::Resolution> answer, absl::Time now)>;

  RemoteIdentityStore(enrichment::IdentityStore& store, IdentityWitness& witness,
                      Meanwhile meanwhile)
      : store_(store), witness_(witness), meanwhile_(std::move(meanwhile)) {}

  absl::Status Resolve(absl::Span<const enrichment::IdentityClaim> claims, absl::Time now,
                       absl::Span<enrichment::Resolution> resolutions) override {
    ++calls_;
    if (calls_ % 11 == 5) return absl::UnavailableError("the store is away");
    TEND_RETURN_IF_ERROR(store_.Resolve(claims, now, resolutions));
    for (size_t i = 0; i < claims.size(); ++i) witness_.Hear(claims[i], resolutions[i]);
    if (calls_ % 11 == 9) return absl::UnavailableError("the answer is lost");
    texts_.clear();
    for (enrichment::Resolution& resolution : resolutions) {
      for (absl::string_view* text :
           {&resolution.person_id, &resolution.origin_id, &resolution.account_id}) {
        *text = texts_.emplace_back(text->data(), text->size());
      }
    }
    meanwhile_(resolutions, now);
    return absl::OkStatus();
  }
  absl::Status Merge(absl::string_view a, absl::string_view b, absl::string_view cause,
                     absl::Time now) override {
    return store_.Merge(a, b, cause, now);
  }
  absl::Status Split(absl::Span<const std::string> origin_ids, absl::string_view cause,
                     absl::Time now) override {
    return store_.Split(origin_ids, cause, now);
  }
  absl::Status Erase(absl::string_view person_id, absl::Time now) override {
    ++calls_;
    if (calls_ % 11 == 5) return absl::UnavailableError("the store is away");
    TEND_RETURN_IF_ERROR(store_.Erase(person_id, now));
    if (calls_ % 2 == 0) return absl::UnavailableError("the answer is lost");
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<enrichment::Proposal>> ListProposals(size_t limit) override {
    return store_.ListProposals(limit);
  }
  absl::StatusOr<std::vector<v1::IdentityLogEntry>> ReadLog(int64_t after_seq,
                                                            size_t limit) override {
    return store_.ReadLog(after_seq, limit);
  }
  absl::StatusOr<int64_t> RelayedSeq() override { return store_.RelayedSeq(); }
  absl::Status SetRelayedSeq(int64_t seq) override { return store_.SetRelayedSeq(seq); }

 private:
  enrichment::IdentityStore& store_;
  IdentityWitness& witness_;
  const Meanwhile meanwhile_;
  std::deque<std::string> texts_;
  int calls_ = 0;
};

}  // namespace tend::cli

#endif  // TEND_SERVICES_CLI_TRIAL_PIPELINE_IDENTITY_H_
