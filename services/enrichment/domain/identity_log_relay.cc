#include "services/enrichment/domain/identity_log_relay.h"

#include <vector>

#include "common/base/status_macros.h"

namespace tend::enrichment {
namespace {

constexpr size_t kBatch = 500;  // entries of about 200 bytes: one produce request

}  // namespace

absl::StatusOr<size_t> IdentityLogRelay::Run() {
  size_t published = 0;
  for (;;) {
    TEND_ASSIGN_OR_RETURN(const int64_t relayed, store_.RelayedSeq());
    TEND_ASSIGN_OR_RETURN(const auto entries, store_.ReadLog(relayed, kBatch));
    if (entries.empty()) return published;
    std::vector<v1::PersonEvent> events;
    for (const v1::IdentityLogEntry& entry : entries) events.push_back(PersonEventOf(entry));
    TEND_RETURN_IF_ERROR(publish_(events));
    TEND_RETURN_IF_ERROR(store_.SetRelayedSeq(entries.back().seq()));
    published += entries.size();
  }
}

v1::PersonEvent PersonEventOf(const v1::IdentityLogEntry& entry) {
  v1::PersonEvent event;
  event.set_person_id(entry.person_id());
  event.set_origin_id(entry.has_split() ? entry.split().origin_id() : entry.person_id());
  event.set_identity_seq(entry.seq());
  if (entry.has_merged()) *event.mutable_merged() = entry.merged();
  if (entry.has_split()) *event.mutable_split() = entry.split();
  if (entry.has_erased()) *event.mutable_erased() = entry.erased();
  return event;
}

}  // namespace tend::enrichment
