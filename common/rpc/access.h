// Who may call what. A caller shows a bearer token; the configuration holds its hash and what it
// allows; one table says which method needs which scope.

#ifndef TEND_COMMON_RPC_ACCESS_H_
#define TEND_COMMON_RPC_ACCESS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tend/v1/service_config.pb.h"

namespace tend::rpc {

// What a method needs, "/tend.v1.NudgeService/GetNudge"; nullopt: no token at all (health).
// A method that is not in the table needs SCOPE_OPERATE.
std::optional<v1::Scope> ScopeOf(absl::string_view method);

// Immutable after construction; any thread.
class Access {
 public:
  explicit Access(const v1::RuntimeConfig& config);

  // Everybody who reaches the server may do everything: there are no tokens.
  bool open() const { return grants_.empty(); }

  // authorization: the header's value, "Bearer TOKEN"; empty when there was none.
  // Errors: UNAUTHENTICATED (no token, or none of ours), PERMISSION_DENIED naming the scope needed.
  absl::Status Check(absl::string_view method, absl::string_view authorization) const;
  absl::Status CheckScope(v1::Scope scope, absl::string_view authorization) const;

 private:
  struct Grant {
    std::string sha256;  // 32 bytes
    std::vector<v1::Scope> scopes;
  };

  std::vector<Grant> grants_;
};

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_ACCESS_H_
