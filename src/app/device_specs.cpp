#include "app/device_specs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "app/version.h"
#include "core/text.h"

namespace dm::app {
namespace {

// A first dump that lacks much of the intent is believed so long after its sync: a switch that boots may answer before its
// configuration is loaded.
constexpr core::Duration kBootWait = std::chrono::minutes(2);

// A subscription path as a pattern over canonical paths.
model::Path to_pattern(const schema::Profile& profile, const model::Path& path) {
  model::Path pattern = schema::to_request(profile, path).path;
  pattern.origin.clear();
  return pattern;
}

std::string area_of(const schema::Profile& profile, const model::Path& pattern) {
  for (const schema::ProfilePath& known : profile.paths) {
    const model::Path area = to_pattern(profile, known.path);
    if (model::match(area, pattern) != model::Match::None) return known.area;
  }
  return "other";
}

std::vector<schema::ProfilePath> effective_paths(const schema::Profile& profile, const config::Gnmi& gnmi) {
  std::vector<schema::ProfilePath> paths = profile.paths;
  for (const config::PathOverride& override_path : gnmi.paths) {
    const model::Path pattern = to_pattern(profile, override_path.path);
    const auto known = std::find_if(paths.begin(), paths.end(), [&](const schema::ProfilePath& path) {
      return to_pattern(profile, path.path) == pattern;
    });
    if (known == paths.end()) {
      paths.push_back({override_path.path, override_path.mode.value_or(schema::PathMode::OnChange),
                       area_of(profile, pattern)});
    } else if (override_path.mode) {
      known->mode = *override_path.mode;
    }
  }
  return paths;
}

std::string mode_reason(const schema::Profile& profile, const schema::ProfilePath& path) {
  if (path.mode == schema::PathMode::Off) return "switched off by the configuration";
  if (path.mode == schema::PathMode::Get) return "read by Get, every gnmi.get_interval";
  const auto request = schema::to_request(profile, path.path);
  return request.translated_from ? "translated from " + *request.translated_from : "";
}

// Of several rules for one place the first counts. A staged device is still being set up: nothing there is graver
// than info, which no rule of compare.severity says.
compare::Rules rules_for(const config::Settings& settings, const config::Device& device, bool is_staged) {
  compare::Rules rules{.ignore = {}, .severity = {}, .lists = {}, .strict = settings.intent.strict,
                       .strict_paths = settings.intent.strict_paths};
  if (is_staged) rules.severity.push_back({settings.compare.severity.size(), model::Path(), model::Severity::Info});
  const auto is_for = [&](const auto& rule) { return config::selects(rule.devices, device.name, device.labels); };
  for (std::size_t i = 0; i < settings.compare.ignore.size(); ++i) {
    const config::IgnoreRule& rule = settings.compare.ignore[i];
    if (is_for(rule)) rules.ignore.push_back({i, rule.path, {rule.difference, rule.current, rule.desired}, rule.until});
  }
  for (std::size_t i = 0; i < settings.compare.severity.size(); ++i) {
    const config::SeverityRule& rule = settings.compare.severity[i];
    if (is_for(rule)) rules.severity.push_back({i, rule.path, rule.severity});
  }
  for (const config::ListRule& rule : settings.compare.lists) {
    if (is_for(rule)) rules.lists.emplace(rule.path, rule.policy);
  }
  return rules;
}

net::TlsSettings tls_of(const config::Tls& tls) {
  const net::TlsMode mode = tls.mode == config::TlsMode::Plaintext ? net::TlsMode::Plaintext
                            : tls.mode == config::TlsMode::Verify  ? net::TlsMode::Verify
                                                                   : net::TlsMode::InsecureSkipVerify;
  return {mode, tls.ca_file, tls.cert_file, tls.key_file, tls.server_name};
}

// Everything a connection depends on but for the profile and the paths, as one text.
std::string session_key(const fleet::DeviceSpec& spec, const config::Gnmi& gnmi) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", spec.session.transport.host,
                                spec.session.transport.port, static_cast<int>(gnmi.tls.mode), gnmi.tls.ca_file,
                                gnmi.tls.cert_file, gnmi.tls.key_file, gnmi.tls.server_name, gnmi.username,
                                gnmi.password.reveal(), gnmi.target, gnmi.stale_after.count(), gnmi.get_interval.count(),
                                gnmi.sample_interval.count());
}

std::string link_of(const config::Settings& settings, const std::string& device) {
  std::string base = settings.api.public_url.empty() ? "http://" + settings.api.listen : settings.api.public_url;
  while (base.ends_with('/')) base.pop_back();
  return base + "/#/devices/" + device;
}

// A configured path that the platform spells differently: shown beside the path that is subscribed instead.
void say_translations(const schema::Profile& profile, const config::Gnmi& gnmi, std::vector<fleet::PathStatus>& shown) {
  for (const config::PathOverride& configured : gnmi.paths) {
    const auto request = schema::to_request(profile, configured.path);
    if (!request.translated_from) continue;
    const std::string subscribed = model::to_text(to_pattern(profile, configured.path));
    for (fleet::PathStatus& path : shown) {
      if (path.path == subscribed) path.reason = "translated from " + configured.text;
    }
  }
}

