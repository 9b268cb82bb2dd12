// What enrichment costs. See README.md for the last results and their machine.

#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/enrichment/domain/email.h"
#include "services/enrichment/domain/memory_identity_store.h"
#include "services/enrichment/domain/phone.h"
#include "services/enrichment/domain/repeats.h"
#include "services/enrichment/processor.h"

namespace tend::enrichment {
namespace {

constexpr int kPersons = 10'000;
constexpr int kInteractions = 1 << 14;
constexpr int kBatch = 1000;

class Sink final : public stream::Context {
 public:
  absl::Time now() const override { return absl::FromUnixSeconds(1'700'000'000); }
  void Emit(absl::string_view, absl::string_view, absl::string_view value) override {
    bytes += value.size();
  }
  size_t bytes = 0;
};

v1::Interaction Mail(int number) {
  v1::Interaction mail;
  mail.set_id(absl::StrCat("0000-message-", number, "@mail.example.com"));  // 0000: the round
  mail.mutable_source()->set_system("imap");
  mail.mutable_source()->set_instance("mail.example.com");
  mail.mutable_source()->set_record_id(absl::StrCat("thread-", number % 20'000));
  mail.mutable_occur_time()->set_seconds(1'699'999'000);
  mail.mutable_receive_time()->set_seconds(1'699'999'001);
  mail.set_channel(v1::CHANNEL_MAIL);
  mail.set_thread_key(absl::StrCat("thread-", number % 20'000));
  mail.mutable_message_sent()->set_subject("About the thing we spoke of");
  v1::Party& from = *mail.add_parties();
  from.set_role(v1::PARTY_ROLE_FROM);
  from.add_identifiers()->set_kind(v1::IDENTIFIER_KIND_EMAIL);
  from.mutable_identifiers(0)->set_raw(absl::StrCat("Person.", number * 7919 % kPersons, "@company",
                                                    number * 7919 % kPersons / 10, ".example.com"));
  v1::Party& to = *mail.add_parties();
  to.set_role(v1::PARTY_ROLE_TO);
  to.add_identifiers()->set_kind(v1::IDENTIFIER_KIND_EMAIL);
  to.mutable_identifiers(0)->set_raw(absl::StrCat("owner", number % 20, "@ours.example"));
  return mail;
}

std::vector<std::string> Mails() {
  std::vector<std::string> mails;
  mails.reserve(kInteractions);
  for (int i = 0; i < kInteractions; ++i) mails.push_back(Mail(i).SerializeAsString());
  return mails;
}

Roster MadeRoster() {
  v1::Roster roster;
  roster.add_domains("ours.example");
  for (int i = 0; i < 20; ++i) {
    v1::Owner& owner = *roster.add_owners();
    owner.set_owner_id(absl::StrCat("owner", i));
    owner.add_identifiers()->set_kind(v1::IDENTIFIER_KIND_EMAIL);
    owner.mutable_identifiers(0)->set_raw(absl::StrCat("owner", i, "@ours.example"));
  }
  return *Roster::Create(roster);
}

void EndBatch(stream::Processor& processor) {
  processor.FlushChanges([](absl::string_view, std::optional<absl::string_view> value) {
    benchmark::DoNotOptimize(value);
  });
  processor.Commit();
}

// The id is the first field of the bytes: a tag, a length, and the round in four letters.
void SetRound(int64_t round, std::string& bytes) {
  for (size_t at = 5; at >= 2; --at, round /= 26) bytes[at] = static_cast<char>('a' + round % 26);
}

// A mail of one outsider to one of us: parse, repeats, parties, identity, serialise, state.
void BM_ProcessMail(benchmark::State& state) {
  std::vector<std::string> mails = Mails();
  const Roster roster = MadeRoster();
  MemoryIdentityStore store("key");
  EnrichmentCounts counts;
  EnrichmentOptions options;
  options.repeats.budget_bytes = 4 << 20;  // so that it is full, as in a long run
  const auto processor = MakeEnrichmentProcessor(options, roster, store, &counts);
  Sink sink;
  std::vector<stream::Record> records(kBatch);
  int64_t at = 0;
  while (state.KeepRunningBatch(kBatch)) {
    for (stream::Record& record : records) {
      std::string& mail = mails[static_cast<size_t>(at % kInteractions)];
      SetRound(at++ / kInteractions, mail);
      record.topic = kInteractionsTopic;
      record.value = mail;
    }
    if (!processor->Prepare(records, sink.now()).ok()) state.SkipWithError("no answer");
    for (const stream::Record& record : records) {
      benchmark::DoNotOptimize(processor->Process(record, sink));
    }
    EndBatch(*processor);
  }
  EndBatch(*processor);
  if (counts.person_events != at) state.SkipWithError("not every mail was told");
  state.counters["bytes_in"] = static_cast<double>(mails[0].size());
  state.counters["bytes_out"] = static_cast<double>(sink.bytes) / static_cast<double>(at);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ProcessMail);

// Parse and serialise of the same messages and nothing else: the floor.
void BM_ParseAndSerialise(benchmark::State& state) {
  const std::vector<std::string> mails = Mails();
  v1::PersonEvent event;
  std::string out(4096, '\0');
  size_t at = 0;
  for (auto _ : state) {
    event.Clear();
    benchmark::DoNotOptimize(
        event.mutable_interaction()->ParseFromString(mails[at++ % mails.size()]));
    event.set_person_id("01234567-0123-5123-8123-0123456789ab");
    benchmark::DoNotOptimize(event.ByteSizeLong());
    event.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out.data()));
  }
}
BENCHMARK(BM_ParseAndSerialise);

void BM_Repeats(benchmark::State& state) {
  RepeatOptions options;
  options.budget_bytes = 4 << 20;
  Repeats repeats(options);
  v1::Interaction mail = Mail(17);
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  int64_t at = 0;
  for (auto _ : state) {
    std::memcpy(mail.mutable_id()->data(), &at, sizeof at);
    benchmark::DoNotOptimize(repeats.Add(repeats.KeyOf(mail, now)));
    if (++at % kBatch == 0) {
      repeats.Flush([](absl::string_view, std::optional<absl::string_view>) {});
      repeats.Commit();
    }
  }
}
BENCHMARK(BM_Repeats);

void BM_NormalizePlainEmail(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(NormalizeEmail("Person.4711@company471.example.com", out));
  }
}
BENCHMARK(BM_NormalizePlainEmail);

void BM_NormalizeInternationalEmail(benchmark::State& state) {
  std::string out;
  for (auto _ : state)
    benchmark::DoNotOptimize(
        NormalizeEmail("ann@b\xc3\xbc"
                       "cher.example",
                       out));
}
BENCHMARK(BM_NormalizeInternationalEmail);

void BM_NormalizePhone(benchmark::State& state) {
  std::string out;
  for (auto _ : state) benchmark::DoNotOptimize(NormalizePhone("+49 30 1234567", "DE", out));
}
BENCHMARK(BM_NormalizePhone);

void BM_FoundPerson(benchmark::State& state) {
  MemoryIdentityStore store("key");
  std::string key;
  IdentityClaim claim;
  Resolution resolution;
  int64_t number = 0;
  for (auto _ : state) {
    key = absl::StrCat("email:person.", number++, "@example.com");
    claim.keys.assign(1, key);
    benchmark::DoNotOptimize(store.Resolve({&claim, 1}, absl::UnixEpoch(), {&resolution, 1}));
  }
}
BENCHMARK(BM_FoundPerson)->Iterations(200'000);

}  // namespace
}  // namespace tend::enrichment
