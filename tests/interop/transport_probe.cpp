// Subscribes once over the product's own gRPC client and tells in one line of JSON what came of it.
// The interop tests run it against servers that are not ours (test_transport.py).
#include <openssl/evp.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "core/text.h"
#include "gnmi.pb.h"
#include "gnmi/transport.h"
#include "net/loop.h"

namespace {

constexpr std::size_t kLeavesShown = 5;

struct Options {
  std::string address, scenario, tls_ca, server_name, username, password;
  bool is_plaintext = false, is_insecure = false, cancel_after_sync = false;
  int timeout_milliseconds = 30'000;
};

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  ~Sha256() { EVP_MD_CTX_free(context_); }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::span<const std::uint8_t> bytes) {
    EVP_DigestUpdate(context_, bytes.data(), bytes.size());
  }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_, digest.data(), &size);
    return dm::core::to_hex({reinterpret_cast<const char*>(digest.data()), size});
  }

 private:
  EVP_MD_CTX* context_;
};

std::string request_for(const std::string& scenario) {
  gnmi::SubscribeRequest request;
  auto& list = *request.mutable_subscribe();
  list.set_mode(gnmi::SubscriptionList::STREAM);
  list.set_encoding(gnmi::JSON_IETF);
  auto& subscription = *list.add_subscription();
  subscription.set_mode(gnmi::ON_CHANGE);
  subscription.mutable_path()->add_elem()->set_name(scenario);
  return request.SerializeAsString();
}

std::string text_of(const gnmi::Path& path) {
  std::string text;
  for (const auto& elem : path.elem()) {
    text += '/' + elem.name();
    // One key or none in the scenarios, so the order of the map does not matter.
    for (const auto& [key, value] : elem.key()) text += '[' + key + '=' + value + ']';
  }
  return text;
}

std::string text_of(const gnmi::TypedValue& value) {
  switch (value.value_case()) {
    case gnmi::TypedValue::kStringVal:
      return dm::core::shorten(value.string_val(), 100);
    case gnmi::TypedValue::kUintVal:
      return std::to_string(value.uint_val());
    case gnmi::TypedValue::kIntVal:
      return std::to_string(value.int_val());
    case gnmi::TypedValue::kBoolVal:
      return value.bool_val() ? "true" : "false";
    case gnmi::TypedValue::kJsonIetfVal:
      return dm::core::shorten(value.json_ietf_val(), 100);
    default:
      return dm::core::shorten(value.ShortDebugString(), 100);
  }
}

// One subscription, followed to its end, the time limit or our own cancel.
class Probe {
 public:
  explicit Probe(const Options& options)
      : options_(options), timer_(loop_), transport_(loop_, settings_of(options)) {}

  nlohmann::ordered_json run() {
    timer_.after(std::chrono::milliseconds(options_.timeout_milliseconds), [this] {
      status_ = "DEADLINE_EXCEEDED";
      status_message_ = "nothing ended the call in time; it was cancelled";
      stop();
    });
    transport_.start("/gnmi.gNMI/Subscribe", request_for(options_.scenario), false,
                     {.on_headers = nullptr,
                      .on_message = [this](std::span<const std::uint8_t> bytes) { take(bytes); },
                      .on_end = [this](const dm::gnmi::CallEnd& end) { finish(end); }});
    loop_.run();
    return {{"messages", messages_}, {"sync", is_synced_},
            {"leaves", leaves_},     {"payload_sha256", digest_.hex()},
            {"status", status_},     {"status_message", status_message_},
            {"hint", hint_},         {"too_many_pings", is_too_many_pings_}};
  }

 private:
  static dm::gnmi::TransportSettings settings_of(const Options& options) {
    dm::gnmi::TransportSettings settings;
    const auto colon = options.address.rfind(':');
    settings.host = options.address.substr(0, colon);
    if (settings.host.starts_with('['))
      settings.host = settings.host.substr(1, settings.host.size() - 2);
    settings.port = static_cast<std::uint16_t>(std::stoi(options.address.substr(colon + 1)));
    settings.tls.mode = options.is_plaintext  ? dm::net::TlsMode::Plaintext
                        : options.is_insecure ? dm::net::TlsMode::InsecureSkipVerify
                                              : dm::net::TlsMode::Verify;
    settings.tls.ca_file = options.tls_ca;
    settings.tls.server_name = options.server_name;
    if (!options.username.empty()) settings.metadata.emplace_back("username", options.username);
    if (!options.password.empty()) settings.metadata.emplace_back("password", options.password);
    return settings;
  }

  void take(std::span<const std::uint8_t> bytes) {
    ++messages_;
    digest_.add(bytes);
    gnmi::SubscribeResponse response;
    if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
    for (const auto& update : response.update().update()) {
      if (leaves_.size() >= kLeavesShown) break;
      leaves_.push_back(
          dm::core::to_valid_utf8(text_of(update.path()) + "=" + text_of(update.val())));
    }
    if (!response.sync_response()) return;
    is_synced_ = true;
    if (!options_.cancel_after_sync) return;
    status_ = "CANCELLED";
    status_message_ = "cancelled by the probe after the sync";
    // Not from inside the message: the reset is to be on its way before the loop stops.
    loop_.post([this] { stop(); });
  }

  void finish(const dm::gnmi::CallEnd& end) {
    status_ = dm::gnmi::to_text(end.code);
    status_message_ = end.message;
    hint_ = end.hint;
    is_too_many_pings_ = end.is_too_many_pings;
    loop_.stop();
  }

  void stop() {
    transport_.cancel();
    loop_.stop();
  }

  const Options& options_;
  dm::net::Loop loop_;
  dm::net::Timer timer_;
  dm::gnmi::Transport transport_;
  Sha256 digest_;
  std::uint64_t messages_ = 0;
  bool is_synced_ = false, is_too_many_pings_ = false;
  std::vector<std::string> leaves_;
  std::string status_, status_message_, hint_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("One gNMI subscription over drift-monitor's own transport, as a line of JSON.");
  app.add_option("address", options.address, "HOST:PORT")->required();
  app.add_option("scenario", options.scenario, "name of the one path element to ask for")
      ->required();
  app.add_flag("--plaintext", options.is_plaintext);
  app.add_flag("--tls-insecure", options.is_insecure);
  app.add_option("--tls-ca", options.tls_ca);
  app.add_option("--server-name", options.server_name);
  app.add_option("--username", options.username);
  app.add_option("--password", options.password);
  app.add_option("--timeout-ms", options.timeout_milliseconds);
  app.add_flag("--cancel-after-sync", options.cancel_after_sync);
  CLI11_PARSE(app, argc, argv);
  const auto line = Probe(options).run();
  std::puts(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return 0;
}
