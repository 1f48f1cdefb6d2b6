#include "app/at_start.h"

#include <fstream>
#include <functional>
#include <sstream>

namespace dm::app {
namespace {

std::size_t hash_of_file(const std::string& path) {
  if (path.empty()) return 0;
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return std::hash<std::string>()(text.str());
}

}  // namespace

AtStart::AtStart(const config::Settings& settings)
    : store_path_(settings.store.path),
      api_(settings.api),
      log_format_(settings.log.format),
      limits_(settings.limits),
      certificate_(hash_of_file(settings.api.tls_cert_file)),
      key_(hash_of_file(settings.api.tls_key_file)) {}

std::vector<std::string> AtStart::needs_restart(const config::Settings& now) const {
  std::vector<std::string> keys;
  const auto note = [&keys](bool is_changed, const char* key) {
    if (is_changed) keys.emplace_back(key);
  };
  const bool is_cert_changed = hash_of_file(now.api.tls_cert_file) != certificate_;
  const bool is_key_changed = hash_of_file(now.api.tls_key_file) != key_;
  note(now.store.path != store_path_, "store.path");
  note(now.api.listen != api_.listen, "api.listen");
  note(now.api.tls_cert_file != api_.tls_cert_file || is_cert_changed, "api.tls.cert_file");
  note(now.api.tls_key_file != api_.tls_key_file || is_key_changed, "api.tls.key_file");
  note(now.log.format != log_format_, "log.format");
  note(now.limits != limits_, "limits");
  return keys;
}

}  // namespace dm::app
