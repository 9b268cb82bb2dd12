// A gRPC server's unary methods as JSON by POST: the Connect protocol's unary half.
//
//   curl http://127.0.0.1:7434/tend.v1.NudgeService/GetNudge
//     -H 'content-type: application/json' -d '{"nudgeId":"n1"}'
//
// Messages in protobuf's JSON form (or binary, as application/proto); errors as
// {"code":"not_found","message":"..."} under Connect's HTTP status. Unknown fields are refused.
// Not there: streaming, compression, GET. Source: connectrpc.com/docs/protocol (read 2026-11-24).

#ifndef TEND_COMMON_RPC_HTTP_CONNECT_H_
#define TEND_COMMON_RPC_HTTP_CONNECT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/rpc/access.h"
#include "common/rpc/http/message.h"
#include "common/rpc/server.h"

namespace tend::rpc {

// The routes for these services ("tend.v1.NudgeService"), which `server` serves and whose messages
// are linked into the program. A caller needs the token that gRPC would ask for. Both outlive the
// routes.
std::vector<HttpRoute> ConnectRoutes(Server& server, const Access& access,
                                     const std::vector<std::string>& services);

// A status as Connect answers it.
HttpResponse ConnectError(const absl::Status& status);

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_HTTP_CONNECT_H_
