// What gRPC's core says by itself, which are raw lines on standard error unless somebody asks.

#ifndef TEND_COMMON_RPC_GRPC_LOG_H_
#define TEND_COMMON_RPC_GRPC_LOG_H_

namespace tend::rpc {

// Of the whole process. The first call counts, before the first channel or server; any thread.
enum class GrpcLog {
  kEvents,  // events of our log: a service's
  kSilent,  // nothing: a command's, whose calls' errors say what matters
};
void SetGrpcLog(GrpcLog log);

}  // namespace tend::rpc

#endif  // TEND_COMMON_RPC_GRPC_LOG_H_
