// Sends interactions at a fixed rate, whatever the answers do (an open loop), and tells how long
// after its acceptance each nudge came by WatchNudges, and was shown by ListNudges.
//
//   open_loop --ingest 127.0.0.1:7410 --query 127.0.0.1:7414 --rate 1000 --seconds 30 --probes 50
//
// Probes are people whom one more act makes READY (tests/bench/latency.py prepares them); the rest
// is about people who look at pages and write to their owner. A nudge is matched to its
// interaction by NudgeChanged.source_position.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "tend/v1/ingest_service.grpc.pb.h"
#include "tend/v1/nudge_service.grpc.pb.h"

namespace tend {
namespace {

using Clock = std::chrono::steady_clock;
using Place = std::pair<int, int64_t>;  // partition and offset on tend.interactions.v1

constexpr auto kTick = std::chrono::milliseconds(5);
constexpr size_t kMostUnanswered = 60;  // of requests; the service allows 64
constexpr auto kPatience = std::chrono::seconds(10);
constexpr int kOwners = 1000;  // few nudges each: within the daily budget, and on one page
// Of the nudges, those that are looked for by ListNudges as well: one in so many.
constexpr int kListedOneIn = 10;
// So many are looked for at a time, each so often.
constexpr int kListers = 8;
constexpr auto kLookEvery = std::chrono::milliseconds(20);

struct Options {
  std::string ingest, query, run = "1";
  int rate = 1000, seconds = 30, probes = 50, people = 20'000;
};

double Milliseconds(Clock::duration span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

// Latencies in milliseconds; for one thread, or under a lock.
class Latencies {
 public:
  void Add(Clock::duration span) { values_.push_back(Milliseconds(span)); }
  std::string Summary() {
    if (values_.empty()) return "none";
    std::sort(values_.begin(), values_.end());
    const auto at = [&](double q) {
      return values_[static_cast<size_t>(q * static_cast<double>(values_.size() - 1))];
    };
    return absl::StrFormat("p50 %.0f  p90 %.0f  p99 %.0f  max %.0f ms  (of %d)", at(.5), at(.9),
                           at(.99), values_.back(), values_.size());
  }

 private:
  std::vector<double> values_;
};

struct Seen {
  Clock::time_point at;
  std::string nudge_id, owner_id;
};

// What the three sides know of each probe.
class Board {
 public:
  void Accepted(const Place& place, Clock::time_point at) {
    const std::scoped_lock lock(mu_);
    accepted_[place] = at;
  }
  void Watched(const Place& place, Seen seen) {
    {
      const std::scoped_lock lock(mu_);
      if (++watched_count_ % kListedOneIn == 0) to_list_.push_back(place);
      watched_[place] = std::move(seen);
    }
    changed_.notify_all();
  }
  // Waits for a nudge to look for. False: there will be no more.
  bool NextToList(Place& place, Seen& seen) {
    std::unique_lock lock(mu_);
    changed_.wait(lock, [&] { return ended_ || !to_list_.empty(); });
    if (ended_) return false;
    place = to_list_.back();
    to_list_.pop_back();
    seen = watched_.at(place);
    return true;
  }
  bool ended() {
    const std::scoped_lock lock(mu_);
    return ended_;
  }
  void Listed(const Place& place, Clock::time_point at) {
    const std::scoped_lock lock(mu_);
    listed_[place] = at;
  }
  void End() {
    {
      const std::scoped_lock lock(mu_);
      ended_ = true;
    }
    changed_.notify_all();
  }
  // Until every probe was watched, or patience is over.
  void AwaitWatched(size_t probes) {
    std::unique_lock lock(mu_);
    changed_.wait_for(lock, kPatience, [&] { return MatchedLocked() >= probes; });
  }
  void Print(size_t probes) {
    const std::scoped_lock lock(mu_);
    Latencies watch, list;
    for (const auto& [place, at] : accepted_) {
      const auto seen = watched_.find(place);
      if (seen != watched_.end()) watch.Add(seen->second.at - at);
      const auto listed = listed_.find(place);
      if (listed != listed_.end()) list.Add(listed->second - at);
    }
    std::cout << "  accepted -> WatchNudges:  " << watch.Summary() << "\n"
              << "  accepted -> ListNudges:   " << list.Summary() << "\n"
              << "  probes sent " << probes << ", nudges that came " << MatchedLocked() << "\n";
  }

 private:
  size_t MatchedLocked() const {
    return static_cast<size_t>(
        std::count_if(accepted_.begin(), accepted_.end(),
                      [&](const auto& one) { return watched_.find(one.first) != watched_.end(); }));
  }

  std::mutex mu_;
  std::condition_variable changed_;
  std::map<Place, Clock::time_point> accepted_, listed_;
  std::map<Place, Seen> watched_;
  std::vector<Place> to_list_;
  int watched_count_ = 0;
  bool ended_ = false;
};

v1::Interaction ActOf(const std::string& address, const std::string& id) {
  v1::Interaction act;
  act.set_id(id);
  act.mutable_source()->set_system("bench");
  act.mutable_source()->set_instance("1");
  act.mutable_source()->set_record_id(id);
  act.mutable_occur_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  v1::Party& party = *act.add_parties();
  party.set_role(v1::PARTY_ROLE_SUBJECT);
  v1::Identifier& identifier = *party.add_identifiers();
  identifier.set_kind(v1::IDENTIFIER_KIND_EMAIL);
  identifier.set_raw(address);
  return act;
}

v1::Interaction Probe(const Options& options, int n) {
  v1::Interaction act = ActOf(absl::StrCat("probe-", options.run, "-", n, "@probe.example"),
                              absl::StrCat("probe-", options.run, "-", n));
  act.mutable_question_asked()->set_topic("integration");
  return act;
}

// Half look at a page, half write to their owner.
v1::Interaction Background(const Options& options, int64_t n) {
  const int64_t person = (n * 7919) % options.people;
  v1::Interaction act = ActOf(absl::StrCat("person-", person, "@background.example"),
                              absl::StrCat("background-", options.run, "-", n));
  if (n % 2 == 0) {
    act.mutable_page_visited()->set_kind(v1::PAGE_KIND_CONTENT);
    act.mutable_page_visited()->set_url("https://orchard.example/guide");
    return act;
  }
  act.mutable_parties(0)->set_role(v1::PARTY_ROLE_FROM);
  v1::Party& owner = *act.add_parties();
  owner.set_role(v1::PARTY_ROLE_TO);
  v1::Identifier& identifier = *owner.add_identifiers();
  identifier.set_kind(v1::IDENTIFIER_KIND_EMAIL);
  identifier.set_raw(absl::StrCat("owner-", person % kOwners, "@orchard.example"));
  act.set_channel(v1::CHANNEL_MAIL);
  act.mutable_message_sent();
  return act;
}

// The sending side: a request a tick, its answers as they come.
class Sender {
 public:
  Sender(const Options& options, const std::shared_ptr<grpc::Channel>& channel, Board& board)
      : options_(options), board_(board), stub_(v1::IngestService::NewStub(channel)) {
    stream_ = stub_->StreamInteractions(&context_);
  }

  grpc::Status Run() {
    std::thread reader([this] { ReadAnswers(); });
    const Clock::time_point begin = Clock::now();
    const int64_t ticks = std::chrono::seconds(options_.seconds) / kTick;
    const double per_tick = options_.rate / (1.0 / std::chrono::duration<double>(kTick).count());
    const double probes_per_tick =
        options_.probes / (1.0 / std::chrono::duration<double>(kTick).count());
    for (int64_t tick = 0; tick < ticks; ++tick) {
      const Clock::time_point due = begin + tick * kTick;
      std::this_thread::sleep_until(due);
      v1::StreamInteractionsRequest request;
      Sent sent{due, {}};
      const auto total = static_cast<int64_t>(per_tick * static_cast<double>(tick + 1));
      const auto probes = static_cast<int>(probes_per_tick * static_cast<double>(tick + 1));
      while (probes_ < probes) {
        sent.probes.push_back(request.interactions_size());
        *request.add_interactions() = Probe(options_, probes_++);
        ++count_;
      }
      for (; count_ < total; ++count_) *request.add_interactions() = Background(options_, count_);
      if (request.interactions().empty()) continue;
      if (!Write(request, std::move(sent))) break;
    }
    stream_->WritesDone();
    reader.join();
    took_ = Clock::now() - begin;
    return stream_->Finish();
  }

  size_t probes() const { return static_cast<size_t>(probes_); }
  void Print() {
    std::cout << absl::StrFormat("  sent %d at %d/s in %.1f s, rejected %d\n", count_,
                                 options_.rate, std::chrono::duration<double>(took_).count(),
                                 rejected_)
              << "  due -> accepted:          " << acceptance_.Summary() << "\n";
  }

 private:
  struct Sent {
    Clock::time_point due;
    std::vector<int> probes;  // their places in the request
  };

  bool Write(const v1::StreamInteractionsRequest& request, Sent sent) {
    {
      std::unique_lock lock(mu_);
      room_.wait(lock, [&] { return unanswered_.size() < kMostUnanswered || ended_; });
      if (ended_) return false;
      unanswered_.push_back(std::move(sent));
    }
    return stream_->Write(request);
  }

  void ReadAnswers() {
    v1::StreamInteractionsResponse answer;
    while (stream_->Read(&answer)) {
      const Clock::time_point now = Clock::now();
      Sent sent;
      {
        const std::scoped_lock lock(mu_);
        sent = std::move(unanswered_.front());
        unanswered_.erase(unanswered_.begin());
      }
      room_.notify_one();
      acceptance_.Add(now - sent.due);
      for (const v1::InteractionResult& result : answer.results()) rejected_ += result.has_reject();
      for (const int probe : sent.probes) {
        const v1::Position& position = answer.results(probe).position();
        board_.Accepted({position.partition(), position.offset()}, now);
      }
    }
    const std::scoped_lock lock(mu_);
    ended_ = true;
    room_.notify_one();
  }

  const Options options_;
  Board& board_;
  const std::unique_ptr<v1::IngestService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<v1::StreamInteractionsRequest, v1::StreamInteractionsResponse>>
      stream_;
  int64_t count_ = 0;
  int probes_ = 0;
  Clock::duration took_{};

  std::mutex mu_;
  std::condition_variable room_;
  std::vector<Sent> unanswered_;
  bool ended_ = false;
  Latencies acceptance_;  // of the reader, until it has ended
  int64_t rejected_ = 0;  // as above
};

// Looks for nudges until ListNudges shows each.
void ListAll(v1::NudgeService::Stub& stub, Board& board) {
  Place place;
  Seen seen;
  while (board.NextToList(place, seen)) {
    for (bool found = false; !found && !board.ended();) {
      grpc::ClientContext context;
      v1::ListNudgesRequest request;
      request.set_owner_id(seen.owner_id);
      request.set_include_held(true);
      request.set_page_size(20);
      v1::ListNudgesResponse response;
      if (!stub.ListNudges(&context, request, &response).ok()) continue;
      found = std::any_of(response.nudges().begin(), response.nudges().end(),
                          [&](const v1::Nudge& n) { return n.nudge_id() == seen.nudge_id; });
      if (found) board.Listed(place, Clock::now());
      if (!found) std::this_thread::sleep_for(kLookEvery);
    }
  }
}

int Fail(const std::string& what) {
  std::cerr << "open_loop: " << what << "\n";
  return 1;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> ChannelTo(const std::string& address) {
  rpc::ChannelOptions options;
  options.address = address;
  return rpc::MakeChannel(options);
}

int Run(const Options& options) {
  const auto ingest = ChannelTo(options.ingest);
  const auto query = ChannelTo(options.query);
  if (!ingest.ok() || !query.ok()) return Fail("an address is none");
  Board board;
  const auto nudges = v1::NudgeService::NewStub(*query);
  grpc::ClientContext watch_context;
  const auto watch = nudges->WatchNudges(&watch_context, {});
  v1::WatchNudgesResponse change;
  if (!watch->Read(&change)) {  // the first answer: it has begun
    return Fail(absl::StrCat("WatchNudges: ", watch->Finish().error_message()));
  }
  std::thread watcher([&] {
    while (watch->Read(&change)) {
      const v1::NudgeChanged& c = change.change();
      if (!c.has_source_position() || c.reason_case() != v1::NudgeChanged::kOpenedByMomentId) {
        continue;
      }
      board.Watched({c.source_position().partition(), c.source_position().offset()},
                    {Clock::now(), c.nudge().nudge_id(), c.nudge().owner_id()});
    }
  });
  std::vector<std::thread> listers;
  listers.reserve(kListers);
  for (int i = 0; i < kListers; ++i) listers.emplace_back([&] { ListAll(*nudges, board); });
  Sender sender(options, *ingest, board);
  const grpc::Status sent = sender.Run();
  board.AwaitWatched(sender.probes());
  board.End();
  for (std::thread& lister : listers) lister.join();
  watch_context.TryCancel();
  watcher.join();
  if (!sent.ok()) return Fail(absl::StrCat("StreamInteractions: ", sent.error_message()));
  sender.Print();
  board.Print(sender.probes());
  return 0;
}

}  // namespace
}  // namespace tend

int main(int argc, char** argv) {
  CLI::App app("How long a nudge takes at a fixed rate of interactions", "open_loop");
  tend::Options options;
  app.add_option("--ingest", options.ingest, "Ingest's gRPC, host:port")->required();
  app.add_option("--query", options.query, "Query's gRPC, host:port")->required();
  app.add_option("--rate", options.rate, "Interactions a second")->capture_default_str();
  app.add_option("--seconds", options.seconds, "How long")->capture_default_str();
  app.add_option("--probes", options.probes, "Of these, a second: each opens a nudge")
      ->capture_default_str();
  app.add_option("--people", options.people, "That the rest is about")->capture_default_str();
  app.add_option("--run", options.run, "Part of the probes' addresses: <run>-0, <run>-1, ...")
      ->capture_default_str();
  app.footer(
      "Example:\n  open_loop --ingest 127.0.0.1:7410 --query 127.0.0.1:7414 --rate 1000 --probes "
      "50");
  CLI11_PARSE(app, argc, argv);
  return tend::Run(options);
}
