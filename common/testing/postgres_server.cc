#include "common/testing/postgres_server.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/postgres/connection.h"

namespace tend {
namespace {

constexpr const char* kScript = "deploy/local/postgres/postgres";  // tests run from the top

std::string ScratchFolder() {
  const char* folder = std::getenv("TMPDIR");
  return absl::StrCat(folder != nullptr ? folder : "/tmp", "/tend-postgres");
}

std::string ReadLine(int fd) {
  std::string line;
  char next = 0;
  while (read(fd, &next, 1) == 1 && next != '\n') line += next;
  return line;
}

}  // namespace

PostgresServer& PostgresServer::Get() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  int to_script[2];
  int from_script[2];
  TEND_CHECK(pipe2(to_script, O_CLOEXEC) == 0 && pipe2(from_script, O_CLOEXEC) == 0);
  const std::string folder = ScratchFolder();
  script_ = fork();
  TEND_CHECK(script_ >= 0);
  if (script_ == 0) {
    dup2(to_script[0], STDIN_FILENO);
    dup2(from_script[1], STDOUT_FILENO);
    execl(kScript, kScript, "run", "--scratch", "--with-stdin", "--data", folder.c_str(), nullptr);
    _exit(127);
  }
  close(to_script[0]);
  close(from_script[1]);
  stdin_ = to_script[1];
  stdout_ = from_script[0];
  const std::string line = ReadLine(stdout_);
  conninfo_ = std::string(absl::StripPrefix(line, "conninfo "));
  TEND_CHECK(!conninfo_.empty());  // the script has said why
}

PostgresServer::~PostgresServer() {
  close(stdin_);
  close(stdout_);
  waitpid(script_, nullptr, 0);
}

void PostgresServer::Say(const std::string& word) {
  const std::string line = word + "\n";
  TEND_CHECK(write(stdin_, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  TEND_CHECK(ReadLine(stdout_) == word);
}

std::string PostgresServer::NewDatabase() {
  const std::string name = absl::StrCat("test", ++databases_);
  postgres::Connection connection({conninfo_});
  TEND_CHECK(connection.RunScript(absl::StrCat("CREATE DATABASE ", name)).ok());
  return absl::StrReplaceAll(conninfo_, {{"dbname=tend", absl::StrCat("dbname=", name)}});
}

}  // namespace tend
