#include "services/ingest/request_memory.h"

#include <utility>

#include "absl/status/status.h"
#include "common/base/check.h"

namespace tend::ingest {
namespace {

// What keeping one takes beside its answer: a node and a place in the queue, with id and digest of
// 32 characters.
constexpr int64_t kOverheadBytes = 320;

int64_t SizeOf(const std::string& answer) {
  return kOverheadBytes + static_cast<int64_t>(answer.size());
}

}  // namespace

RequestMemory::Attempt& RequestMemory::Attempt::operator=(Attempt&& other) noexcept {
  memory_.swap(other.memory_);  // what this was goes with the other
  id_.swap(other.id_);
  before_.swap(other.before_);
  return *this;
}

RequestMemory::Attempt::~Attempt() {
  if (memory_ != nullptr) memory_->Forget(id_);
}

void RequestMemory::Attempt::Answer(const v1::PublishInteractionsResponse& answer) {
  if (memory_ != nullptr) memory_->Keep(id_, answer.SerializeAsString());
  memory_ = nullptr;
}

std::shared_ptr<RequestMemory> RequestMemory::Make(const stream::Clock& clock,
                                                   const RequestMemoryLimits& limits) {
  return std::shared_ptr<RequestMemory>(new RequestMemory(clock, limits));
}

absl::StatusOr<RequestMemory::Attempt> RequestMemory::Begin(const std::string& id,
                                                            const std::string& content) {
  const MutexLock lock(mu_);
  ForgetOld();
  const auto [at, is_new] = requests_.try_emplace(id, Request{content, std::nullopt});
  if (is_new) return Attempt(shared_from_this(), id);
  const Request& first = at->second;
  if (first.content != content) {
    return absl::InvalidArgumentError("request_id: it came before with other content");
  }
  if (!first.answer.has_value()) {
    return absl::UnavailableError("the same request is under way, try again");
  }
  v1::PublishInteractionsResponse before;
  TEND_CHECK(before.ParseFromString(*first.answer));
  return Attempt(std::move(before));
}

void RequestMemory::Keep(const std::string& id, std::string answer) {
  const MutexLock lock(mu_);
  bytes_ += SizeOf(answer);
  requests_.find(id)->second.answer = std::move(answer);
  answered_.push_back({clock_.Elapsed(), id});
  ForgetOld();
}

void RequestMemory::Forget(const std::string& id) {
  const MutexLock lock(mu_);
  requests_.erase(id);
}

void RequestMemory::ForgetOld() {
  const absl::Duration oldest = clock_.Elapsed() - limits_.age;
  while (!answered_.empty() && (answered_.front().time < oldest || bytes_ > limits_.bytes)) {
    const auto gone = requests_.find(answered_.front().id);
    bytes_ -= SizeOf(*gone->second.answer);
    requests_.erase(gone);
    answered_.pop_front();
  }
}

}  // namespace tend::ingest
