// Which requests were answered, by the id their caller chose: the same request again gets the same
// answer and has no second effect. Of one process and of the last minutes.

#ifndef TEND_SERVICES_INGEST_REQUEST_MEMORY_H_
#define TEND_SERVICES_INGEST_REQUEST_MEMORY_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/runtime/mutex.h"
#include "common/stream/clock.h"
#include "tend/v1/ingest_service.pb.h"

namespace tend::ingest {

// An answer beyond either is forgotten, the oldest first. ingest_service.proto tells callers.
struct RequestMemoryLimits {
  absl::Duration age = absl::Minutes(10);
  int64_t bytes = 64 << 20;
};

// Any thread. Shared by its user and by the attempts under way, which may outlast the user.
class RequestMemory : public std::enable_shared_from_this<RequestMemory> {
 public:
  // A request under way. One that goes without an answer is forgotten, so that its repeat is tried
  // anew.
  class Attempt {
   public:
    // Of a request that nobody will ask about.
    Attempt() = default;
    Attempt(Attempt&&) = default;
    Attempt& operator=(Attempt&& other) noexcept;
    ~Attempt();

    // What was answered before; nullopt: it is new, do it.
    const std::optional<v1::PublishInteractionsResponse>& before() const { return before_; }
    // It is done, and this is what it and its repeats are told.
    void Answer(const v1::PublishInteractionsResponse& answer);

   private:
    friend class RequestMemory;
    Attempt(std::shared_ptr<RequestMemory> memory, std::string id)
        : memory_(std::move(memory)), id_(std::move(id)) {}
    explicit Attempt(v1::PublishInteractionsResponse before) : before_(std::move(before)) {}

    std::shared_ptr<RequestMemory> memory_;  // null: nothing is to be told to it
    std::string id_;
    std::optional<v1::PublishInteractionsResponse> before_;
  };

  // clock: outlives the memory.
  static std::shared_ptr<RequestMemory> Make(const stream::Clock& clock,
                                             const RequestMemoryLimits& limits = {});

  // content: the request's digest. Errors: INVALID_ARGUMENT when the id came with other content;
  // UNAVAILABLE while the same request is under way.
  absl::StatusOr<Attempt> Begin(const std::string& id, const std::string& content);

 private:
  struct Request {
    std::string content;
    std::optional<std::string> answer;  // serialized; nullopt: under way
  };
  struct Answered {
    absl::Duration time;
    std::string id;
  };

  RequestMemory(const stream::Clock& clock, const RequestMemoryLimits& limits)
      : clock_(clock), limits_(limits) {}

  void Keep(const std::string& id, std::string answer);
  void Forget(const std::string& id);
  // What is beyond the limits.
  void ForgetOld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const stream::Clock& clock_;
  const RequestMemoryLimits limits_;
  Mutex mu_;
  std::unordered_map<std::string, Request> requests_ ABSL_GUARDED_BY(mu_);
  std::deque<Answered> answered_ ABSL_GUARDED_BY(mu_);  // oldest first
  int64_t bytes_ ABSL_GUARDED_BY(mu_) = 0;              // of all that are answered
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_REQUEST_MEMORY_H_
