// What the model costs: nanoseconds an update, bytes a relationship. `make bench-model`.
//
// 2026-11-26, 2 cores (AMD EPYC), the other one busy, GCC 12 -O3, glibc malloc (CPU ns; goals in
// brackets):
//   FoldAndTieZ            1 tie 198 [300]    200 ties 222 [factor 1.5]
//   WithStageAndDueTimes   1 tie 207 [1000]   200 ties 255 [factor 1.5]
//   WithMoments            1 tie 278          200 ties 729 (2.2 times as many moments)
//   BytesPerRelationship   315 [320], each further tie 88 [112]

#include <malloc.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "benchmark/benchmark.h"
#include "common/model/fold.h"
#include "common/model/moments.h"
#include "common/model/readiness.h"
#include "common/model/stage.h"
#include "common/testing/model_testing.h"

namespace tend::model {
namespace {

constexpr size_t kActs = 4096;  // told over and over
constexpr SpanSeconds kApart = 3 * kHour;

// Messages of theirs, touches of ours, visits and forms, spread over the ties.
std::vector<Act> Mixed(int ties) {
  constexpr std::array kKinds = {Kind::kMessage, Kind::kTouch,        Kind::kMessage,
                                 Kind::kAnswer,  Kind::kContentVisit, Kind::kPricingVisit,
                                 Kind::kTouch,   Kind::kForm};
  std::vector<Act> acts;
  uint32_t random = 1;
  for (size_t i = 0; i < kActs; ++i) {
    random = random * 1664525 + 1013904223;
    const auto owner = static_cast<OwnerIndex>(1 + (random >> 8) % static_cast<uint32_t>(ties));
    acts.push_back(MakeAct(kKinds[i % kKinds.size()], Day(0), owner));
  }
  return acts;
}

// One relationship whose every tie has been used, and the acts that come next.
class Busy {
 public:
  explicit Busy(int ties) : acts_(Mixed(ties)), ties_(ties) { Begin(); }

  // Anew: time would end in 2106.
  void Begin() {
    relationship = Relationship();
    now = Day(0);
    for (OwnerIndex owner = 1; owner <= static_cast<OwnerIndex>(ties_); ++owner) {
      Fold(relationship, MakeAct(Kind::kTouch, Day(-1), owner), 0, Day(-1), model, policy);
      Fold(relationship, MakeAct(Kind::kMessage, Day(-1, 60), owner), 0, Day(-1, 60), model,
           policy);
    }
    UpdateStage(relationship, {StageCause::kTheirAct, 1}, Day(-1, 60), model, policy);
  }

  // The next act, and its time.
  const Act& Next() {
    if (now > Day(20000)) Begin();
    Act& act = acts_[next_++ % kActs];
    act.at = act.received = now = now + kApart;
    return act;
  }

  const ScoringModel& model = ShippedModel();
  const Policy& policy = ShippedPolicy();
  Relationship relationship;
  Instant now = Day(0);

