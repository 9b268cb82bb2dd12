// IngestService: the door for what happened. Thin: decode, accept, publish, answer.

#ifndef TEND_SERVICES_INGEST_GRPC_INGEST_SERVICE_H_
#define TEND_SERVICES_INGEST_GRPC_INGEST_SERVICE_H_

#include <memory>

#include "absl/status/status.h"
#include "common/stream/clock.h"
#include "services/ingest/import_ledger.h"
#include "services/ingest/publisher.h"
#include "services/ingest/request_memory.h"
#include "tend/v1/ingest_service.grpc.pb.h"

namespace tend::ingest {

// What is rejected is answered and also written to tend.rejects.v1, with its bytes.
class IngestServiceHandler final
    : public v1::IngestService::WithCallbackMethod_StreamInteractions<v1::IngestService::Service> {
 public:
  // All outlive the handler.
  IngestServiceHandler(Publisher& publisher, ImportLedger& ledger, const stream::Clock& clock)
      : publisher_(publisher),
        ledger_(ledger),
        clock_(clock),
        requests_(RequestMemory::Make(clock)) {}

  grpc::Status PublishInteractions(grpc::ServerContext* context,
                                   const v1::PublishInteractionsRequest* request,
                                   v1::PublishInteractionsResponse* response) override;

  grpc::ServerBidiReactor<v1::StreamInteractionsRequest, v1::StreamInteractionsResponse>*
  StreamInteractions(grpc::CallbackServerContext* context) override;

  grpc::Status ImportList(grpc::ServerContext* context,
                          grpc::ServerReader<v1::ImportListRequest>* reader,
                          v1::ImportListResponse* response) override;

  grpc::Status ImportOwners(grpc::ServerContext* context, const v1::ImportOwnersRequest* request,
                            v1::ImportOwnersResponse* response) override;

 private:
  absl::Status Publish(const v1::PublishInteractionsRequest& request,
                       v1::PublishInteractionsResponse* response);

  Publisher& publisher_;
  ImportLedger& ledger_;
  const stream::Clock& clock_;
  const std::shared_ptr<RequestMemory> requests_;  // and of the requests under way
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_GRPC_INGEST_SERVICE_H_
