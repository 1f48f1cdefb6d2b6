// gnmi and inventory: whom we talk to, and how.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/checks.h"
#include "config/parts.h"
#include "core/text.h"

namespace dm::config {
namespace {

using std::chrono::seconds;

constexpr Word<TlsMode> kTlsModes[] = {{"plaintext", TlsMode::Plaintext},
                                       {"verify", TlsMode::Verify},
                                       {"insecure-skip-verify", TlsMode::InsecureSkipVerify}};

Tls read_tls(Section section, Tls tls) {
  tls.mode = section.word("mode", tls.mode, kTlsModes);
  tls.ca_file = section.file("ca_file", tls.ca_file);
  tls.cert_file = section.file("cert_file", tls.cert_file);
  tls.key_file = section.file("key_file", tls.key_file);
  tls.server_name = section.text("server_name", tls.server_name);
  section.refuse_others();
  if (!section.is_present()) return tls;
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    section.refuse(tls.key_file.empty() ? "cert_file" : "key_file",
                   "a client certificate needs cert_file and key_file");
  }
  // Who names a CA believes to have TLS.
  for (const auto& [key, file] : {std::pair{"ca_file", &tls.ca_file}, std::pair{"cert_file", &tls.cert_file}}) {
    if (tls.mode != TlsMode::Plaintext || file->empty() || !section.has(key)) continue;
    section.refuse(key, "has no effect while mode is plaintext; set mode: verify");
  }
  return tls;
}

// A profile that is a file starts at the configuration's folder.
std::string read_profile(Section& section, std::string otherwise) {
  std::string profile = section.text("profile", otherwise);
  if (profile == otherwise) return profile;
  const bool is_file = profile.find('/') != std::string::npos || profile.ends_with(".yaml");
  if (is_file) profile = section.context().resolve(profile);
  for (const std::string& mistake : schema::load_profile(profile).errors) section.refuse("profile", mistake);
  return profile;
}

std::optional<PathOverride> read_path(Section& section, const schema::YamlNode& item) {
  PathOverride path;
  if (item.is_scalar()) {
    auto parsed = model::parse_path(item.text);
    if (!parsed) {
      section.refuse_at(item.place, fmt::format("{}: {}", section.key_name("paths"), parsed.error().message));
      return std::nullopt;
    }
    return PathOverride{std::move(*parsed), item.text, std::nullopt};
  }
  Section entry(&item, section.key_name("paths"), section.context(), Shows::Nothing);
  const std::string mode = entry.text("mode", "");
  if (!mode.empty()) {
    path.mode = schema::path_mode_from(mode);
    if (!path.mode) entry.refuse("mode", fmt::format("'{}' is none of on_change, sample, get, off", mode));
  }
  path.text = entry.text("path", "");
  auto parsed = entry.path("path");
  entry.refuse_others();
  if (!parsed) return std::nullopt;
  path.path = std::move(*parsed);
  return path;
}

// A device's paths come behind the common ones; the same path again replaces.
std::vector<PathOverride> read_paths(Section& section, std::vector<PathOverride> paths) {
  std::vector<PathOverride> written;
  for (const schema::YamlNode& item : section.items("paths")) {
    auto path = read_path(section, item);
    if (!path) continue;
    const auto is_same = [&](const PathOverride& other) { return other.path == path->path; };
    if (std::any_of(written.begin(), written.end(), is_same)) {
      section.refuse_at(item.place, fmt::format("{}: '{}' is written twice", section.key_name("paths"), path->text));
    }
    std::erase_if(paths, is_same);
    section.show_at(item.place, fmt::format("paths[{}]", written.size()),
                    fmt::format("{} {}", path->text, path->mode ? to_text(*path->mode) : "on_change"));
    written.push_back(std::move(*path));
  }
  paths.insert(paths.end(), written.begin(), written.end());
  return paths;
}

Device read_device(const schema::YamlNode& item, const Gnmi& gnmi, Context& context) {
  const auto name_member = std::find_if(item.members.begin(), item.members.end(),
                                        [](const schema::YamlMember& member) { return member.key == "name"; });
  const bool is_named = name_member != item.members.end() && !name_member->value.text.empty();
  Section section(&item, "inventory.devices" + (is_named ? "." + name_member->value.text : ""), context,
                  Shows::Written);
  Device device;
  device.name = section.needed_text("name");
  const bool has_control = std::any_of(device.name.begin(), device.name.end(),
                                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
  if (has_control || core::trim(device.name) != device.name) {
    section.refuse("name", "begins or ends with a blank, or holds a control character");
  }
  device.address = section.text("address", "");
  if (const auto mistake = device.address.empty() ? std::nullopt : device_address_mistake(device.address)) {
    section.refuse("address", *mistake);
  }
  device.labels = section.text_map("labels");
  device.gnmi = read_gnmi(section.map("gnmi"), gnmi, true);
  section.refuse_others();
  return device;
}

std::optional<NetBoxInventory> read_netbox_inventory(Section section) {
  if (!section.is_present()) return std::nullopt;
  NetBoxInventory netbox;
  netbox.filter = section.text("filter", std::string(kDefaultFilter));
  section.refuse_others();
  for (const std::string_view pair : core::split(netbox.filter, '&')) {
    const bool is_pair = pair.find('=') != std::string_view::npos && !pair.starts_with('=');
    if (!netbox.filter.empty() && !is_pair) {
      section.refuse("filter",
                     fmt::format("'{}' is not name=value; a filter is written as in role=leaf&site=dc1", pair));
    }
  }
  return netbox;
}

}  // namespace

Gnmi read_gnmi(Section section, Gnmi gnmi, bool is_device) {
  gnmi.port = static_cast<std::uint16_t>(section.number("port", gnmi.port, 1, 65535));
  gnmi.get_interval = section.duration("get_interval", gnmi.get_interval, seconds(1));
  gnmi.sample_interval = section.duration("sample_interval", gnmi.sample_interval, seconds(1));
  gnmi.stale_after = section.duration("stale_after", gnmi.stale_after, seconds(1));
  gnmi.username = section.text("username", gnmi.username, {.fallback = is_device ? nullptr : "GNMI_USERNAME"});
  gnmi.password = section.secret("password", gnmi.password, is_device ? nullptr : "GNMI_PASSWORD");
  gnmi.profile = read_profile(section, gnmi.profile);
  gnmi.target = section.text("target", gnmi.target);
  gnmi.paths = read_paths(section, std::move(gnmi.paths));
  gnmi.tls = read_tls(section.map("tls"), gnmi.tls);
  section.refuse_others();
  section.refuse_if_no_header("username", gnmi.username);
  section.refuse_if_no_header("password", gnmi.password.reveal());
  const bool says_who =
      !is_device || section.has("username") || section.has("password") || section.has("password_file");
  if (says_who && gnmi.username.empty() && !gnmi.password.empty()) {
    section.refuse("password", "is set, but username is not");
  }
  return gnmi;
}

Inventory read_inventory(Section section, const Gnmi& gnmi) {
  Inventory inventory;
  inventory.netbox = read_netbox_inventory(section.map("netbox"));
  std::map<std::string, int> lines;  // of each name
  for (const schema::YamlNode& item : section.items("devices")) {
    Device device = read_device(item, gnmi, section.context());
    const auto [first, is_new] = lines.emplace(device.name, item.place.line);
    if (!is_new && !device.name.empty()) {
      section.refuse_at(item.place, fmt::format("inventory.devices: '{}' is listed twice, first on line {}",
                                                device.name, first->second));
    }
    inventory.devices.push_back(std::move(device));
  }
  section.refuse_others();
  return inventory;
}

}  // namespace dm::config
