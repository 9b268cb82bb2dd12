#include "common/testing/kafka_broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"

namespace tend {
namespace {

constexpr const char* kScript = "deploy/local/kafka/kafka";  // tests run from the top of the tree
constexpr absl::string_view kLoopback = "127.0.0.1:";

std::string MakeFolder() {
  const char* parent = std::getenv("TMPDIR");
  std::string folder = absl::StrCat(parent != nullptr ? parent : "/tmp", "/tend-kafka-XXXXXX");
  TEND_CHECK(mkdtemp(folder.data()) != nullptr);
  return folder;
}

std::string ReadLine(int fd) {
  std::string line;
  char next = 0;
  while (read(fd, &next, 1) == 1 && next != '\n') line += next;
  return line;
}

// Kafka's protocol: big-endian, strings with a length in front.
void AppendInt(std::string& bytes, int64_t value, int size) {
  for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i));
}
void AppendString(std::string& bytes, absl::string_view text) {
  AppendInt(bytes, static_cast<int64_t>(text.size()), 2);
  bytes.append(text.data(), text.size());
}

bool ReadAll(int fd, char* into, size_t size) {
  for (size_t got = 0; got < size;) {
    const ssize_t count = read(fd, into + got, size - got);
    if (count <= 0) return false;
    got += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

KafkaBroker& KafkaBroker::Get() {
  static KafkaBroker broker;
  return broker;
}

KafkaBroker::KafkaBroker() {
  int to_script[2];
  int from_script[2];
  TEND_CHECK(pipe2(to_script, O_CLOEXEC) == 0 && pipe2(from_script, O_CLOEXEC) == 0);
  folder_ = MakeFolder();
  script_ = fork();
  TEND_CHECK(script_ >= 0);
  if (script_ == 0) {
    dup2(to_script[0], STDIN_FILENO);
    dup2(from_script[1], STDOUT_FILENO);
    execl(kScript, kScript, "run", "--scratch", "--with-stdin", "--data", folder_.c_str(), nullptr);
    _exit(127);
  }
  close(to_script[0]);
  close(from_script[1]);
  stdin_ = to_script[1];
  const std::string line = ReadLine(from_script[0]);
  close(from_script[0]);
  bootstrap_ = std::string(absl::StripPrefix(line, "bootstrap "));
  TEND_CHECK(!bootstrap_.empty());  // the script has said why
}

KafkaBroker::~KafkaBroker() {
  close(stdin_);
  waitpid(script_, nullptr, 0);
  rmdir(folder_.c_str());  // the script has removed what was in it
}

kafka::KafkaOptions KafkaBroker::Options() const {
  kafka::KafkaOptions options;
  options.bootstrap_servers = bootstrap_;
  options.session_timeout = absl::Seconds(2);
  options.heartbeat_interval = absl::Milliseconds(100);
  options.transaction_timeout = absl::Seconds(4);
  options.linger = absl::Milliseconds(1);
  return options;
}

std::string KafkaBroker::PartitionFolder(absl::string_view topic, int partition) const {
  for (const auto& scratch : std::filesystem::directory_iterator(folder_)) {
    return absl::StrCat(scratch.path().string(), "/log/", topic, "-", partition);
  }
  return "";
}

void KafkaBroker::Pause() const { Signal(SIGSTOP); }
void KafkaBroker::Resume() const { Signal(SIGCONT); }

void KafkaBroker::Signal(int signal) const {
  std::ifstream children(absl::StrCat("/proc/", script_, "/task/", script_, "/children"));
  pid_t broker = -1;
  TEND_CHECK(children >> broker);
  TEND_CHECK(kill(broker, signal) == 0);
}

int KafkaBroker::port() const {
  int port = 0;
  TEND_CHECK(absl::SimpleAtoi(absl::StripPrefix(bootstrap_, kLoopback), &port));
  return port;
}

void KafkaBroker::Disconnect() const {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    int fd = -1;
    sockaddr_in peer = {};
    socklen_t size = sizeof(peer);
    if (!absl::SimpleAtoi(entry.path().filename().string(), &fd) ||
        getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) {
      continue;
    }
    if (peer.sin_family == AF_INET && ntohs(peer.sin_port) == port()) shutdown(fd, SHUT_RDWR);
  }
}

// LeaveGroup, version 3, which no librdkafka of Debian 12 sends for somebody else.
bool KafkaBroker::RemoveMember(absl::string_view group, absl::string_view member) const {
  std::string request;
  AppendInt(request, 13, 2);  // LeaveGroup
  AppendInt(request, 3, 2);
  AppendInt(request, 1, 4);  // correlation
  AppendString(request, "test");
  AppendString(request, group);
  AppendInt(request, 1, 4);   // members
  AppendString(request, "");  // whatever its id
  AppendString(request, member);
  std::string framed;
  AppendInt(framed, static_cast<int64_t>(request.size()), 4);
  framed += request;

  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char head[14];  // size, correlation, throttle time, error
  const bool answered =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      write(fd, framed.data(), framed.size()) == static_cast<ssize_t>(framed.size()) &&
      ReadAll(fd, head, sizeof(head));
  close(fd);
  return answered && head[12] == 0 && head[13] == 0;
}

}  // namespace tend
