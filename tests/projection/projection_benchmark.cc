// What the projection of an interaction costs, all its rows included (relationship, tie, names),
// with a PostgreSQL that does not sync. README.md holds the last results.
//
// Argument: records of a batch. CPU is the projector's own; items are interactions.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/query/projector.h"
#include "tests/projection/database.h"
#include "tests/projection/pipeline.h"

namespace tend::query {
namespace {

constexpr int kPersons = 20'000, kInteractions = 100'000, kAtOnce = 1000;

// Mail with two owners of ours, in both directions, three months long.
v1::Interaction MailOf(int n) {
  v1::Interaction mail;
  const int person = n * 7919 % kPersons;
  mail.set_id(absl::StrCat("mail-", n));
  mail.mutable_source()->set_system("mail");
  mail.mutable_source()->set_record_id(absl::StrCat("thread-", person));
  mail.mutable_occur_time()->set_seconds(1'769'904'000 - (kInteractions - n) * 78);
  mail.set_channel(v1::CHANNEL_MAIL);
  mail.set_thread_key(absl::StrCat("thread-", person));
  mail.mutable_message_sent();
  for (const bool ours : {false, true}) {
    v1::Party* const party = mail.add_parties();
    party->set_role(ours == (n % 2 == 0) ? v1::PARTY_ROLE_FROM : v1::PARTY_ROLE_TO);
    v1::Identifier* const address = party->add_identifiers();
    address->set_kind(v1::IDENTIFIER_KIND_EMAIL);
    address->set_raw(ours ? std::string(person % 2 == 0 ? "eve" : "tom") + "@us.example"
                          : absl::StrCat("p", person, "@company", person % 500, ".example"));
    party->set_display_name(ours ? "One of us" : absl::StrCat("Person ", person));
  }
  return mail;
}

Pipeline& Written() {
  static Pipeline& pipeline = *new Pipeline;
  static const bool told = [] {
    for (int n = 0; n < kInteractions; n += kAtOnce) {
      std::vector<v1::Interaction> mails;
      for (int i = n; i < n + kAtOnce; ++i) mails.push_back(MailOf(i));
      pipeline.Happen(std::move(mails));
    }
    return true;
  }();
  benchmark::DoNotOptimize(told);
  return pipeline;
}

void BM_Project(benchmark::State& state) {
  Pipeline& pipeline = Written();
  ProjectorOptions options;
  options.instance = "query-1";
  options.limits = {static_cast<int>(state.range(0)), 8 << 20, absl::ZeroDuration()};
  for (auto _ : state) {
    state.PauseTiming();
    Database database;
    Projector projector(pipeline.log(), database.writer(), pipeline.clock(), options);
    if (!projector.Start().ok()) state.SkipWithError("no start");
    state.ResumeTiming();
    if (!ProjectAll(projector).ok()) state.SkipWithError("no projection");
    state.PauseTiming();
    state.counters["postgres_us_each"] = database.WriterCpuSeconds() * 1e6 / kInteractions;
    state.counters["interactions"] = static_cast<double>(database.Count("interaction"));
    state.counters["bytes_each"] =
        static_cast<double>(database.TotalBytes()) / static_cast<double>(kInteractions);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kInteractions);
}
BENCHMARK(BM_Project)
    ->Arg(500)
    ->Arg(2000)
    ->Arg(5000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(1);

}  // namespace
}  // namespace tend::query
