// Reading profiles/*.yaml.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "core/text.h"
#include "schema/profile.h"
#include "schema/shipped.h"
#include "schema/yaml_map.h"

namespace dm::schema {
namespace {

using model::Path;

constexpr std::string_view kSchema = "drift-monitor/profile/v1";
constexpr std::string_view kEncodings[] = {"json_ietf", "json", "proto", "bytes", "ascii"};
constexpr std::string_view kAreas[] = {"vlans", "interfaces", "vxlan", "bgp",  "vrfs",
                                       "evpn",  "mlag",       "system", "other"};
constexpr std::size_t kMostForms = 8;  // each is a question for every silent path
constexpr std::size_t kLargestFile = 1U << 20U;

template <class Words>
bool is_one_of(const Words& words, std::string_view text) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

// How many `[k=*]` a path has.
std::ptrdiff_t count_wildcards(const Path& path) {
  std::ptrdiff_t count = 0;
  for (const model::PathElement& element : path.elements) {
    count += std::count_if(element.keys.begin(), element.keys.end(),
                           [](const model::PathKey& key) { return key.value == "*"; });
  }
  return count;
}

class ProfileReader {
 public:
  explicit ProfileReader(YamlMistakes& mistakes) : mistakes_(mistakes) {}

  Profile read(const YamlNode& root) {
    Profile profile;
    YamlMap map(root, "", mistakes_);
    if (const auto schema = text(map, "schema"); schema && *schema != kSchema) {
      mistakes_.add(map.find("schema")->place, fmt::format("schema: expected {}", kSchema));
    }
    profile.name = text(map, "name").value_or("");
    if (profile.name.empty() && !map.is_broken()) mistakes_.add(map.place(), "a profile needs a name");
    profile.origin = text(map, "origin").value_or("");
    read_encoding(map, profile);
    profile.explicit_wildcards = boolean(map, "explicit_wildcards", false);
    profile.empty_is_absent = boolean(map, "empty_is_absent", true);
    read_forms(map, profile);
    read_keepalive(map, profile);
    profile.config_subscription = boolean(map, "config_subscription", false);
    read_depth(map, profile);
    read_paths(map, profile);
    read_defaults(map, profile);
    profile.never = path_list(map, "never");
    profile.never_unexpected = path_list(map, "never_unexpected");
    read_internal(map, profile);
    profile.aliases = read_aliases(map, "aliases");
    profile.request_aliases = read_aliases(map, "request_aliases");
    read_lists(map, profile);
    map.refuse_others();
    return profile;
  }

 private:
  std::optional<std::string> text(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.find(key);
    if (node == nullptr) return std::nullopt;
    if (node->is_scalar()) return node->text;
    mistakes_.add(node->place, fmt::format("{}: expected a text, found {}", key, to_text(node->kind)));
    return std::nullopt;
  }

  bool boolean(YamlMap& map, std::string_view key, bool otherwise) {
    const YamlNode* node = map.find(key);
    if (node == nullptr) return otherwise;
    if (node->is_scalar() && (node->text == "true" || node->text == "false")) return node->text == "true";
    mistakes_.add(node->place, fmt::format("{}: expected true or false", key));
    return otherwise;
  }

  std::optional<Path> path(const YamlNode& node, std::string_view what) {
    if (!node.is_scalar()) {
      mistakes_.add(node.place, fmt::format("{}: expected a path, found {}", what, to_text(node.kind)));
      return std::nullopt;
    }
    return path(node.text, node.place);
  }
  std::optional<Path> path(const std::string& written, YamlPlace place) {
    auto parsed = model::parse_path(written);
    if (parsed) return std::move(*parsed);
    mistakes_.add(place, parsed.error().message);
    return std::nullopt;
  }
  std::optional<Path> needed_path(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.find(key);
    if (node != nullptr) return path(*node, key);
    if (!map.is_broken()) mistakes_.add(map.place(), fmt::format("{} needs '{}'", map.what(), key));
    return std::nullopt;
  }

  const std::vector<YamlNode>& list(YamlMap& map, std::string_view key) {
    static const std::vector<YamlNode> kNone;
    const YamlNode* node = map.find(key);
    if (node == nullptr) return kNone;
    if (node->kind == YamlNode::Kind::List) return node->items;
    mistakes_.add(node->place, fmt::format("{}: expected a list, found {}", key, to_text(node->kind)));
    return kNone;
  }

