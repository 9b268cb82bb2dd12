// RelationshipService over gRPC. FindPaths and GetAccount are not built yet: UNIMPLEMENTED.

#ifndef TEND_SERVICES_QUERY_GRPC_RELATIONSHIP_SERVICE_H_
#define TEND_SERVICES_QUERY_GRPC_RELATIONSHIP_SERVICE_H_

#include "services/query/postgres/relationship_questions.h"
#include "tend/v1/relationship_service.grpc.pb.h"

namespace tend::query {

class RelationshipServiceHandler final : public v1::RelationshipService::Service {
 public:
  // questions outlives the handler.
  explicit RelationshipServiceHandler(RelationshipQuestions& questions) : questions_(questions) {}

  grpc::Status GetRelationship(grpc::ServerContext* context,
                               const v1::GetRelationshipRequest* request,
                               v1::GetRelationshipResponse* response) override;
  grpc::Status ListRelationships(grpc::ServerContext* context,
                                 const v1::ListRelationshipsRequest* request,
                                 v1::ListRelationshipsResponse* response) override;
  grpc::Status SearchRelationships(grpc::ServerContext* context,
                                   const v1::SearchRelationshipsRequest* request,
                                   v1::SearchRelationshipsResponse* response) override;
  grpc::Status ExplainRelationship(grpc::ServerContext* context,
                                   const v1::ExplainRelationshipRequest* request,
                                   v1::ExplainRelationshipResponse* response) override;
  grpc::Status GetTimeline(grpc::ServerContext* context, const v1::GetTimelineRequest* request,
                           v1::GetTimelineResponse* response) override;

 private:
  RelationshipQuestions& questions_;
};

}  // namespace tend::query

#endif  // TEND_SERVICES_QUERY_GRPC_RELATIONSHIP_SERVICE_H_
