// The path of one interaction through ingest: read, map, accept. One core; "items" are
// interactions.
//
// 2026-11-25, 2 cores of 2.0 GHz, GCC 12.2 Release, the other core busy; best of three:
//   BM_ReadTendJson            2.30 us, rows of 500 bytes (goal 2); protobuf's JsonStringToMessage:
//   111 us BM_ReadMailLog             3.42 us, made ids, 81-byte rows
//   BM_ReadEveryone            1.13 us, two interactions a row
//   BM_Accept                  0.53 us
//   BM_ReadAndAcceptTendJson   3.11 us
// The whole real log as email_eu_everyone through FileSet and Acceptor, gzip included: 0.8 s for
// 259,948 rows. Of BM_ReadTendJson a quarter is simdjson's; generated accessors in place of
// reflection brought it from 5.8 us.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "services/ingest/connectors/mapped_reader.h"
#include "services/ingest/connectors/ready_mappings.h"
#include "services/ingest/connectors/tend_json_reader.h"
#include "services/ingest/domain/acceptor.h"

namespace tend::ingest {
namespace {

constexpr int kRows = 20000;
constexpr size_t kChunk = 64 * 1024;

std::string JsonLines() {
  std::string text;
  for (int i = 0; i < kRows; ++i) {
    absl::StrAppend(
        &text, R"({"id":"<20260302.)", i,
        R"(@mail.example.com>","source":{"system":"imap","recordId":"mailbox-)", i % 100,
        R"("},"occurTime":"2026-03-02T09:00:00.250Z","parties":[{"role":"PARTY_ROLE_FROM","side":"SIDE_THEIRS",)",
        R"("identifiers":[{"kind":"IDENTIFIER_KIND_EMAIL","raw":"ann.example)", i % 977,
        R"(@customer.example.com"}],"displayName":"Ann Example"},{"role":"PARTY_ROLE_TO","side":"SIDE_OURS","identifiers":)",
        R"([{"kind":"IDENTIFIER_KIND_EMAIL","raw":"eve@ours.example"}]}],"channel":"CHANNEL_MAIL",)",
        R"("messageSent":{"subject":"About the garden"}})", "\n");
  }
  return text;
}

std::string NumberedLog() {
  std::string text = "seq,ts,from,to\n";
  for (int i = 0; i < kRows; ++i)
    absl::StrAppend(&text, i, ",", i * 150, ",", i % 911, ",", i % 953, "\n");
  return text;
}

std::string MailLog() {
  std::string text = "time,from,to,subject\n";
  for (int i = 0; i < kRows; ++i) {
    absl::StrAppend(&text, "2026-03-02T09:", i / 10000, i / 1000 % 10, ":", i / 100 % 6,
                    i / 10 % 10, "Z,ann.example", i % 977,
                    "@customer.example.com,eve@ours.example,\"About the garden, again\"\n");
  }
  return text;
}

// Reads the whole text and hands each interaction to `use`.
template <typename Use>
int64_t Play(InteractionReader& reader, absl::string_view text, ReadItem& item, Use use) {
  int64_t count = 0;
  while (true) {
    switch (reader.Next(&item)) {
      case ReadStep::kNeedBytes:
        if (text.empty()) {
          reader.Finish();
        } else {
          reader.Push(text.substr(0, kChunk));
          text.remove_prefix(std::min(kChunk, text.size()));
        }
        break;
      case ReadStep::kInteraction:
        use(item.interaction);
        ++count;
        break;
      case ReadStep::kEnd:
        return count;
      default:
        break;
    }
  }
}

void Report(benchmark::State& state, int64_t interactions, size_t bytes) {
  state.SetItemsProcessed(interactions);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * bytes));
  state.counters["ns/interaction"] =
      benchmark::Counter(static_cast<double>(interactions) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void ReadMapped(benchmark::State& state, const char* mapping, const std::string& text) {
  const v1::Mapping parsed = FindReadyMapping(mapping).value();
  ReadItem item;
  int64_t count = 0;
  for (auto _ : state) {
    const std::unique_ptr<InteractionReader> reader = MakeReader(parsed, {}).value();
    count += Play(*reader, text, item, [](v1::Interaction&) {});
  }
  Report(state, count, text.size());
}

void BM_ReadTendJson(benchmark::State& state) { ReadMapped(state, "tend_jsonl", JsonLines()); }
void BM_ReadMailLog(benchmark::State& state) { ReadMapped(state, "mail_log", MailLog()); }
void BM_ReadEveryone(benchmark::State& state) {
  ReadMapped(state, "email_eu_everyone", NumberedLog());
}
BENCHMARK(BM_ReadTendJson)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ReadMailLog)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ReadEveryone)->Unit(benchmark::kMillisecond);

// What it is measured against.
void BM_ReadJsonByProtobuf(benchmark::State& state) {
  const std::string text = JsonLines();
  const std::string line = text.substr(0, text.find('\n'));
  v1::Interaction interaction;
  for (auto _ : state) {
    interaction.Clear();
    benchmark::DoNotOptimize(google::protobuf::util::JsonStringToMessage(line, &interaction).ok());
  }
}
BENCHMARK(BM_ReadJsonByProtobuf);

void BM_Accept(benchmark::State& state) {
  const std::unique_ptr<InteractionReader> reader = MakeTendJsonReader("f");
  const std::string text = JsonLines();
  ReadItem item;
  reader->Push(text);
  reader->Next(&item);
  Acceptor acceptor;
  const absl::Time now = absl::FromUnixSeconds(1772442100);
  for (auto _ : state) {
    AcceptResult result = acceptor.Accept(item.interaction, now);
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(BM_Accept);

// All that ingest does with a line of Tend's own format.
void BM_ReadAndAcceptTendJson(benchmark::State& state) {
  const std::string text = JsonLines();
  Acceptor acceptor;
  ReadItem item;
  int64_t count = 0;
  const absl::Time now = absl::FromUnixSeconds(1772442100);
  for (auto _ : state) {
    const std::unique_ptr<InteractionReader> reader = MakeTendJsonReader("f");
    count += Play(*reader, text, item, [&](v1::Interaction& interaction) {
      AcceptResult result = acceptor.Accept(interaction, now);
      benchmark::DoNotOptimize(result);
    });
  }
  Report(state, count, text.size());
}
BENCHMARK(BM_ReadAndAcceptTendJson)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tend::ingest