bool is_subscribed(const schema::ProfilePath& path) {
  return path.mode == schema::PathMode::OnChange || path.mode == schema::PathMode::Sample;
}

// What a Get brings may be older than what the stream said of the same leaf meanwhile: one place, one way.
const schema::ProfilePath* overlapping(const schema::Profile& profile, const std::vector<schema::ProfilePath>& paths,
                                       const model::Path& read) {
  const auto found = std::find_if(paths.begin(), paths.end(), [&](const schema::ProfilePath& path) {
    return is_subscribed(path) && model::match(to_pattern(profile, path.path), read) != model::Match::None;
  });
  return found == paths.end() ? nullptr : &*found;
}

// What is subscribed, read, judged and shown. Devices with the same profile and overrides share it.
struct PathPlan {
  std::shared_ptr<const gnmi::Subscription> subscription;
  std::shared_ptr<const fleet::Areas> areas;
  std::shared_ptr<const std::vector<model::Path>> reads, samples;
  std::shared_ptr<const std::vector<fleet::PathStatus>> shown;
};

PathPlan make_plan(const schema::Profile& profile, const config::Gnmi& gnmi) {
  std::vector<schema::ProfilePath> used;
  fleet::Areas areas;
  std::vector<fleet::PathStatus> shown;
  const std::vector<schema::ProfilePath> paths = effective_paths(profile, gnmi);
  for (const schema::ProfilePath& path : paths) {
    const model::Path pattern = to_pattern(profile, path.path);
    shown.push_back({model::to_text(pattern), std::string(schema::to_text(path.mode)), mode_reason(profile, path)});
    if (path.mode == schema::PathMode::Off) continue;
    const auto* other = path.mode == schema::PathMode::Get ? overlapping(profile, paths, pattern) : nullptr;
    if (other != nullptr) {
      shown.back().reason = fmt::format("not read: {} is subscribed", model::to_text(to_pattern(profile, other->path)));
      continue;
    }
    areas[path.area].push_back(pattern);
    used.push_back(path);
  }
  say_translations(profile, gnmi, shown);
  auto subscription = gnmi::make_subscription(profile, std::move(used));
  std::vector<model::Path> reads, samples;
  for (const std::size_t source : subscription->get_sources) reads.push_back(to_pattern(profile, subscription->paths[source].path));
  for (const schema::ProfilePath& path : subscription->paths) {
    if (path.mode == schema::PathMode::Sample) samples.push_back(to_pattern(profile, path.path));
  }
  return {std::move(subscription),
          std::make_shared<const fleet::Areas>(std::move(areas)),
          std::make_shared<const std::vector<model::Path>>(std::move(reads)),
          std::make_shared<const std::vector<model::Path>>(std::move(samples)),
          std::make_shared<const std::vector<fleet::PathStatus>>(std::move(shown))};
}

// Plans by profile (two files may give one the same name) and overrides.
class PathPlans {
 public:
  const PathPlan& of(const schema::Profile& profile, const config::Gnmi& gnmi) {
    std::string key = fmt::format("{}", fmt::ptr(&profile));
    for (const config::PathOverride& path : gnmi.paths) {
      key += fmt::format("\n{} {}", path.text, path.mode ? schema::to_text(*path.mode) : "");
    }
    const auto known = plans_.find(key);
    return known != plans_.end() ? known->second : plans_.emplace(std::move(key), make_plan(profile, gnmi)).first->second;
  }

 private:
  std::map<std::string, PathPlan> plans_;
};

fleet::DeviceSpec make_spec(const config::Settings& settings, const config::Device& device, const HostPort& address,
                            std::shared_ptr<const schema::Profile> profile, const PathPlan& plan, std::string source) {
  fleet::DeviceSpec spec;
  spec.name = device.name;
  spec.labels = device.labels;
  spec.source = std::move(source);
  spec.monitor.device = device.name;
  spec.monitor.profile = std::move(profile);
  const config::Gnmi& gnmi = device.gnmi;
  spec.session.device = device.name;
  spec.session.target = gnmi.target;
  spec.session.stale_after = gnmi.stale_after;
  spec.session.get_interval = gnmi.get_interval;
  spec.session.sample_interval = gnmi.sample_interval;
  spec.session.sync_deadline = std::chrono::seconds(settings.limits.sync_deadline_seconds);
  spec.session.transport = {.host = address.host,
                            .port = address.port,
                            .tls = tls_of(gnmi.tls),
                            .keepalive = spec.monitor.profile->keepalive,
                            .limits = settings.limits,
                            .user_agent = fmt::format("drift-monitor/{}", kVersion)};
  if (!gnmi.username.empty()) {
    spec.session.transport.metadata = {{"username", gnmi.username}, {"password", gnmi.password.reveal()}};
  }
  spec.paths = plan.shown;
  spec.monitor.areas = plan.areas;
  spec.monitor.reads = plan.reads;
  spec.monitor.samples = plan.samples;
  spec.monitor.sample_interval = gnmi.sample_interval;
  spec.monitor.boot_wait = kBootWait;
  spec.session.subscription = plan.subscription;
  spec.session_key = session_key(spec, gnmi);
  spec.monitor.lifecycle = {.hold = settings.drift.hold,
                    .group_window = settings.drift.group_window,
                    .reminder = settings.drift.reminder,
                    .flap_count = settings.drift.flap.count,
                    .flap_window = settings.drift.flap.window};
  spec.link = link_of(settings, device.name);
  spec.event_bytes = settings.limits.event_bytes;
  return spec;
}

}  // namespace

