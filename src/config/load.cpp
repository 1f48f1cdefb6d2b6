#include "config/load.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "config/expand.h"
#include "config/parts.h"
#include "config/secret_file.h"
#include "core/text.h"

namespace dm::config {
namespace {

constexpr std::size_t kLargestFile = 4U << 20U;

// Expands the references in every value; keys are taken as they are.
void expand_values(schema::YamlNode& node, const std::string& name, Context& context) {
  if (node.is_scalar()) {
    auto expanded = expand(show_references(node.text), context.environment);
    if (expanded) {
      node.text = std::move(*expanded);
    } else {
      context.mistakes.add(node.place, fmt::format("{}: {}", name, expanded.error().message));
      context.unexpanded.insert(node.place);
      node.kind = schema::YamlNode::Kind::Null;
    }
  }
  for (schema::YamlNode& item : node.items) expand_values(item, name, context);
  for (schema::YamlMember& member : node.members) {
    member.key = show_references(member.key);
    expand_values(member.value, name.empty() ? member.key : fmt::format("{}.{}", name, member.key), context);
  }
}

Settings read_settings(Section& top) {
  Settings settings;
  settings.gnmi = read_gnmi(top.map("gnmi"), {}, false);
  settings.inventory = read_inventory(top.map("inventory"), settings.gnmi);
  settings.intent = read_intent(top.map("intent"));
  settings.compare = read_compare(top.map("compare"));
  settings.drift = read_drift(top.map("drift"));
  settings.kestra = read_delivery(top.map("delivery"));
  settings.store = read_store(top.map("store"));
  settings.api = read_api(top.map("api"));
  settings.log = read_log(top.map("log"));
  settings.limits = read_limits(top.map("limits"));
  top.refuse_others();
  return settings;
}

// Who answers at an address is believed, and is sent the password.
void warn_if_unverified(const Settings& settings, Context& context) {
  const auto is_unverified = [](const Gnmi& gnmi) { return gnmi.tls.mode == TlsMode::InsecureSkipVerify; };
  constexpr std::string_view kMeaning =
      "certificates are not checked, so whoever answers at the address is believed and is sent the password; set "
      "tls.mode: verify, and tls.ca_file to the authority that signed the certificates";
  if (is_unverified(settings.gnmi)) {
    return context.warnings.push_back(fmt::format("gnmi.tls.mode is insecure-skip-verify: {}", kMeaning));
  }
  std::vector<std::string_view> names;
  for (const Device& device : settings.inventory.devices) {
    if (is_unverified(device.gnmi)) names.push_back(device.name);
  }
  if (names.empty()) return;
  context.warnings.push_back(
      fmt::format("inventory.devices: tls.mode of {} is insecure-skip-verify: {}", fmt::join(names, ", "), kMeaning));
}

// What no single section can see.
void check_whole(const Settings& settings, Section& top) {
  if (top.is_broken()) return;
  warn_if_unverified(settings, top.context());
  const bool has_devices = !settings.inventory.devices.empty();
  if (!settings.inventory.netbox && !has_devices) {
    top.refuse("inventory", "no devices: list them under inventory.devices, or set inventory.netbox to take NetBox's");
  }
  if (settings.inventory.netbox && !settings.intent.netbox) {
    top.refuse("inventory",
               "netbox needs to know where NetBox is: set intent.netbox.url, or NETBOX_URL in the environment");
  }
  if (has_devices && !settings.intent.netbox && settings.intent.files.empty()) {
    top.context().warnings.push_back(
        "there is no intent (intent.netbox or intent.files): every verdict will be unknown");
  }
}

Load finish(Settings settings, Context& context) {
  Load load;
  load.errors = context.mistakes.to_lines();
  load.errors.insert(load.errors.end(), context.environment_mistakes.begin(), context.environment_mistakes.end());
  load.shown = std::move(context.shown);
  if (!load.errors.empty()) return load;
  settings.warnings = std::move(context.warnings);
  settings.watched = std::move(context.files);
  load.settings = std::move(settings);
  return load;
}

Load load_environment(const Environment& environment) {
  Context context("", environment);
  const auto url = environment("NETBOX_URL");
  if (!url || url->empty()) {
    context.environment_mistakes.push_back(
        "nothing to do: name a file with --config, or set NETBOX_URL and NETBOX_TOKEN (devices and intent from "
        "NetBox), GNMI_USERNAME and GNMI_PASSWORD (logging in to the devices), KESTRA_WEBHOOK_URL (where drifts go)");
    return finish({}, context);
  }
  const schema::YamlNode nothing;
  Section top(&nothing, "", context);
  Settings settings = read_settings(top);
  if (settings.gnmi.username.empty()) {
    context.warnings.push_back("GNMI_USERNAME is not set: devices that ask for a login will refuse us");
  }
  settings.inventory.netbox = NetBoxInventory{std::string(kDefaultFilter)};
  context.shown.push_back({"inventory.netbox.filter", std::string(kDefaultFilter), "default"});
  return finish(std::move(settings), context);
}

Load failed(std::string error) {
  Load load;
  load.errors.push_back(std::move(error));
  return load;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Load load(const std::string& file, const Environment& environment) {
  if (file.empty()) return load_environment(environment);
  if (auto readable = check_readable(file); !readable) return failed(readable.error().message);
  std::ifstream stream(file, std::ios::binary);
  const std::string yaml{std::istreambuf_iterator<char>(stream), {}};
  if (yaml.size() > kLargestFile) return failed(fmt::format("'{}' is larger than 4 MiB", file));
  return load_text(yaml, file, environment);
}

Load load_text(std::string_view yaml, const std::string& file_name, const Environment& environment) {
  Context context(file_name, environment);
  if (!core::is_valid_utf8(yaml)) {
    context.mistakes.add({}, "the file is not UTF-8");
    return finish({}, context);
  }
  const auto hidden = hide_references(yaml);
  if (!hidden) {
    context.mistakes.add({}, hidden.error().message);
    return finish({}, context);
  }
  schema::YamlParse parse = schema::parse_yaml(*hidden);
  const bool is_yaml = parse.mistakes.empty();
  for (schema::YamlMistake& mistake : parse.mistakes) mistake.message = show_references(mistake.message);
  context.mistakes.add(std::move(parse.mistakes));
  if (!is_yaml) return finish({}, context);
  expand_values(parse.root, "", context);
  Section top(&parse.root, "", context);
  Settings settings = read_settings(top);
  check_whole(settings, top);
  settings.file = file_name;
  settings.text = Secret(std::string(yaml));
  return finish(std::move(settings), context);
}

}  // namespace dm::config