 private:
  std::vector<Act> acts_;
  int ties_;
  size_t next_ = 0;
};

void FoldAndTieZ(benchmark::State& state) {
  Busy busy(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    const Act& act = busy.Next();
    const Folded folded = Fold(busy.relationship, act, 0, busy.now, busy.model, busy.policy);
    benchmark::DoNotOptimize(PersonTerms(busy.relationship, busy.now, busy.model) +
                             folded.tie_terms);
  }
}
BENCHMARK(FoldAndTieZ)->Arg(1)->Arg(200);

void WithStageAndDueTimes(benchmark::State& state) {
  Busy busy(static_cast<int>(state.range(0)));
  Relationship& r = busy.relationship;
  for (auto _ : state) {
    const Act& act = busy.Next();
    const Folded folded = Fold(r, act, 0, busy.now, busy.model, busy.policy);
    benchmark::DoNotOptimize(
        UpdateStage(r, {StageCauseOf(act, false), act.hash}, busy.now, busy.model, busy.policy));
    benchmark::DoNotOptimize(PersonTerms(r, busy.now, busy.model) + folded.tie_terms);
    benchmark::DoNotOptimize(MomentDue(r, busy.policy));
  }
}
BENCHMARK(WithStageAndDueTimes)->Arg(1)->Arg(200);

// All that scoring does with an act, what comes due in between included.
void WithMoments(benchmark::State& state) {
  Busy busy(static_cast<int>(state.range(0)));
  Relationship& r = busy.relationship;
  int64_t changes = 0;
  const Owners owners{1, 0, 0, 0, [](OwnerIndex) { return absl::string_view("owner"); }};
  const auto sink = [&](const MomentChange&) { ++changes; };
  const auto keep = [](const Tie&) {};
  Instant due = Instant::Never();
  for (auto _ : state) {
    const Act& act = busy.Next();
    const MomentContext context{busy.now, busy.model, busy.policy, owners, sink, keep};
    if (due <= busy.now) {
      const Stage before = r.stage;
      UpdateStage(r, {StageCause::kTime, 0}, busy.now, busy.model, busy.policy);
      AfterTime(r, before, context);
    }
    const Stage before = r.stage;
    const Folded folded = Fold(r, act, 0, busy.now, busy.model, busy.policy);
    const Instant stage_due =
        UpdateStage(r, {StageCauseOf(act, false), act.hash}, busy.now, busy.model, busy.policy);
    AfterAct(r, act, folded, true, before, context);
    due = std::min(stage_due, MomentDue(r, busy.policy));
  }
  state.counters["moments_per_million"] =
      1e6 * static_cast<double>(changes) / static_cast<double>(state.iterations());
}
BENCHMARK(WithMoments)->Arg(1)->Arg(200);

// --- bytes

// A chunked pool, an index of row numbers, a heap of due times. (In a std::deque each row takes 40
// bytes more: its blocks of 512 hold three.)
class Pool {
 public:
  Relationship& Add() {
    if (size_ % kChunk == 0) chunks_.push_back(std::make_unique<Chunk>());
    return (*this)[size_++];
  }
  Relationship& operator[](uint32_t row) const { return (*chunks_[row / kChunk])[row % kChunk]; }

  struct Hash {
    const Pool* pool;
    size_t operator()(uint32_t row) const {
      uint64_t head = 0;
      std::memcpy(&head, (*pool)[row].person.data(), sizeof(head));
      return absl::Hash<uint64_t>()(head);
    }
  };
  struct Due {
    Instant at;
    uint32_t row;
    friend bool operator>(const Due& a, const Due& b) { return a.at > b.at; }
  };
  absl::flat_hash_set<uint32_t, Hash> index{0, Hash{this}};
  std::priority_queue<Due, std::vector<Due>, std::greater<Due>> due;

 private:
  static constexpr uint32_t kChunk = 1024;
  using Chunk = std::array<Relationship, kChunk>;
  std::vector<std::unique_ptr<Chunk>> chunks_;
  uint32_t size_ = 0;
};

double HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// One tie, three classes of signals, two open touches; `ties` - 1 more ties of one touch each.
void Fill(Relationship& r, uint64_t number, int ties) {
  const uint64_t head = number * 0x9e3779b97f4a7c15;
  std::memcpy(r.person.data(), &head, sizeof(head));
  const auto fold = [&](Kind kind, Instant at, OwnerIndex owner) {
    Fold(r, MakeAct(kind, at, owner), 0, at, ShippedModel(), ShippedPolicy());
  };
  fold(Kind::kContentVisit, Day(0), kNobody);
  fold(Kind::kPricingVisit, Day(1), kNobody);
  fold(Kind::kEvent, Day(2), kNobody);
  for (OwnerIndex owner = 1; owner <= static_cast<OwnerIndex>(ties); ++owner) {
    fold(Kind::kTouch, Day(3), owner);
    if (owner == 1) fold(Kind::kTouch, Day(4), owner);
  }
}

double BytesEach(int ties, int count) {
  const double before = HeapBytes();
  auto pool = std::make_unique<Pool>();
  for (int i = 0; i < count; ++i) {
    const auto row = static_cast<uint32_t>(i);
    Relationship& r = pool->Add();
    Fill(r, static_cast<uint64_t>(i), ties);
    const Instant due =
        UpdateStage(r, {StageCause::kTheirAct, 1}, Day(4), ShippedModel(), ShippedPolicy());
    pool->index.insert(row);
    pool->due.push({due, row});
  }
  return (HeapBytes() - before) / count;
}

void BytesPerRelationship(benchmark::State& state) {
  double one = 0, five = 0;
  for (auto _ : state) {
    one = BytesEach(1, 1000000);
    five = BytesEach(5, 200000);
  }
  state.counters["bytes"] = one;
  state.counters["bytes_each_further_tie"] = (five - BytesEach(1, 200000)) / 4;
  state.counters["sizeof_relationship"] = sizeof(Relationship);
  state.counters["sizeof_tie"] = sizeof(Tie);
}
BENCHMARK(BytesPerRelationship)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tend::model
