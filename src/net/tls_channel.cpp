#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "core/check.h"
#include "core/text.h"
#include "net/stream.h"
#include "net/tls.h"

namespace dm::net {
namespace {

constexpr const char* kPlaintextHint = "the device speaks plaintext on this port";
constexpr const char* kPerhapsPlaintextHint = "the device may speak plaintext on this port";

// A BIO over a socket that never raises SIGPIPE, which OpenSSL's own socket BIO does. Its data
// pointer carries the descriptor, a flag bit that OpenSSL does not use the end of stream.
constexpr int kAtEnd = 0x4000;

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool is_try_again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int bio_read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  const auto got = ::recv(socket_of(bio), into, static_cast<std::size_t>(size), 0);
  if (got == 0) BIO_set_flags(bio, kAtEnd);
  if (got < 0 && is_try_again(errno)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const auto put = ::send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (put < 0 && is_try_again(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(put);
}

long bio_control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, kAtEnd) != 0 ? 1 : 0;
  return 0;
}

BIO_METHOD* make_socket_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "device socket");
  CHECK(method != nullptr, "out of memory");
  BIO_meth_set_read(method, bio_read);
  BIO_meth_set_write(method, bio_write);
  BIO_meth_set_ctrl(method, bio_control);
  return method;
}

BIO* make_socket_bio(int socket) {
  static BIO_METHOD* const method = make_socket_method();
  BIO* bio = BIO_new(method);
  CHECK(bio != nullptr, "out of memory");
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  return bio;
}

bool is_address(const std::string& name) {
  boost::system::error_code failed;
  boost::asio::ip::make_address(name, failed);
  return !failed;
}

std::string text_of(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) {
    const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name.d.dNSName));
    return core::to_valid_utf8(
        {data, static_cast<std::size_t>(ASN1_STRING_length(name.d.dNSName))});
  }
  if (name.type != GEN_IPADD) return {};
  const unsigned char* bytes = ASN1_STRING_get0_data(name.d.iPAddress);
  boost::asio::ip::address_v4::bytes_type four;
  boost::asio::ip::address_v6::bytes_type sixteen;
  const auto length = static_cast<std::size_t>(ASN1_STRING_length(name.d.iPAddress));
  if (length == four.size()) {
    std::memcpy(four.data(), bytes, four.size());
    return boost::asio::ip::address_v4(four).to_string();
  }
  if (length != sixteen.size()) return {};
  std::memcpy(sixteen.data(), bytes, sixteen.size());
  return boost::asio::ip::address_v6(sixteen).to_string();
}

// "a.test, 192.0.2.1", shortened; empty when the certificate names nobody.
std::string names_of(const X509* certificate) {
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string all;
  for (int i = 0; i < sk_GENERAL_NAME_num(names) && all.size() < 200; ++i) {
    const std::string one = text_of(*sk_GENERAL_NAME_value(names, i));
    if (!one.empty()) all += (all.empty() ? "" : ", ") + one;
  }
  GENERAL_NAMES_free(names);
  return core::shorten(all, 200);
}

// Remembers whom the refused certificate was for: OpenSSL forgets it with the handshake.
int on_verify(int is_good, X509_STORE_CTX* store) {
  if (is_good == 1) return 1;
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* names = static_cast<std::string*>(SSL_get_ex_data(ssl, 0));
  const X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (names != nullptr && certificate != nullptr) *names = names_of(certificate);
  return 0;
}

}  // namespace

TlsChannel::TlsChannel(std::shared_ptr<ssl_ctx_st> context, const TlsSettings& settings,
                       const std::string& host, int socket)
    : context_(std::move(context)),
      ssl_(SSL_new(context_.get())),
      name_(settings.server_name.empty() ? host : settings.server_name) {
  CHECK(ssl_ != nullptr, "out of memory");
  authority_ = settings.ca_file.empty() ? "the system's store" : settings.ca_file;
  SSL_set_connect_state(ssl_);
  BIO* bio = make_socket_bio(socket);
  SSL_set_bio(ssl_, bio, bio);
  // RFC 6066, 3: an address is not a server name.
  if (!is_address(name_)) {
    SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name_.data());
  }
  if (settings.mode != TlsMode::Verify) return;
  SSL_set_ex_data(ssl_, 0, &certificate_names_);
  SSL_set_verify(ssl_, SSL_VERIFY_PEER, on_verify);
  X509_VERIFY_PARAM* rules = SSL_get0_param(ssl_);
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (is_address(name_)) {
    X509_VERIFY_PARAM_set1_ip_asc(rules, name_.c_str());
  } else {
    X509_VERIFY_PARAM_set1_host(rules, name_.c_str(), name_.size());
  }
}

