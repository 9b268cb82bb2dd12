#include "services/cli/remote/call_error.h"

#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/cli/text_width.h"

namespace tend::cli {
namespace {

constexpr char kAdvicePayload[] = "tend.advice";
constexpr char kNoGrpc[] = "the other end speaks no gRPC";
constexpr char kNoGrpcAdvice[] =
    "is that its port of JSON, or of metrics? rpc_address in its configuration is the right one";

// Takes away what gRPC says, by where it notices, of an end that goes away while it is spoken to.
bool ConsumeClosing(absl::string_view* said) {
  for (const absl::string_view end :
       {"Socket closed", "Cancelling all calls", "recvmsg:Connection reset by peer",
        "sendmsg:Connection reset by peer", "sendmsg:Broken pipe"}) {
    if (absl::ConsumeSuffix(said, end)) return true;
  }
  return false;
}

// What gRPC says of a connection that did not come about: it tells the whole way to its last
// sentence, which says why.
struct NoConnection {
  absl::string_view before;  // whose words these are; or empty
  absl::string_view why;
};

std::optional<NoConnection> NoConnectionIn(absl::string_view message) {
  for (const absl::string_view begin :
       {"failed to connect to all addresses", "DNS resolution failed"}) {
    const size_t at = message.find(begin);
    if (at == absl::string_view::npos) continue;
    return NoConnection{message.substr(0, at), message.substr(message.rfind(": ") + 2)};
  }
  return std::nullopt;
}

// How a service is wrongly addressed.
struct Mistake {
  absl::string_view end;  // of what gRPC says why; libgrpc 1.51's words
  absl::string_view words, advice;
};

constexpr Mistake kMistakes[] = {
    {"Domain name not found", "there is no such host", "look at how the host's name is written"},
    {"wrong version number", "the other end speaks no TLS",
     "leave the authority out (--ca, TEND_CA, ca_file), or ask at a port where it speaks TLS"},
    {"certificate verify failed", "its certificate cannot be verified",
     "name the authority that signed it (--ca, TEND_CA, ca_file); is it still good, too?"},
    {"is not in peer certificate", "its certificate is for another name",
     "ask by a name that its certificate has"},
    {"missing selected ALPN property.", kNoGrpc, kNoGrpcAdvice},
    {"Failed parsing HTTP/2", kNoGrpc, kNoGrpcAdvice},
    {"Trying to connect an http1.x server", kNoGrpc, kNoGrpcAdvice}};

// As who speaks TLS does with others, and who asks for a certificate; but also a proxy before a
// service that starts: it may be no mistake.
constexpr Mistake kHungUp = {
    "", "the other end hung up",
    "does it ask for TLS (--ca, TEND_CA, ca_file) or for a certificate (certificate_file), or is "
    "it no gRPC port? Where it was only starting, run the command again"};

// Null where it looks like none: who is only away may come back.
const Mistake* MistakeIn(const NoConnection& failed) {
  for (const Mistake& mistake : kMistakes) {
    if (absl::EndsWith(failed.why, mistake.end)) return &mistake;
  }
  absl::string_view why = failed.why;
  return ConsumeClosing(&why) ? &kHungUp : nullptr;
}

}  // namespace

std::string MessageOf(const absl::Status& status) {
  absl::string_view said = status.message();
  if (said == "keepalive watchdog timeout") return "no sign of life from the other end";
  if (const auto failed = NoConnectionIn(said)) {
    const Mistake* mistake = MistakeIn(*failed);
    return PrintableLines(absl::StrCat(
        failed->before, "no connection: ", mistake == nullptr ? failed->why : mistake->words));
  }
  if (absl::ConsumeSuffix(&said, "Deadline Exceeded")) {
    return PrintableLines(absl::StrCat(said, "no answer in time"));
  }
  if (ConsumeClosing(&said)) {
    return PrintableLines(absl::StrCat(said, "the connection was closed at the other end"));
  }
  return PrintableLines(said);
}

bool IsWronglyAddressed(const absl::Status& status) {
  const auto failed = NoConnectionIn(status.message());
  if (!failed.has_value()) return false;
  const Mistake* mistake = MistakeIn(*failed);
  return mistake != nullptr && mistake != &kHungUp;
}

absl::Status Advise(absl::Status status, absl::string_view advice) {
  status.SetPayload(kAdvicePayload, absl::Cord(advice));
  return status;
}

absl::Status OfFile(absl::Status status) {
  if (!absl::IsNotFound(status)) return status;
  return Advise(std::move(status), "look at how the file's name is written, and in which folder");
}

std::string Advice(const absl::Status& status, const std::string& address) {
  if (const auto brought = status.GetPayload(kAdvicePayload)) {
    std::string advice(*brought);
    return advice;
  }
  if (const auto failed = NoConnectionIn(status.message())) {
    if (const Mistake* mistake = MistakeIn(*failed)) return absl::StrCat(mistake->advice);
  }
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return absl::StrCat(
          "is the service at ", address,
          " up, with Kafka and PostgreSQL? 'tend status' says; then run the command again");
    case absl::StatusCode::kUnauthenticated:
      return "set TEND_TOKEN, or the token in ~/.config/tend/config.textproto";
    case absl::StatusCode::kPermissionDenied:
      return "ask for a token with that scope ('tend token --help')";
    case absl::StatusCode::kAlreadyExists:
      return "nothing was changed; where it is meant, --again does it once more";
    case absl::StatusCode::kNotFound:
      return "is it written right, and there already? What was sent a moment ago is seen some "
             "seconds later";
    case absl::StatusCode::kInvalidArgument:
      return "put that right; --help shows how it is written";
    case absl::StatusCode::kUnimplemented:
      return absl::StrCat("the service at ", address,
                          " has no such method: is it of this version?");
    case absl::StatusCode::kDeadlineExceeded:
      return "ask again; 'tend status' says what hangs, and how far behind the services are";
    case absl::StatusCode::kFailedPrecondition:
      return "ask for a later time; or, where something is missing, have whoever runs Tend make it "
             "first";
    case absl::StatusCode::kOutOfRange:
      return "ask for what is still kept: a later time or a newer token, or none";
    case absl::StatusCode::kDataLoss:
      return "fetch or pack the file anew; where a service says it, look into its log";
    default:
      return "look into the service's log ('make logs')";
  }
}

}  // namespace tend::cli