core::Result<HostPort> parse_address(const std::string& address, std::uint16_t default_port) {
  HostPort parsed{address, default_port};
  std::string port;
  if (address.starts_with('[')) {
    const std::size_t end = address.find(']');
    if (end == std::string::npos) return core::Error{core::Code::InvalidArgument, fmt::format("'{}': '[' without ']'", address)};
    parsed.host = address.substr(1, end - 1);
    if (end + 1 < address.size() && address[end + 1] == ':') port = address.substr(end + 2);
  } else if (std::count(address.begin(), address.end(), ':') == 1) {
    parsed.host = address.substr(0, address.find(':'));
    port = address.substr(address.find(':') + 1);
  }
  if (!port.empty()) {
    const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
    if (failure != std::errc{} || end != port.data() + port.size() || parsed.port == 0) {
      return core::Error{core::Code::InvalidArgument, fmt::format("'{}': '{}' is not a port", address, port)};
    }
  }
  if (parsed.host.empty()) return core::Error{core::Code::InvalidArgument, fmt::format("'{}' names no host", address)};
  return parsed;
}

Profiles load_profiles(const config::Settings& settings, const ProfilesByName& before) {
  Profiles profiles;
  std::set<std::string> names{settings.gnmi.profile};
  for (const config::Device& device : settings.inventory.devices) names.insert(device.gnmi.profile);
  for (const std::string& name : names) {
    schema::ProfileLoad loaded = schema::load_profile(name);
    const auto known = before.find(name);
    const bool is_same = known != before.end() && loaded.profile && *known->second == *loaded.profile;
    if (loaded.profile) profiles.by_name[name] = is_same ? known->second : loaded.profile;
    profiles.errors.insert(profiles.errors.end(), loaded.errors.begin(), loaded.errors.end());
  }
  return profiles;
}

DeviceSpecs make_device_specs(const config::Settings& settings,
                              const ProfilesByName& profiles,
                              const std::vector<model::InventoryDevice>& inventory) {
  struct Candidate {
    config::Device device;
    std::string source;
    bool is_staged = false;
  };
  std::map<std::string, Candidate> candidates;
  for (const model::InventoryDevice& found : inventory) {
    candidates[found.name] = {{.name = found.name, .address = found.address, .labels = found.labels, .gnmi = settings.gnmi},
                              found.source, found.is_staged};
  }
  for (const config::Device& configured : settings.inventory.devices) {
    Candidate& candidate = candidates[configured.name];
    const bool is_new = candidate.source.empty();
    config::Device merged = configured;
    if (merged.address.empty()) merged.address = candidate.device.address;
    merged.labels.insert(candidate.device.labels.begin(), candidate.device.labels.end());
    candidate = {std::move(merged), is_new ? "config" : candidate.source, candidate.is_staged};
  }
  DeviceSpecs result;
  PathPlans plans;
  for (const auto& [name, candidate] : candidates) {
    if (candidate.device.address.empty()) {
      result.problems[name] =
          "no address: give it a primary or out-of-band IP in NetBox, or an address under inventory.devices";
      continue;
    }
    const auto address = parse_address(candidate.device.address, candidate.device.gnmi.port);
    if (!address) {
      result.problems[name] = address.error().message;
      continue;
    }
    const auto profile = profiles.find(candidate.device.gnmi.profile);
    CHECK(profile != profiles.end(), "a profile was not loaded");
    for (const config::PathOverride& configured : candidate.device.gnmi.paths) {
      const auto request = schema::to_request(*profile->second, configured.path);
      if (!request.translated_from) continue;
      result.notes.insert(fmt::format("gnmi.paths: {} exists on no device of profile {}; {} is subscribed instead", configured.text,
                                      profile->second->name, model::to_text(to_pattern(*profile->second, configured.path))));
    }
    const PathPlan& plan = plans.of(*profile->second, candidate.device.gnmi);
    result.specs.push_back(make_spec(settings, candidate.device, *address, profile->second, plan, candidate.source));
    result.specs.back().monitor.rules = rules_for(settings, candidate.device, candidate.is_staged);
  }
  return result;
}

}  // namespace dm::app
