#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "net/tls.h"

namespace dm::net {
namespace {

std::optional<core::WallTime> end_of(const X509* certificate) {
  std::tm parts{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return {};
  return core::WallTime(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace

std::optional<core::WallTime> TlsChannel::peer_certificate_end() const {
  return is_established_ ? end_of(SSL_get0_peer_certificate(ssl_)) : std::nullopt;
}

core::Result<core::WallTime> certificate_end(const std::string& pem_file) {
  ERR_clear_error();
  const std::unique_ptr<BIO, int (*)(BIO*)> file(BIO_new_file(pem_file.c_str(), "r"), BIO_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(
      file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr, X509_free);
  ERR_clear_error();
  if (const auto end = end_of(certificate.get())) return *end;
  return core::Error{core::Code::InvalidArgument, pem_file + " holds no certificate that can be read"};
}

}  // namespace dm::net
