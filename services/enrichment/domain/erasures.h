// Who asked to be forgotten, and whom the identity store has still to forget. Pure.
//
// That they asked is told as an event first. Only when that is committed does the store forget
// them, so that no aborted batch loses the event, and no crash the erasure.
//
// Who asked is the origin of the wish: should it be split off or merged meanwhile, the store
// forgets whoever it is of by then. Each origin of a person that asks is kept for itself.
//
// Changelog (tend.enrichment-state.v1): 'e' origin id -> "", a tombstone once it is done. Older
// records are 'e' person id -> origin id.

#ifndef TEND_SERVICES_ENRICHMENT_DOMAIN_ERASURES_H_
#define TEND_SERVICES_ENRICHMENT_DOMAIN_ERASURES_H_

#include <deque>
#include <optional>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tend::enrichment {

// For one thread. Changes since the last Commit are taken back by Rollback.
class Erasures {
 public:
  using Sink =
      absl::FunctionRef<void(absl::string_view key, std::optional<absl::string_view> value)>;

  // origin_id: the person's, by whose identifier they asked.
  void Ask(absl::string_view person_id, absl::string_view origin_id, absl::Time now);
  // Whether the person asked in this batch. Of those that are due the store says who they are.
  bool HasAsked(absl::string_view person_id) const {
    return !persons_.empty() && persons_.contains(person_id);
  }

  // The origins whose wish is committed, by what names them in the changelog: the store is to
  // forget the persons they are of.
  const absl::btree_map<std::string, std::string>& due() const { return committed_; }
  // A little after the wish, so that its batch has ended; InfiniteFuture when there is none.
  absl::Time NextDue() const {
    return committed_.empty() || done_ ? absl::InfiniteFuture() : due_time_;
  }
  // Has the store erase the person of each origin that is due: once, whatever becomes of the batch.
  // Ends at the first error, for the store may be away; the next call begins with the others.
  // Errors: of `erase`. NOT_FOUND is none: two origins may be of one person.
  absl::Status EraseDue(absl::FunctionRef<absl::Status(absl::string_view origin_id)> erase);
  // All that are due are done, if EraseDue came to its end.
  void Done() { done_ = waiting_.empty(); }

  static bool IsKey(absl::string_view key) { return !key.empty() && key[0] == kPrefix; }
  // As Flush wrote them; nullopt for a tombstone.
  void Restore(absl::string_view key, std::optional<absl::string_view> value);
  void Restored();
  void Flush(Sink sink) const;
  void Commit();
  void Rollback() { asked_.clear(), persons_.clear(), done_ = false; }

 private:
  static constexpr char kPrefix = 'e';
  static constexpr absl::Duration kDelay = absl::Milliseconds(1);

  absl::btree_map<std::string, std::string> committed_;
  std::deque<std::string> waiting_;             // origins of them that the store has still to erase
  absl::Time due_time_ = absl::InfinitePast();  // of the last one
  // This batch.
  absl::btree_set<std::string> asked_;    // origins
  absl::btree_set<std::string> persons_;  // whom they are of
  bool done_ = false;                     // all of committed_
};

}  // namespace tend::enrichment

#endif  // TEND_SERVICES_ENRICHMENT_DOMAIN_ERASURES_H_
