// What the in-memory log and the harness cost a record.
//
// 2026-11-24, one core of a 2-core AMD EPYC (1 MiB L2, 8 MiB L3) shared with other builds, GCC 12
// -O3; keys of 36 bytes, values of 200; ns of CPU a record unless said:
//   append + read        one at a time 200 (goal 200), by hundreds 110
//   transaction          of one record 165 (goal 500), of a hundred 85 a record
//   stateless hop        one at a time 800, by hundreds 510: append, poll, process, emit, offsets,
//                        commit
//   stateful hop         one at a time 2,100, by hundreds 1,350: the same with 100,000 keys of 200
//                        bytes of state each, chosen at random (cache misses are half of it), its
//                        changelog, progress and compaction
//   idle step of a worker on 4 partitions: 80
//   compaction           130 a record looked at; 1.5 are looked at for each one written
// In caches that the other core's builds fill, all of it costs up to 1.7 times as much.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "common/base/check.h"
#include "common/stream/journaled_map.h"
#include "common/stream/memory_log.h"
#include "common/stream/worker.h"

namespace tend::stream {
namespace {

constexpr int kPartitions = 4;
const std::string& Value() {
  static const std::string kValue(200, 'v');
  return kValue;
}

std::vector<std::string> Keys(int count) {
  std::vector<std::string> keys;
  keys.reserve(count);
  for (int i = 0; i < count; ++i)
    keys.push_back(absl::StrCat("00000000-0000-5000-8000-", 1'000'000 + i));
  return keys;
}

// A log with topics "in" and "out" that drop what is consumed, and "state" that is compacted.
struct World {
  World() {
    TEND_CHECK(log.CreateTopic({"in", kPartitions, Cleanup::kDeleteConsumed}).ok());
    TEND_CHECK(log.CreateTopic({"out", kPartitions, Cleanup::kDeleteConsumed}).ok());
    TEND_CHECK(log.CreateTopic({"state", kPartitions, Cleanup::kCompact}).ok());
    TEND_CHECK(log.CreateTopic({"tend.rejects.v1", kPartitions, Cleanup::kDelete}).ok());
    producer = *log.NewProducer();
  }

  void Send(const std::string& key) {
    NewRecord record;
    record.topic = "in";
    record.key = key;
    record.value = Value();
    TEND_CHECK(producer->Send({&record, 1}, written).ok());
  }

