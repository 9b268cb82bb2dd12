// Certificates for a test of TLS, made by Debian's `openssl` in a folder of their own.

#ifndef TEND_COMMON_TESTING_CERTIFICATES_H_
#define TEND_COMMON_TESTING_CERTIFICATES_H_

#include <string>

namespace tend {

// One authority; a server (127.0.0.1, localhost) and a client that it has signed. Paths of PEM
// files, removed at the end. Aborts where openssl is missing.
class Certificates {
 public:
  Certificates();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  std::string authority() const { return folder_ + "/ca.pem"; }
  std::string server() const { return folder_ + "/server.pem"; }
  std::string server_key() const { return folder_ + "/server.key"; }
  std::string client() const { return folder_ + "/client.pem"; }
  std::string client_key() const { return folder_ + "/client.key"; }

 private:
  void Sign(const std::string& name);

  std::string folder_;
};

}  // namespace tend

#endif  // TEND_COMMON_TESTING_CERTIFICATES_H_