  const std::vector<YamlMember>& members(YamlMap& map, std::string_view key) {
    static const std::vector<YamlMember> kNone;
    const YamlNode* node = map.find(key);
    if (node == nullptr) return kNone;
    const YamlMap checked(*node, std::string(key), mistakes_);
    return node->kind == YamlNode::Kind::Map ? node->members : kNone;
  }

  std::vector<Path> path_list(YamlMap& map, std::string_view key) {
    std::vector<Path> paths;
    for (const YamlNode& item : list(map, key)) {
      if (auto parsed = path(item, key)) paths.push_back(std::move(*parsed));
    }
    return paths;
  }

  void read_encoding(YamlMap& map, Profile& profile) {
    const auto encoding = text(map, "encoding");
    if (!encoding) return;
    if (is_one_of(kEncodings, *encoding)) {
      profile.encoding = *encoding;
    } else {
      mistakes_.add(map.find("encoding")->place,
                    fmt::format("encoding: '{}' is none of {}", *encoding, fmt::join(kEncodings, ", ")));
    }
  }

  void read_keepalive(YamlMap& map, Profile& profile) {
    const auto written = text(map, "keepalive");
    if (!written) return;
    const auto keepalive = core::parse_duration(*written);
    if (keepalive) {
      profile.keepalive = *keepalive;
    } else {
      mistakes_.add(map.find("keepalive")->place, "keepalive: " + keepalive.error().message);
    }
  }

  void read_depth(YamlMap& map, Profile& profile) {
    const auto written = text(map, "depth");
    if (!written) return;
    const char* end = written->data() + written->size();
    const auto [stop, error] = std::from_chars(written->data(), end, profile.depth);
    if (error == std::errc() && stop == end) return;
    mistakes_.add(map.find("depth")->place, fmt::format("depth: '{}' is not a number of levels; 0 means all", *written));
  }

  void read_paths(YamlMap& map, Profile& profile) {
    for (const YamlNode& item : list(map, "paths")) {
      YamlMap entry(item, "paths", mistakes_);
      auto parsed = needed_path(entry, "path");
      const std::string mode_text = text(entry, "mode").value_or("on_change");
      const auto mode = path_mode_from(mode_text);
      if (!mode) mistakes_.add(item.place, fmt::format("mode: '{}' is none of on_change, sample, get, off", mode_text));
      std::string area = text(entry, "area").value_or("other");
      if (!is_one_of(kAreas, area)) {
        mistakes_.add(item.place, fmt::format("area: '{}' is none of {}", area, fmt::join(kAreas, ", ")));
      }
      entry.refuse_others();
      if (parsed && mode) profile.paths.push_back({std::move(*parsed), *mode, std::move(area)});
    }
  }

  void read_forms(YamlMap& map, Profile& profile) {
    for (const YamlMember& member : members(map, "modules")) {
      if (member.value.is_scalar() && !member.value.text.empty()) {
        profile.modules[member.key] = member.value.text;
      } else {
        mistakes_.add(member.value.place, fmt::format("modules: the module of '{}' expected", member.key));
      }
    }
    for (const YamlNode& item : list(map, "other_forms")) {
      YamlMap entry(item, "other_forms", mistakes_);
      const RequestForm form{text(entry, "origin").value_or(profile.origin),
                             boolean(entry, "explicit_wildcards", profile.explicit_wildcards), boolean(entry, "module_names", false)};
      entry.refuse_others();
      const auto& known = profile.other_forms;
      if (form == form_at(profile, 0) || std::find(known.begin(), known.end(), form) != known.end()) {
        mistakes_.add(item.place, fmt::format("other_forms: the same form twice ({})", to_text(form)));
      } else if (form.module_names && profile.modules.empty()) {
        mistakes_.add(item.place, "other_forms: module_names needs 'modules'");
      } else if (known.size() == kMostForms) {
        mistakes_.add(item.place, fmt::format("other_forms: more than {}", kMostForms));
      } else {
        profile.other_forms.push_back(form);
      }
    }
  }