  ManualClock clock{absl::FromUnixSeconds(1'000'000)};
  MemoryLog log{clock};
  std::unique_ptr<Producer> producer;
  std::vector<Written> written;
};

// Appends range(0) records and reads them back as a group that commits.
void BM_AppendAndRead(benchmark::State& state) {
  World world;
  const std::vector<std::string> keys = Keys(1000);
  const std::unique_ptr<Consumer> consumer = *world.log.Join({"group", "0", {"in"}});
  Polled polled;
  TEND_CHECK(consumer->Poll(PollLimits(), polled).ok());
  for (int i = 0; i < kPartitions; ++i) TEND_CHECK(consumer->Seek({"in", i, Offset(0)}).ok());
  size_t next = 0;
  for (auto _ : state) {
    for (int64_t i = 0; i < state.range(0); ++i) world.Send(keys[++next % keys.size()]);
    TEND_CHECK(consumer->Poll(PollLimits(), polled).ok());
    TEND_CHECK(polled.records.size() == static_cast<size_t>(state.range(0)));
    const Record& last = polled.records.back();
    const NextOffset offset{"in", last.partition, Next(last.offset)};
    TEND_CHECK(consumer->Commit({&offset, 1}).ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_AppendAndRead)->Arg(1)->Arg(100);

// A transaction of range(0) records and one offset.
void BM_Transaction(benchmark::State& state) {
  World world;
  const std::vector<std::string> keys = Keys(1000);
  const std::unique_ptr<Consumer> consumer = *world.log.Join({"group", "0", {"in"}});
  const std::unique_ptr<TransactionalProducer> producer =
      *world.log.NewTransactionalProducer("bench");
  TEND_CHECK(producer->Init().ok());
  NewRecord record;
  record.topic = "out";
  record.value = Value();
  const NextOffset offset{"in", 0, Offset(0)};
  size_t next = 0;
  for (auto _ : state) {
    TEND_CHECK(producer->Begin().ok());
    for (int64_t i = 0; i < state.range(0); ++i) {
      record.key = keys[++next % keys.size()];
      TEND_CHECK(producer->Produce(record).ok());
    }
    TEND_CHECK(producer->SendOffsets({&offset, 1}, *consumer).ok());
    TEND_CHECK(producer->Commit().ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Transaction)->Arg(1)->Arg(100);

// Keeps the last value of each key, if `stateful`, and passes every record on.
class PassProcessor final : public Processor {
 public:
  explicit PassProcessor(bool stateful) : stateful_(stateful) {}

  Outcome Process(const Record& record, Context& context) override {
    if (stateful_) ++values_.Mutable(record.key).count;
    context.Emit("out", record.key, record.value);
    return Outcome::Used();
  }
  void FlushChanges(ChangelogSink sink) override {
    values_.ForEachChanged([sink](const std::string& key, const State*, const State* value) {
      sink(key, absl::string_view(reinterpret_cast<const char*>(value), sizeof(*value)));
    });
  }
  void Commit() override { values_.Commit(); }
  void Rollback() override { values_.Rollback(); }

 private:
  struct State {
    int64_t count = 0;
    char bytes[192] = {};  // about a relationship's size
  };
  const bool stateful_;
  JournaledMap<std::string, State> values_;
};

// One hop as `tend trial` runs it: append range(0) records, one step of the worker.
void Hop(benchmark::State& state, bool stateful) {
  World world;
  const std::vector<std::string> keys = Keys(100'000);
  ProcessorSpec spec;
  spec.name = "tend.bench";
  spec.input_topics = {"in"};
  if (stateful) spec.changelog_topic = "state";
  spec.make_processor = [stateful](int) { return std::make_unique<PassProcessor>(stateful); };
  WorkerOptions options;
  options.timing = CommitTiming::EveryStep();
  options.tick = absl::InfiniteDuration();
  const std::unique_ptr<Worker> worker = *Worker::Start(world.log, spec, world.clock, options);
  while (worker->Step()->worked) continue;
  for (const std::string& key : keys) world.Send(key);
  while (worker->Step()->worked) continue;
  size_t next = 0;
  for (auto _ : state) {
    for (int64_t i = 0; i < state.range(0); ++i) world.Send(keys[++next * 7919 % keys.size()]);
    TEND_CHECK(worker->Step()->worked);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["log_bytes"] = static_cast<double>(world.log.bytes_in_use());
}
void BM_StatelessHop(benchmark::State& state) { Hop(state, false); }
BENCHMARK(BM_StatelessHop)->Arg(1)->Arg(100);
void BM_StatefulHop(benchmark::State& state) { Hop(state, true); }
BENCHMARK(BM_StatefulHop)->Arg(1)->Arg(100);

// A step that finds nothing to do.
void BM_IdleStep(benchmark::State& state) {
  World world;
  ProcessorSpec spec;
  spec.name = "tend.bench";
  spec.input_topics = {"in"};
  spec.make_processor = [](int) { return std::make_unique<PassProcessor>(false); };
  WorkerOptions options;
  options.timing = CommitTiming::EveryStep();
  options.tick = absl::InfiniteDuration();
  const std::unique_ptr<Worker> worker = *Worker::Start(world.log, spec, world.clock, options);
  while (worker->Step()->worked) continue;
  for (auto _ : state) TEND_CHECK(!worker->Step()->worked);
}
BENCHMARK(BM_IdleStep);

// Compacting range(0) records of a fifth as many keys, a record.
void BM_Compact(benchmark::State& state) {
  const std::vector<std::string> keys = Keys(static_cast<int>(state.range(0) / 5));
  for (auto _ : state) {
    state.PauseTiming();
    auto world = std::make_unique<World>();
    TEND_CHECK(world->log.CreateTopic({"big", 1, Cleanup::kDelete}).ok());
    NewRecord record;
    record.topic = "big";
    record.value = Value();
    for (int64_t i = 0; i < state.range(0); ++i) {
      record.key = keys[static_cast<size_t>(i * 7919) % keys.size()];
      TEND_CHECK(world->producer->Send({&record, 1}, world->written).ok());
    }
    state.ResumeTiming();
    TEND_CHECK(world->log.Compact({"big", 0}).ok());
    state.PauseTiming();
    world = nullptr;
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Compact)->Arg(100'000);

}  // namespace
}  // namespace tend::stream
