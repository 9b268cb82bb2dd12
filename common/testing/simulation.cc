#include "common/testing/simulation.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/stream/clock.h"
#include "common/stream/memory_log.h"
#include "common/stream/worker.h"

namespace tend::stream {
namespace {

// A worker and the log as its machine sees it. The worker is destroyed first.
struct Process {
  size_t service = 0;
  std::string member;
  bool zombie = false;  // another one has taken over its ids
  // It is to stand still at the next such call, or its network is to fail there.
  std::optional<LogCall> stall_at;
  size_t cut_off_calls = 0;  // for so many calls more
  bool suspended = false;    // within a call: the others go on meanwhile
  std::unique_ptr<FaultyLog> log;
  std::unique_ptr<Worker> worker;
};

class Simulator {
 public:
  Simulator(const SimulationPlan& plan, uint64_t seed)
      : plan_(plan), random_(seed), clock_(plan.start), log_(clock_, LogOptions(seed)) {
    for (const TopicConfig& topic : plan_.topics) TEND_CHECK(log_.CreateTopic(topic).ok());
    acceptor_ = *log_.NewProducer();
  }

  SimulationResult Run() {
    for (size_t i = 0; i < plan_.services.size(); ++i) StartWorker(i, "0");
    for (int i = 0; i < plan_.actions && result_.violations.empty(); ++i) Act();
    Heal();
    Drain("after healing");
    CheckState("after healing");
    clock_.Advance(plan_.settle);
    Drain("in the end");
    CheckState("in the end");
    CheckOffsets();
    result_.log = ReadCommitted(log_, plan_.topics);
    plan_.judge(result_.log, result_.violations);
    return std::move(result_);
  }

 private:
  static MemoryLogOptions LogOptions(uint64_t seed) {
    MemoryLogOptions options;
    options.seed = seed;
    options.segment_bytes = 512;  // many small ones: their borders are where faults live
    options.compact_at_bytes = 4096;
    return options;
  }

  bool Chance(double probability) {
    return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
  }
  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }

