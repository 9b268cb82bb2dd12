// What identity on PostgreSQL costs a claim, in batches of 1000. README.md holds the last results.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/postgres_server.h"
#include "services/enrichment/postgres/postgres_identity_store.h"

namespace tend::enrichment {
namespace {

constexpr int64_t kBatch = 1000;
constexpr int64_t kPersons = 50'000;

class Claims {
 public:
  // Of persons from `first` on: their e-mail, and a record of a CRM that lists it.
  Claims(int64_t first, bool with_record) {
    for (int64_t i = 0; i < kBatch; ++i) {
      const int64_t person = (first + i) % kPersons;
      if (with_record) keys_.push_back(absl::StrCat("record:x|", first + i));
      keys_.push_back(absl::StrCat("email:p", with_record ? first + i : person, "@example.com"));
    }
    const size_t each = with_record ? 2 : 1;
    claims_.resize(kBatch);
    for (size_t i = 0; i < claims_.size(); ++i) {
      for (size_t k = 0; k < each; ++k) claims_[i].keys.push_back(keys_[i * each + k]);
      claims_[i].asserted = with_record;
      claims_[i].account_id = "domain:example.com";
    }
    resolutions_.resize(kBatch);
  }

  void Resolve(benchmark::State& state, IdentityStore& store) {
    const absl::Status status =
        store.Resolve(claims_, absl::UnixEpoch(), absl::MakeSpan(resolutions_));
    if (!status.ok()) state.SkipWithError("no answer");
  }

 private:
  std::vector<std::string> keys_;
  std::vector<IdentityClaim> claims_;
  std::vector<Resolution> resolutions_;
};

PostgresIdentityOptions Options(size_t cached) {
  PostgresIdentityOptions options;
  options.connection.conninfo = PostgresServer::Get().NewDatabase();
  options.hmac_key = "key";
  options.cached_identifiers = cached;
  return options;
}

// Known persons, from the cache (argument 1) or read from the tables (0).
void BM_Known(benchmark::State& state) {
  PostgresIdentityStore store(Options(state.range(0) != 0 ? 1'000'000 : 100));
  for (int64_t at = 0; at < kPersons; at += kBatch) Claims(at, false).Resolve(state, store);
  int64_t at = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Claims claims(at += kBatch, false);
    state.ResumeTiming();
    claims.Resolve(state, store);
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_Known)->Arg(1)->Arg(0)->Unit(benchmark::kMicrosecond)->UseRealTime();

// New persons by their e-mail alone (0), or by a record that lists it (1).
void BM_New(benchmark::State& state) {
  PostgresIdentityStore store(Options(1'000'000));
  int64_t at = 0;
  const bool with_record = state.range(0) != 0;
  for (auto _ : state) {
    state.PauseTiming();
    Claims claims(at += kBatch, with_record);
    state.ResumeTiming();
    claims.Resolve(state, store);
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_New)->Arg(0)->Arg(1)->Iterations(45)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
}  // namespace tend::enrichment
