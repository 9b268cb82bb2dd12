#include "common/rpc/http/server.h"

#include <pthread.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/rpc/http/session.h"
#include "common/runtime/runtime_config.h"
#include "common/runtime/tls_files.h"

namespace tend::rpc {
namespace {

using asio::ip::tcp;

constexpr int kMaxConnections = 2048;
constexpr int kWorkers = 32;
constexpr std::chrono::seconds kStopTime{1};
constexpr std::chrono::milliseconds kStopStep{10};
// After a failed accept (no more file descriptors): others end meanwhile.
constexpr std::chrono::milliseconds kAcceptPause{100};

absl::Status Fault(absl::string_view what, const beast::error_code& error) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", error.message()));
}

absl::Status UseTls(const v1::TlsConfig& tls, asio::ssl::context& context) {
  TEND_ASSIGN_OR_RETURN(const TlsFiles files, ReadTlsFiles(tls));
  beast::error_code error;
  context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                          asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                          asio::ssl::context::no_tlsv1_1,
                      error);
  if (error) return Fault("TLS", error);
  context.use_certificate_chain(asio::buffer(files.certificates), error);
  if (error) return Fault(tls.certificate_file(), error);
  context.use_private_key(asio::buffer(files.key), asio::ssl::context::pem, error);
  if (error) return Fault(tls.key_file(), error);
  if (files.client_ca.empty()) return absl::OkStatus();
  context.add_certificate_authority(asio::buffer(files.client_ca), error);
  if (error) return Fault(tls.client_ca_file(), error);
  context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert, error);
  return error ? Fault("TLS", error) : absl::OkStatus();
}

}  // namespace

// Everything but `workers_` is of the I/O thread alone, once it runs.
class HttpServer::Core {
 public:
  Core(std::vector<HttpRoute> routes, bool tls) : shared_{std::move(routes), workers_}, tls_(tls) {}

  ~Core() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] { BeginStop(); });
    thread_.join();
    workers_.join();
  }

  asio::ssl::context& tls_context() { return tls_context_; }
  int port() const { return port_; }

  absl::Status Listen(const std::string& address, const HostAndPort& place) {
    beast::error_code error;
    const auto ip =
        asio::ip::make_address(place.host == "localhost" ? "127.0.0.1" : place.host, error);
    if (error) return Fault(address, error);
    const tcp::endpoint endpoint(ip, static_cast<uint16_t>(place.port));
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return CannotListen("runtime.http_address", address, error.message());
    port_ = acceptor_.local_endpoint(error).port();
    Accept();
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "http");
      io_.run();
    });
    return absl::OkStatus();
  }

 private:
  void Accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) {
        timer_.expires_after(kAcceptPause);
        return timer_.async_wait([this](beast::error_code) {
          if (acceptor_.is_open()) Accept();
        });
      }
      if (shared_.connections < kMaxConnections) Begin(std::move(socket));
      Accept();
    });
  }

  void Begin(tcp::socket socket) {
    beast::error_code ignored;  // a slower connection, no fault
    socket.set_option(tcp::no_delay(true), ignored);
    if (tls_) {
      std::make_shared<Session<TlsStream>>(TlsStream(std::move(socket), tls_context_), shared_)
          ->Run();
    } else {
      std::make_shared<Session<PlainStream>>(PlainStream(std::move(socket)), shared_)->Run();
    }
  }

  void BeginStop() {
    beast::error_code ignored;
    acceptor_.close(ignored);
    stop_at_ = std::chrono::steady_clock::now() + kStopTime;
    StopWhenIdle();
  }

  void StopWhenIdle() {
    if (shared_.requests == 0 || std::chrono::steady_clock::now() >= stop_at_) return io_.stop();
    timer_.expires_after(kStopStep);
    timer_.async_wait([this](beast::error_code) { StopWhenIdle(); });
  }

  asio::thread_pool workers_{kWorkers};
  SessionShared shared_;
  const bool tls_;
  asio::ssl::context tls_context_{asio::ssl::context::tls_server};
  asio::io_context io_{
      1};  // its end drops what sessions are left, so it stands after what they use
  tcp::acceptor acceptor_{io_};
  asio::steady_timer timer_{io_};
  std::chrono::steady_clock::time_point stop_at_;
  int port_ = 0;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const v1::RuntimeConfig& config,
                                                              std::vector<HttpRoute> routes) {
  const std::string& address = config.http_address();
  const absl::string_view view(address.data(), address.size());
  TEND_RETURN_IF_ERROR(CheckListenAddress(view, config));
  TEND_ASSIGN_OR_RETURN(const HostAndPort place, ParseHostAndPort(view));
  auto core = std::make_unique<Core>(std::move(routes), config.has_tls());
  if (config.has_tls()) TEND_RETURN_IF_ERROR(UseTls(config.tls(), core->tls_context()));
  TEND_RETURN_IF_ERROR(core->Listen(address, place));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

HttpServer::HttpServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}

HttpServer::~HttpServer() = default;

int HttpServer::port() const { return core_->port(); }

}  // namespace tend::rpc
