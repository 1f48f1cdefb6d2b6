// store, api, log, limits: the service itself.
#include <fmt/format.h>

#include <filesystem>

#include "config/checks.h"
#include "config/parts.h"

namespace dm::config {
namespace {

constexpr Word<core::LogLevel> kLevels[] = {{"debug", core::LogLevel::Debug},
                                            {"info", core::LogLevel::Info},
                                            {"warning", core::LogLevel::Warning},
                                            {"error", core::LogLevel::Error}};
constexpr Word<core::LogFormat> kFormats[] = {{"text", core::LogFormat::Text}, {"json", core::LogFormat::Json}};

constexpr Word<std::size_t core::Limits::*> kLimits[] = {
    {"grpc_message_bytes", &core::Limits::grpc_message_bytes},
    {"header_list_bytes", &core::Limits::header_list_bytes},
    {"path_depth", &core::Limits::path_depth},
    {"path_bytes", &core::Limits::path_bytes},
    {"path_keys", &core::Limits::path_keys},
    {"value_bytes", &core::Limits::value_bytes},
    {"leaves_per_device", &core::Limits::leaves_per_device},
    {"bytes_per_device", &core::Limits::bytes_per_device},
    {"json_depth", &core::Limits::json_depth},
    {"deletes_per_message", &core::Limits::deletes_per_message},
    {"delete_patterns_per_message", &core::Limits::delete_patterns_per_message},
    {"paths_per_device", &core::Limits::paths_per_device},
    {"paths_per_process", &core::Limits::paths_per_process},
    {"dials_per_second", &core::Limits::dials_per_second},
    {"sync_deadline_seconds", &core::Limits::sync_deadline_seconds},
    {"event_bytes", &core::Limits::event_bytes},
    {"differences_per_event", &core::Limits::differences_per_event},
    {"answer_bytes", &core::Limits::answer_bytes},
    {"http_response_bytes", &core::Limits::http_response_bytes},
    {"api_request_bytes", &core::Limits::api_request_bytes},
    {"api_connections", &core::Limits::api_connections},
    {"ledger_queue", &core::Limits::ledger_queue},
    {"intent_file_bytes", &core::Limits::intent_file_bytes},
    {"netbox_objects", &core::Limits::netbox_objects},
    {"intent_findings", &core::Limits::intent_findings},
    {"netbox_hints", &core::Limits::netbox_hints},
    {"last_good_bytes", &core::Limits::last_good_bytes},
    {"netbox_hook_bytes", &core::Limits::netbox_hook_bytes},
};

// Without tokens everybody is an operator, so nobody but this machine may ask.
void check_listen(Section& section, const Api& api) {
  const auto listen = parse_listen(api.listen);
  if (!listen) {
    section.refuse("listen", listen.error().message);
  } else if (!listen->is_loopback && api.tokens_file.empty()) {
    section.refuse("listen", fmt::format("'{}' can be reached from other machines and there is no api.tokens_file; "
                                         "set one, or listen on 127.0.0.1 or [::1]",
                                         api.listen));
  } else if (!listen->is_loopback && api.tls_cert_file.empty()) {
    section.context().warnings.push_back(
        fmt::format("api.listen '{}' can be reached from other machines without TLS: tokens travel readable",
                    api.listen));
  }
}

}  // namespace

Store read_store(Section section) {
  Store store;
  store.path = section.text("path", store.path, {.overrides = "DRIFT_MONITOR_STORE"});
  if (store.path.empty()) section.refuse("path", "is empty");
  const auto from_environment = section.context().environment("DRIFT_MONITOR_STORE");
  if (!from_environment || from_environment->empty()) store.path = section.context().resolve(store.path);
  section.refuse_others();
  return store;
}

Api read_api(Section section) {
  Api api;
  api.listen = section.text("listen", api.listen, {.overrides = "DRIFT_MONITOR_LISTEN"});
  api.public_url = section.text("public_url", "");
  api.tokens_file = section.file("tokens_file", "");
  Section tls = section.map("tls");
  api.tls_cert_file = tls.file("cert_file", "");
  api.tls_key_file = tls.file("key_file", "");
  tls.refuse_others();
  section.refuse_others();
  check_listen(section, api);
  if (const auto mistake = api.public_url.empty() ? std::nullopt : url_mistake(api.public_url)) {
    section.refuse("public_url", *mistake);
  }
  if (api.tls_cert_file.empty() != api.tls_key_file.empty()) {
    tls.refuse(api.tls_cert_file.empty() ? "key_file" : "cert_file", "TLS needs cert_file and key_file");
  }
  return api;
}

Log read_log(Section section) {
  Log log;
  log.level = section.word("level", log.level, kLevels);
  log.format = section.word("format", log.format, kFormats);
  section.refuse_others();
  return log;
}

core::Limits read_limits(Section section) {
  core::Limits limits;
  for (const auto& [name, member] : kLimits) {
    limits.*member = section.number(name, limits.*member, 1, std::numeric_limits<std::uint64_t>::max());
  }
  limits.retry_horizon = section.duration("retry_horizon", limits.retry_horizon, std::chrono::minutes(1));
  section.refuse_others();
  return limits;
}

}  // namespace dm::config
