#include "app/at_start.h"

namespace dm::app {

AtStart::AtStart(const config::Settings& settings)
    : store_path_(settings.store.path),
      api_(settings.api),
      log_format_(settings.log.format),
      limits_(settings.limits) {}

std::vector<std::string> AtStart::needs_restart(const config::Settings& now) const {
  std::vector<std::string> keys;
  const auto note = [&keys](bool is_changed, const char* key) {
    if (is_changed) keys.emplace_back(key);
  };
  note(now.store.path != store_path_, "store.path");
  note(now.api.listen != api_.listen, "api.listen");
  note(now.api.tls_cert_file.empty() != api_.tls_cert_file.empty(), "api.tls");
  note(now.log.format != log_format_, "log.format");
  note(now.limits != limits_, "limits");
  return keys;
}

}  // namespace dm::app