  // A map's keys as schema texts: paths whose lists have no keys.
  std::optional<std::string> schema_key(const YamlMember& member) {
    const auto parsed = path(member.key, member.place);
    if (!parsed) return std::nullopt;
    const std::string schema = model::schema_text(*parsed);
    if (schema == model::to_text(*parsed)) return schema;
    mistakes_.add(member.place, fmt::format("'{}': written without keys here", member.key));
    return std::nullopt;
  }

  void read_defaults(YamlMap& map, Profile& profile) {
    for (const YamlMember& member : members(map, "defaults")) {
      const auto leaf = schema_key(member);
      auto value = to_value(member.value);
      if (!value || value->is_absent()) {
        mistakes_.add(member.value.place, "a default is a value or a list of values");
      } else if (leaf) {
        profile.defaults[*leaf] = std::move(*value);
      }
    }
  }

  void read_lists(YamlMap& map, Profile& profile) {
    for (const YamlMember& member : members(map, "lists")) {
      const auto list_path = schema_key(member);
      const auto policy = member.value.is_scalar() ? list_policy_from(member.value.text) : std::nullopt;
      if (!policy) {
        mistakes_.add(member.value.place,
                      "a list policy is authoritative, at-least or authoritative-if-documented");
      } else if (list_path) {
        profile.lists[*list_path] = *policy;
      }
    }
  }

  void read_internal(YamlMap& map, Profile& profile) {
    for (const YamlNode& item : list(map, "internal")) {
      YamlMap entry(item, "internal", mistakes_);
      auto made = needed_path(entry, "entry"), sign = needed_path(entry, "sign"), unless = needed_path(entry, "unless");
      entry.refuse_others();
      if (!made || !sign || !unless) continue;
      const bool has_one_each =
          count_wildcards(*made) >= 1 && count_wildcards(*sign) == 1 && count_wildcards(*unless) == 1;
      if (has_one_each) {
        profile.internal.push_back({std::move(*made), std::move(*sign), std::move(*unless)});
      } else {
        mistakes_.add(item.place, "internal: 'sign' and 'unless' need exactly one [key=*], 'entry' at least one");
      }
    }
  }

  std::vector<Alias> read_aliases(YamlMap& map, std::string_view key) {
    std::vector<Alias> aliases;
    for (const YamlNode& item : list(map, key)) {
      YamlMap entry(item, std::string(key), mistakes_);
      auto from = needed_path(entry, "from"), to = needed_path(entry, "to");
      entry.refuse_others();
      if (from && to) aliases.push_back({std::move(*from), std::move(*to)});
    }
    return aliases;
  }

  YamlMistakes& mistakes_;
};

std::string shipped_names() {
  std::string names;
  for (const ShippedProfile& shipped : shipped_profiles()) {
    names.append(names.empty() ? "" : ", ").append(shipped.name);
  }
  return names;
}

ProfileLoad load_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string yaml{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return {nullptr, {fmt::format("{}: cannot be read", file)}};
  if (yaml.size() > kLargestFile) return {nullptr, {fmt::format("{}: larger than 1 MiB", file)}};
  return parse_profile(yaml, file);
}

}  // namespace

ProfileLoad parse_profile(std::string_view yaml, const std::string& file_name) {
  YamlMistakes mistakes(file_name);
  YamlParse parse = parse_yaml(yaml);
  const bool is_yaml = parse.mistakes.empty();
  mistakes.add(std::move(parse.mistakes));
  if (!is_yaml) return {nullptr, mistakes.to_lines()};
  Profile profile = ProfileReader(mistakes).read(parse.root);
  if (!mistakes.empty()) return {nullptr, mistakes.to_lines()};
  return {std::make_shared<const Profile>(std::move(profile)), {}};
}

ProfileLoad load_profile(const std::string& name_or_file) {
  const bool is_file = name_or_file.find('/') != std::string::npos || name_or_file.ends_with(".yaml");
  if (is_file) return load_file(name_or_file);
  for (const ShippedProfile& shipped : shipped_profiles()) {
    if (shipped.name == name_or_file) return parse_profile(shipped.yaml, fmt::format("profiles/{}.yaml", name_or_file));
  }
  return {nullptr, {fmt::format("profile '{}' does not exist; there are {}, or the name of a .yaml file", name_or_file,
                                shipped_names())}};
}

}  // namespace dm::schema
