#include "intent/netbox/webhook.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "core/check.h"
#include "core/text.h"
#include "intent/netbox/json_values.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;
using core::Result;

struct Body {
  std::string object_type, model, request_id, url;
  std::uint64_t id = 0;
  bool is_in_branch = false;
};

bool is_there(od::value value) { return value.type() != od::json_type::null; }

void read_data(od::value value, Body& body) {
  if (value.type() != od::json_type::object) return;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "id") {
      body.id = unsigned_of(field.value()).value_or(0);
    } else if (key == "url") {
      body.url = text_of(field.value());
    } else if (key == "active_branch") {
      body.is_in_branch = is_there(field.value()) || body.is_in_branch;
    }
  }
}

// `context` of netbox-branching, `request` of NetBox 4.6.
void read_member(od::value value, std::string_view wanted, auto take) {
  if (value.type() != od::json_type::object) return;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == wanted) take(field.value());
  }
}

Result<Body> read_body(std::string_view json) {
  return read_document<Body>(json, [](od::object root) -> Result<Body> {
    Body body;
    for (auto field : root) {
      const std::string_view key = field.unescaped_key();
      od::value value = field.value();
      if (key == "object_type") {
        body.object_type = text_of(value);
      } else if (key == "model") {
        body.model = text_of(value);
      } else if (key == "request_id") {
        body.request_id = text_of(value);
      } else if (key == "data") {
        read_data(value, body);
      } else if (key == "request") {
        read_member(value, "id", [&](od::value id) { body.request_id = text_of(id); });
      } else if (key == "context") {
        read_member(value, "active_branch", [&](od::value branch) { body.is_in_branch = is_there(branch) || body.is_in_branch; });
      }
    }
    return body;
  });
}

// NetBox 4.3 names the model alone; its app is in the object's URL: "/api/ipam/vlans/7/".
std::string type_of(const Body& body) {
  if (!body.object_type.empty() || body.model.empty()) return body.object_type;
  const std::size_t api = body.url.find("/api/");
  if (api == std::string::npos) return {};
  const auto parts = core::split(std::string_view(body.url).substr(api + 5), '/');
  if (parts.size() < 2) return {};
  const std::string app = parts[0] == "plugins" ? "netbox_" + std::string(parts[1]) : std::string(parts[0]);
  return app + "." + body.model;
}

bool is_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string hook_signature(std::string_view body, std::string_view secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(body.data());
  const auto* const made = HMAC(EVP_sha512(), secret.data(), static_cast<int>(secret.size()), bytes, body.size(), digest.data(), &size);
  CHECK(made != nullptr, "HMAC-SHA512 is not available");
  return core::to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

Result<Hook> read_hook(std::string_view body, std::string_view signature, std::string_view secret) {
  if (signature.empty()) {
    return Error{Code::Unauthenticated,
                 "the header X-Hook-Signature is missing: give NetBox's webhook a secret, that of intent.netbox.webhook_secret"};
  }
  if (!is_equal(core::to_lower(signature), hook_signature(body, secret))) {
    return Error{Code::Unauthenticated,
                 "the signature is wrong: the secret of NetBox's webhook is not that of intent.netbox.webhook_secret, or the "
                 "body was changed on the way"};
  }
  const auto read = read_body(body);
  if (!read) return Error{Code::InvalidArgument, "the body is not NetBox's: " + read.error().message};
  if (read->is_in_branch) return Hook{std::nullopt, "a change inside a branch"};
  const std::string type = type_of(*read);
  if (type.empty() || read->id == 0) {
    return Error{Code::InvalidArgument,
                 "the body names no object (object_type and data.id); leave the webhook's body template empty"};
  }
  return Hook{ObjectHint{type, read->id, read->request_id}, ""};
}

}  // namespace dm::intent::netbox