TlsChannel::~TlsChannel() { SSL_free(ssl_); }

IoResult TlsChannel::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) return outcome_of(result, 0);
  const unsigned char* protocol = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &length);
  if (length != 2 || std::memcmp(protocol, "h2", 2) != 0) {
    failure_ = {{core::Code::Unavailable, "TLS: the device did not agree on HTTP/2 (ALPN h2)"},
                "another service listens on this port, or the gRPC server is too old"};
    return {IoOutcome::Failed, 0};
  }
  is_established_ = true;
  return {};
}

IoResult TlsChannel::read(std::span<std::uint8_t> into) {
  std::size_t total = 0;
  while (total < into.size()) {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_, into.data() + total, into.size() - total, &got);
    if (result != 1) return outcome_of(result, total);
    total += got;
  }
  return {IoOutcome::Done, total};
}

IoResult TlsChannel::write(std::span<const std::uint8_t> bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    ERR_clear_error();
    std::size_t put = 0;
    const int result = SSL_write_ex(ssl_, bytes.data() + total, bytes.size() - total, &put);
    if (result != 1) return outcome_of(result, total);
    total += put;
  }
  return {IoOutcome::Done, total};
}

bool TlsChannel::has_pending() const { return SSL_has_pending(ssl_) == 1; }

void TlsChannel::send_close_notify() {
  if (!is_established_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

IoResult TlsChannel::outcome_of(int result, std::size_t count) {
  const int socket_error = errno;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return {IoOutcome::WantRead, count};
    case SSL_ERROR_WANT_WRITE:
      return {IoOutcome::WantWrite, count};
    case SSL_ERROR_ZERO_RETURN:
      break;
    case SSL_ERROR_SYSCALL:
      if (socket_error == 0 || is_try_again(socket_error)) break;
      explain_socket(socket_error);
      return {IoOutcome::Failed, count};
    default:
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) break;
      explain();
      return {IoOutcome::Failed, count};
  }
  ERR_clear_error();
  failure_ = is_established_
                 ? TlsFailure{{core::Code::Unavailable, "the device closed the connection"}, ""}
                 : TlsFailure{{core::Code::Unavailable,
                               "TLS: the device closed the connection during the handshake"},
                              kPerhapsPlaintextHint};
  return {IoOutcome::Closed, count};
}

void TlsChannel::explain_socket(int error) {
  ERR_clear_error();
  failure_.error = {core::Code::Unavailable,
                    std::string("connection lost: ") + std::strerror(error)};
  failure_.hint = is_established_ ? "" : kPerhapsPlaintextHint;
}

void TlsChannel::explain() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (is_established_ || !explain_verification()) explain_reason(code);
}

bool TlsChannel::explain_verification() {
  const long result = SSL_get_verify_result(ssl_);
  if (SSL_get_verify_mode(ssl_) == SSL_VERIFY_NONE || result == X509_V_OK) return false;
  failure_.error.code = core::Code::Unauthenticated;
  const std::string reason = X509_verify_cert_error_string(result);
  switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      failure_.error.message =
          "TLS: the device's certificate is for " +
          (certificate_names_.empty() ? "nobody (no subjectAltName)" : certificate_names_) +
          ", not for " + name_;
      failure_.hint = "set tls.server_name to a name of the certificate";
      break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      failure_.error.message = "TLS: no authority in " + authority_ +
                               " signed the device's certificate (" + reason + ")";
      failure_.hint = "set tls.ca_file to the authority that signed the device's certificate";
      break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      failure_.error.message = "TLS: the device's certificate: " + reason;
      failure_.hint = "renew the certificate, or set the clocks";
      break;
    default:
      failure_.error.message = "TLS: the device's certificate: " + reason;
      failure_.hint.clear();
  }
  return true;
}

void TlsChannel::explain_reason(unsigned long code) {
  const char* reason = ERR_reason_error_string(code);
  failure_ = {{core::Code::Unavailable,
               std::string("TLS: ") + (reason != nullptr ? reason : "failed without a reason")},
              ""};
  switch (ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_UNEXPECTED_MESSAGE:
      if (!is_established_) {
        failure_ = {{core::Code::Unavailable, "TLS: the device does not answer in TLS"},
                    kPlaintextHint};
      }
      break;
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      failure_.hint = "the device wants a client certificate it knows: tls.cert_file, tls.key_file";
      break;
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
      failure_.hint = "the device does not speak TLS 1.2 or newer";
      break;
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
      failure_.hint = "the device does not speak HTTP/2 on this port";
      break;
    default:
      break;
  }
}

}  // namespace dm::net
