// Certificates made on the spot: an authority of the test's own and what it signs.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace dm::fakes {

// Text in a file of its own, removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    const int file = ::mkstemp(path_.data());
    if (file < 0 || ::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
      throw std::runtime_error("cannot write a temporary file");
    }
    ::close(file);
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/drift-monitor-test-XXXXXX";
};

struct Certificate {
  std::string certificate, key;  // PEM
};

class Authority {
 public:
  explicit Authority(const std::string& name) : key_(make_key()) {
    certificate_ =
        make(name, key_.get(), {.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}}});
  }

  struct Wish {
    std::string names;        // subjectAltName: "DNS:switch.test,IP:127.0.0.1"; empty: none
    long valid_from = -3600;  // seconds from now
    long valid_until = 3600 * 24;
  };
  Certificate issue(const std::string& common_name, const Wish& wish) const {
    const Key key = make_key();
    Options options{.valid_from = wish.valid_from,
                    .valid_until = wish.valid_until,
                    .issuer = certificate_.get(),
                    .signer = key_.get()};
    if (!wish.names.empty()) options.extensions.emplace_back(NID_subject_alt_name, wish.names);
    const X509Pointer made = make(common_name, key.get(), options);
    return {pem([&](BIO* bio) { PEM_write_bio_X509(bio, made.get()); }), pem([&](BIO* bio) {
              PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
  }
  Certificate issue(const std::string& common_name, const std::string& names) const {
    return issue(common_name, Wish{.names = names});
  }
  std::string certificate() const {
    return pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate_.get()); });
  }

 private:
  using Key = std::shared_ptr<EVP_PKEY>;
  using X509Pointer = std::shared_ptr<X509>;
  struct Options {
    long valid_from = -3600, valid_until = 3600 * 24;
    X509* issuer = nullptr;  // null: self-signed
    EVP_PKEY* signer = nullptr;
    std::vector<std::pair<int, std::string>> extensions;
  };

  static Key make_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

  static X509Pointer make(const std::string& common_name, EVP_PKEY* key, const Options& options) {
    const X509Pointer made(X509_new(), X509_free);
    static long serial = 1;
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), options.valid_from);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), options.valid_until);
    X509_set_pubkey(made.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);
    X509* issuer = options.issuer != nullptr ? options.issuer : made.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
    for (const auto& [id, value] : options.extensions) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
      if (extension == nullptr) throw std::runtime_error("not an extension: " + value);
      X509_add_ext(made.get(), extension, -1);
      X509_EXTENSION_free(extension);
    }
    if (X509_sign(made.get(), options.signer != nullptr ? options.signer : key, EVP_sha256()) ==
        0) {
      throw std::runtime_error("cannot sign");
    }
    return made;
  }

  template <class Write>
  static std::string pem(Write write) {
    const std::shared_ptr<BIO> bio(BIO_new(BIO_s_mem()), BIO_free);
    write(bio.get());
    std::string text(BIO_ctrl_pending(bio.get()), '\0');
    BIO_read(bio.get(), text.data(), static_cast<int>(text.size()));
    return text;
  }

  Key key_;
  X509Pointer certificate_;
};

}  // namespace dm::fakes
