#include "services/query/grpc/relationship_service.h"

#include "services/query/grpc/answer.h"

namespace tend::query {

grpc::Status RelationshipServiceHandler::GetRelationship(grpc::ServerContext* /*context*/,
                                                         const v1::GetRelationshipRequest* request,
                                                         v1::GetRelationshipResponse* response) {
  return Answer(questions_.Get(*request), response);
}

grpc::Status RelationshipServiceHandler::ListRelationships(
    grpc::ServerContext* /*context*/, const v1::ListRelationshipsRequest* request,
    v1::ListRelationshipsResponse* response) {
  return Answer(questions_.List(*request), response);
}

grpc::Status RelationshipServiceHandler::SearchRelationships(
    grpc::ServerContext* /*context*/, const v1::SearchRelationshipsRequest* request,
    v1::SearchRelationshipsResponse* response) {
  return Answer(questions_.Search(*request), response);
}

grpc::Status RelationshipServiceHandler::ExplainRelationship(
    grpc::ServerContext* /*context*/, const v1::ExplainRelationshipRequest* request,
    v1::ExplainRelationshipResponse* response) {
  return Answer(questions_.Explain(*request), response);
}

grpc::Status RelationshipServiceHandler::GetTimeline(grpc::ServerContext* /*context*/,
                                                     const v1::GetTimelineRequest* request,
                                                     v1::GetTimelineResponse* response) {
  return Answer(questions_.Timeline(*request), response);
}

}  // namespace tend::query
