// The HTTP door of one source: POST /v1/sources/NAME with signed JSON, or with CloudEvents.
//
//   200  all rows are in the log, as interactions or as rejects; the body is a DeliveryResult
//   400  there is nothing to keep: no body, or a header that cannot be read
//   401, 403  no signature or token, or not a good one
//   413, 415, 429  too long; not JSON or a CloudEvent; too many at a time
//   503  the log does not answer; send again after Retry-After
// Bad content is 200 with its reject kept: senders repeat what they are refused, up to ten times a
// day, and it would not get better. Forms with an example each: docs/formats.md.

#ifndef TEND_SERVICES_INGEST_WEB_SOURCE_DOOR_H_
#define TEND_SERVICES_INGEST_WEB_SOURCE_DOOR_H_

#include <optional>

#include "common/rpc/access.h"
#include "common/rpc/http/message.h"
#include "common/stream/clock.h"
#include "services/ingest/publisher.h"
#include "services/ingest/source.h"

namespace tend::ingest {

class SourceDoor {
 public:
  // All outlive the door. A source with keys asks for a signature; one without, for a token where
  // there are any.
  SourceDoor(const Source& source, const rpc::Access& access, Publisher& publisher,
             const stream::Clock& clock)
      : source_(source), access_(access), publisher_(publisher), clock_(clock) {}

  // Uses the door for as long as it is served.
  rpc::HttpRoute Route() const;

 private:
  std::optional<rpc::HttpResponse> Admit(const rpc::HttpRequest& request) const;
  rpc::HttpResponse Answer(const rpc::HttpRequest& request) const;

  const Source& source_;
  const rpc::Access& access_;
  Publisher& publisher_;
  const stream::Clock& clock_;
};

}  // namespace tend::ingest

#endif  // TEND_SERVICES_INGEST_WEB_SOURCE_DOOR_H_
