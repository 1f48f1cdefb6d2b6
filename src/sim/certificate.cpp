#include "sim/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace dm::sim {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Paper = std::unique_ptr<X509, Freed<X509_free>>;
using Buffer = std::unique_ptr<BIO, Freed<BIO_free_all>>;

std::string text_of(const Buffer& buffer) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(buffer.get(), &bytes);  // NOLINT: OpenSSL's macro
  return {bytes, static_cast<std::size_t>(length)};
}

bool add_extension(X509* paper, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, paper, paper, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value));
  return extension && X509_add_ext(paper, extension.get(), -1) == 1;
}

}  // namespace

core::Result<Certificate> make_certificate() {
  const core::Error failed{core::Code::Internal, "cannot make a certificate"};
  const Key key(EVP_EC_gen("P-256"));
  const Paper paper(X509_new());
  if (!key || !paper) return failed;
  constexpr long kDay = 86'400;
  X509_set_version(paper.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(paper.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(paper.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(paper.get()), 365 * kDay);
  X509_NAME* name = X509_get_subject_name(paper.get());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("fabric-sim"), -1, -1, 0);
  X509_set_issuer_name(paper.get(), name);
  X509_set_pubkey(paper.get(), key.get());
  if (!add_extension(paper.get(), NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost")) return failed;
  if (!add_extension(paper.get(), NID_basic_constraints, "critical,CA:TRUE")) return failed;
  if (X509_sign(paper.get(), key.get(), EVP_sha256()) == 0) return failed;

  const Buffer paper_text(BIO_new(BIO_s_mem()));
  const Buffer key_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(paper_text.get(), paper.get()) != 1) return failed;
  if (PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) return failed;
  return Certificate{text_of(paper_text), text_of(key_text)};
}

}  // namespace dm::sim