  void Act() {
    if (plan_.jump > absl::ZeroDuration() && Chance(0.008)) return Jump();
    if (plan_.bystander && Chance(0.06)) {
      plan_.bystander(log_, *acceptor_, random_, clock_.Now(), faults_on_);
      return;
    }
    const size_t dice = Below(1000);
    if (dice < 250) return Send();
    if (dice < 840) return StepSomebody();
    // Small steps, in which batches stay open, and large ones, in which timers fire.
    if (dice < 930) return clock_.Advance(absl::Milliseconds(Below(Chance(0.7) ? 15 : 3'000)));
    if (dice < 933) return clock_.Advance(absl::Seconds(61));  // past the transactions' timeout
    if (dice < 945) return CompactSomething();
    if (!processes_.empty() && faults_on_) return Disturb(dice);
  }

  void Jump() {
    SendAll(std::exchange(unanswered_, {}));
    clock_.Advance(plan_.jump * std::uniform_real_distribution<double>(0, 1)(random_));
  }

  void Disturb(size_t dice) {
    if (!Chance(plan_.fault_rate)) return;
    const size_t i = Below(processes_.size());
    Process& process = *processes_[i];
    if (process.suspended && dice >= 957 && dice < 962) return;
    if (dice < 957) {  // one more worker, or one that had crashed comes back
      const size_t service = Below(plan_.services.size());
      const std::string member = absl::StrCat(Below(static_cast<size_t>(plan_.max_workers)));
      if (Find(service, member) == nullptr) StartWorker(service, member);
    } else if (dice < 962) {  // a clean stop
      ++result_.stats.rebalances;
      processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(i));
    } else if (dice < 970 && !process.zombie) {  // a successor starts while it still lives
      ++result_.stats.zombies;
      process.zombie = true;
      StartWorker(process.service, std::string(process.member));
    } else if (dice < 976) {  // its session times out
      ++result_.stats.rebalances;
      log_.ExpireMember(plan_.services[process.service].spec.name, process.member);
    } else if (dice < 990) {  // it will stand still at one of its next calls, and be taken for dead
      constexpr std::array kCalls = {LogCall::kInit,        LogCall::kRead,  LogCall::kCommitted,
                                     LogCall::kPoll,        LogCall::kBegin, LogCall::kProduce,
                                     LogCall::kSendOffsets, LogCall::kCommit};
      process.stall_at = kCalls[Below(kCalls.size())];
    } else if (!graves_.empty()) {  // the sessions of dead ones time out
      ++result_.stats.rebalances;
      graves_.clear();
    }
  }

  Process* Find(size_t service, const std::string& member) {
    for (const auto& process : processes_) {
      if (process->service == service && process->member == member && !process->zombie) {
        return process.get();
      }
    }
    return nullptr;
  }

  void StartWorker(size_t service, const std::string& member) {
    auto process = std::make_unique<Process>();
    process->service = service;
    process->member = member;
    process->log = std::make_unique<FaultyLog>(
        log_, [this, raw = process.get()](LogCall call) { return Plan(*raw, call); });
    WorkerOptions options;
    options.member = member;
    options.limits.records = static_cast<int>(1 + Below(8));
    if (Chance(0.5)) options.timing = CommitTiming::EveryStep();
    absl::StatusOr<std::unique_ptr<Worker>> worker =
        Worker::Start(*process->log, plan_.services[service].spec, clock_, options);
    if (!worker.ok()) return Note(*process, worker.status());
    process->worker = *std::move(worker);
    processes_.push_back(std::move(process));
    ++result_.stats.rebalances;
  }

  // The chance of each fault at one call. Small: a batch makes some ten of them.
  Fault Plan(Process& process, LogCall call) {
    if (faults_on_ && call == process.stall_at) Stall(process);
    if (faults_on_ && process.cut_off_calls > 0) {
      --process.cut_off_calls;
      return call == LogCall::kSeek ? Fault::kNone : Fault::kRetry;
    }
    if (plan_.lie != Fault::kNone && call == plan_.lie_at && Chance(plan_.lie_chance))
      return plan_.lie;
    if (!faults_on_ || !Chance(0.03 * plan_.fault_rate)) return Fault::kNone;
    ++result_.stats.faults;
    if (Chance(0.25)) return Chance(0.5) ? Fault::kCrashBefore : Fault::kCrashAfter;
    const bool sends = call == LogCall::kInit || call == LogCall::kSendOffsets ||
                       call == LogCall::kCommit || call == LogCall::kAbort;
    switch (Below(4)) {
      case 0:
        return call == LogCall::kSeek || call == LogCall::kJoin ? Fault::kNone : Fault::kRetry;
      case 1:
        return sends || call == LogCall::kProduce ? Fault::kUnknownLost : Fault::kNone;
      case 2:
        return sends || call == LogCall::kProduce ? Fault::kUnknownDone : Fault::kNone;
      default:
        return call == LogCall::kProduce || call == LogCall::kSendOffsets ||
                       call == LogCall::kCommit
                   ? Fault::kAbort
                   : Fault::kNone;
    }
  }

  // A worker has ended: that it was fenced or has died is part of the game, anything else is not.
  void Note(const Process& process, const absl::Status& status) {
    if (process.log->crashed()) {
      ++result_.stats.crashes;
    } else if (absl::IsFailedPrecondition(status)) {
      ++result_.stats.fenced;
    } else if (!absl::IsUnavailable(status)) {
      result_.violations.push_back(absl::StrCat("a worker ended: ", status.ToString()));
    }
  }

  // Stands still within a call, while the others take over what it has, or loses its network.
  void Stall(Process& process) {
    ++result_.stats.stalls;
    process.stall_at = std::nullopt;
    log_.ExpireMember(plan_.services[process.service].spec.name, process.member);
    if (Chance(0.3)) {
      process.cut_off_calls = 1 + Below(40);
      return;
    }
    process.suspended = true;
    for (size_t left = 20 + Below(200); left > 0; --left) {
      if (Chance(0.05)) {
        Act();
      } else {
        StepSomebody();
      }
    }
    process.suspended = false;
  }

  void StepSomebody() {
    if (!processes_.empty()) Step(*processes_[Below(processes_.size())]);
  }

  // Returns whether it worked.
  bool Step(Process& process) {
    if (process.suspended) return false;
    ++result_.stats.steps;
    const absl::StatusOr<StepResult> result = process.worker->Step();
    if (result.ok()) return result->worked || result->waiting;
    Note(process, result.status());
    process.worker = nullptr;
    if (process.log->crashed() && faults_on_) graves_.push_back(std::move(process.log));
    processes_.erase(std::find_if(processes_.begin(), processes_.end(),
                                  [&](const auto& known) { return known.get() == &process; }));
    return true;
  }

  // At least once: what the acceptor has no answer for it sends again, now or later.
  void Send() {
    std::vector<SimulatedInput> inputs;
    if (!unanswered_.empty() && Chance(0.5)) inputs = std::exchange(unanswered_, {});
    for (size_t n = Below(4); n > 0 && made_ < plan_.inputs; --n) {
      inputs.push_back(plan_.make_input(random_, made_++, clock_.Now()));
    }
    SendAll(inputs);
    if (faults_on_ && Chance(0.2)) unanswered_ = inputs;
  }

  void SendAll(const std::vector<SimulatedInput>& inputs) {
    std::vector<NewRecord> records;
    for (const SimulatedInput& input : inputs) {
      NewRecord& record = records.emplace_back();
      record.topic = input.topic;
      record.key = input.key;
      record.value = input.value;
    }
    std::vector<Written> written;
    TEND_CHECK(acceptor_->Send(records, written).ok());
    result_.stats.sent += static_cast<int64_t>(records.size());
  }

  void CompactSomething() {
    const TopicConfig& topic = plan_.topics[Below(plan_.topics.size())];
    if (topic.cleanup != Cleanup::kCompact) return;
    const int partition = static_cast<int>(Below(static_cast<size_t>(topic.partitions)));
    TEND_CHECK(log_.Compact({topic.name, partition}).ok());
  }

  void Heal() {
    faults_on_ = false;
    graves_.clear();
    SendAll(std::exchange(unanswered_, {}));
    clock_.Advance(absl::Seconds(61));  // hung transactions time out
    for (size_t i = 0; i < plan_.services.size(); ++i) {
      const bool served = std::any_of(
          processes_.begin(), processes_.end(),
          [i](const auto& process) { return process->service == i && !process->zombie; });
      if (!served) StartWorker(i, "0");
    }
  }

  // Runs everybody, zombies too, until nothing moves. Time passes in small steps, so that batches
  // that are open by their timing are committed.
  void Drain(const std::string& when) {
    int quiet = 0;
    for (int round = 0; round < 5'000 && quiet < 50; ++round) {
      bool moved = false;
      for (size_t i = processes_.size(); i-- > 0;) moved |= Step(*processes_[i]);
      if (plan_.bystander) moved |= plan_.bystander(log_, *acceptor_, random_, clock_.Now(), false);
      quiet = moved ? 0 : quiet + 1;
      clock_.Advance(absl::Milliseconds(10));
      ReplaceFenced();
    }
    if (quiet < 50) result_.violations.push_back(absl::StrCat("does not come to rest ", when));
  }

  // A service whose last worker was fenced during the drain gets another one.
  void ReplaceFenced() {
    for (size_t i = 0; i < plan_.services.size(); ++i) {
      const bool served = std::any_of(processes_.begin(), processes_.end(),
                                      [i](const auto& process) { return process->service == i; });
      if (!served) StartWorker(i, "0");
    }
  }

  void CheckState(const std::string& when) {
    for (size_t i = 0; i < plan_.services.size(); ++i) {
      const SimulatedService& service = plan_.services[i];
      const int partitions = *log_.PartitionCount(service.spec.input_topics.front());
      for (int partition = 0; partition < partitions; ++partition) {
        CheckPartition(i, partition, absl::StrCat(service.spec.name, "/", partition, " ", when));
      }
    }
  }

  void CheckPartition(size_t service, int partition, const std::string& what) {
    const SimulatedService& simulated = plan_.services[service];
    const Processor* live = nullptr;
    for (const auto& process : processes_) {
      if (process->service != service || process->worker->processor(partition) == nullptr) continue;
      if (live != nullptr) result_.violations.push_back(absl::StrCat(what, ": served twice"));
      live = process->worker->processor(partition);
    }
    if (live == nullptr) return result_.violations.push_back(absl::StrCat(what, ": not served"));
    if (simulated.spec.changelog_topic.empty() || !simulated.snapshot) return;
    const Snapshot state = simulated.snapshot(*live);
    CompareState(
        what, state,
        RestoreSnapshot(log_, simulated.spec, partition, simulated.snapshot, result_.violations),
        result_.violations);
    TEND_CHECK(log_.Compact({simulated.spec.changelog_topic, partition}).ok());
    CompareState(
        absl::StrCat(what, " compacted"), state,
        RestoreSnapshot(log_, simulated.spec, partition, simulated.snapshot, result_.violations),
        result_.violations);
  }

  // Every group has committed all of its input.
  void CheckOffsets() {
    for (const SimulatedService& service : plan_.services) {
      const auto probe = *log_.Join({service.spec.name, "probe", {}});
      for (const std::string& topic : service.spec.input_topics) {
        const int partitions = *log_.PartitionCount(topic);
        for (int partition = 0; partition < partitions; ++partition) {
          CheckOffset(*probe, {topic, partition}, service.spec.name);
        }
      }
    }
  }

  void CheckOffset(Consumer& probe, const TopicPartition& place, const std::string& group) {
    const absl::StatusOr<std::optional<Offset>> committed = probe.Committed(place);
    if (!committed.ok()) return result_.violations.push_back(committed.status().ToString());
    const OffsetRange range = *log_.Offsets(place, Isolation::kReadCommitted);
    const auto rest =
        *log_.Open(place, committed->value_or(range.start), Isolation::kReadCommitted);
    std::vector<Record> records;
    TEND_CHECK(rest->Poll(PollLimits(), records).ok());
    if (records.empty()) return;
    result_.violations.push_back(absl::StrCat(group, " has not committed ", records.size(),
                                              " records of ", place.topic, "/", place.partition));
  }

  const SimulationPlan& plan_;
  SimulationResult result_;
  std::mt19937_64 random_;
  ManualClock clock_;
  MemoryLog log_;
  std::unique_ptr<Producer> acceptor_;
  bool faults_on_ = true;
  int made_ = 0;
  std::vector<SimulatedInput> unanswered_;
  std::vector<std::unique_ptr<FaultyLog>> graves_;  // sessions of crashed processes
  std::vector<std::unique_ptr<Process>> processes_;
};

}  // namespace

SimulationResult Simulate(const SimulationPlan& plan, uint64_t seed) {
  return Simulator(plan, seed).Run();
}

}  // namespace tend::stream
