#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>

#include "core/file_stamp.h"
#include "net/stream.h"
#include "net/tls.h"

namespace dm::net {
namespace {

core::Error refuse(const std::string& what) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return {core::Code::InvalidArgument,
          what + ": " + (reason != nullptr ? reason : "cannot be read")};
}

// Says no instead of asking at a terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

core::Status trust(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.mode == TlsMode::InsecureSkipVerify) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    return {};
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // Whatever stands in ca_file is trusted, also an intermediate or the device's own certificate.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  if (settings.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) return refuse("the system's authorities");
  } else if (SSL_CTX_load_verify_file(context, settings.ca_file.c_str()) != 1) {
    return refuse("tls.ca_file " + settings.ca_file);
  }
  return {};
}

core::Status identify(SSL_CTX* context, const TlsSettings& settings) {
  if (settings.cert_file.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, settings.cert_file.c_str()) != 1) {
    return refuse("tls.cert_file " + settings.cert_file);
  }
  const std::string& key = settings.key_file.empty() ? settings.cert_file : settings.key_file;
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return refuse("tls.key_file " + key);
  }
  return {};
}

}  // namespace

core::Result<std::shared_ptr<ssl_ctx_st>> TlsContexts::get(const TlsSettings& settings) {
  const std::string key = std::string(settings.mode == TlsMode::Verify ? "verify" : "skip") + '\n' +
                          core::file_stamp(settings.ca_file) + '\n' + core::file_stamp(settings.cert_file) + '\n' +
                          core::file_stamp(settings.key_file);
  if (const auto found = contexts_.find(key); found != contexts_.end()) {
    if (auto context = found->second.lock()) return context;
  }
  std::erase_if(contexts_, [](const auto& entry) { return entry.second.expired(); });

  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (context == nullptr) return refuse("TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
  static constexpr std::array<unsigned char, 3> kH2 = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), kH2.data(), kH2.size());
  if (const auto status = trust(context.get(), settings); !status) return status.error();
  if (const auto status = identify(context.get(), settings); !status) return status.error();
  contexts_[key] = context;
  return context;
}

}  // namespace dm::net
