// A real PostgreSQL server for the tests of one binary: started by the first test that asks,
// stopped with the process, however that ends.

#ifndef TEND_COMMON_TESTING_POSTGRES_SERVER_H_
#define TEND_COMMON_TESTING_POSTGRES_SERVER_H_

#include <sys/types.h>

#include <string>

namespace tend {

// deploy/local/postgres/postgres runs it, without syncing to disk, on a free port. That script ends
// it when our end of its stdin closes: with us, also when we are killed.
class PostgresServer {
 public:
  // The process's. Ends the process with the script's own words when it does not start.
  static PostgresServer& Get();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  // A new, empty database: how libpq finds it.
  std::string NewDatabase();

  // The server goes away, and comes back with its data at the same place.
  void Stop() { Say("stop"); }
  void Start() { Say("start"); }

 private:
  PostgresServer();
  void Say(const std::string& word);

  pid_t script_ = -1;
  int stdin_ = -1;
  int stdout_ = -1;
  std::string conninfo_;  // of the database "tend"
  int databases_ = 0;
};

}  // namespace tend

#endif  // TEND_COMMON_TESTING_POSTGRES_SERVER_H_
