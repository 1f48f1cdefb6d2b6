#include "simulation/switch_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"

namespace dm::simulation {
namespace {

constexpr std::string_view kInstance = "/network-instances/network-instance[name=default]";
constexpr std::string_view kProtocol = "/network-instances/network-instance[name=default]/protocols/protocol[identifier=BGP][name=BGP]";
constexpr std::string_view kVxlan = "/interfaces/interface[name=Vxlan1]/arista-vxlan";

// Keys as people name things: slashes, brackets, signs of the text form, blanks, UTF-8. Escaped as the text wants.
const std::vector<std::string> kInterfaces = {"Ethernet1/1", "Port-Channel1", R"(a\]b\\c)", "x=y [z", "Vlan10:1", "et ü", "*x"};
const std::vector<std::string> kTexts = {"uplink", "", "a \"quoted\" text", "10", "true", "ÄÖÜ", "null", "x\\y]z", "/a/b[c=d]"};

model::Path parsed(const std::string& text) {
  const auto path = model::parse_path(text);
  CHECK(path, "the simulation spells a path wrongly");
  return *path;
}

}  // namespace

std::vector<model::Path> areas() {
  return {parsed("/network-instances/network-instance/vlans"), parsed("/interfaces/interface"),
          parsed("/network-instances/network-instance/protocols/protocol/bgp"), parsed("/system/config/hostname"),
          parsed("eos_native:/Sysdb")};
}

model::Path unknown_path() { return parsed("/no/release/knows/this"); }

SwitchConfig::SwitchConfig(Random& random) : random_(random), shape_(static_cast<VxlanShape>(random.pick(3))) {
  for (std::size_t i = random_.pick(12); i > 0; --i) grow();
}

std::vector<SwitchConfig::Made> SwitchConfig::vlan() {
  const std::uint64_t id = random_.between(1, 6);
  const std::string at = fmt::format("{}/vlans/vlan[vlan-id={}]", kInstance, id);
  return {{at + "/vlan-id", {}, id, true}, {at + "/config/vlan-id", {}, id}, {at + "/config/name", {}, random_.of(kTexts)},
          {at + "/config/status", {}, "ACTIVE"}};
}

std::vector<SwitchConfig::Made> SwitchConfig::interface() {
  const std::string key = random_.of(kInterfaces);
  const std::string at = fmt::format("/interfaces/interface[name={}]", key);
  const std::string name = parsed(at).elements.back().keys.front().value;
  model::ValueList vlans;
  for (std::size_t i = random_.pick(4); i > 0; --i) vlans.emplace_back(std::uint64_t{random_.between(1, 4094)});
  if (random_.one_in(3)) vlans.emplace_back("20..22");
  return {{at + "/name", {}, name, true},
          {at + "/config/name", {}, name},
          {at + "/config/mtu", {}, std::uint64_t{random_.between(68, 9214)}},
          {at + "/config/enabled", {}, random_.one_in(2)},
          {at + "/config/description", {}, random_.of(kTexts)},
          {at + "/ethernet/switched-vlan/config/trunk-vlans", {}, vlans}};
}

std::vector<SwitchConfig::Made> SwitchConfig::neighbor() {
  static const std::vector<std::string> kAddresses = {"10.0.0.1", "10.0.0.2", "2001:db8::1"};
  const std::string address = random_.of(kAddresses);
  const std::string at = fmt::format("{}/bgp/neighbors/neighbor[neighbor-address={}]", kProtocol, address);
  return {{at + "/neighbor-address", {}, address, true},
          {at + "/config/neighbor-address", {}, address},
          {at + "/config/peer-as", {}, std::uint64_t{random_.between(1, 4'294'967'295)}},
          {at + "/config/enabled", {}, random_.one_in(2)}};
}

std::vector<SwitchConfig::Made> SwitchConfig::vni() {
  const std::uint64_t vlan = random_.between(1, 4), vni = random_.between(1, 16'777'215);
  const std::string today = fmt::format("{}/vlan-to-vnis/vlan-to-vni[vlan={}]", kVxlan, vlan);
  if (shape_ == VxlanShape::Today) return {{today + "/vlan", {}, vlan, true}, {today + "/config/vlan", {}, vlan}, {today + "/config/vni", {}, vni}};
  const std::string list = shape_ == VxlanShape::InMap ? "vlan-to-vni-map" : "vlan-to-vnis/vlan-to-vni";
  const std::string old = fmt::format("{}/config/{}[vlan={}]", kVxlan, list, vlan);
  return {{old + "/vlan", today + "/config/vlan", vlan, true}, {old + "/vni", today + "/config/vni", vni}};
}

std::vector<SwitchConfig::Made> SwitchConfig::odd() {
  switch (random_.pick(3)) {
    case 0: return {{"/system/config/hostname", {}, random_.of(kTexts)}};
    case 1: return {{fmt::format("{}/config/udp-port", kVxlan), {}, std::uint64_t{random_.between(1, 65535)}}};
    default: return {{fmt::format("eos_native:/Sysdb/2001:db8::1/leaf{}", random_.pick(3)), {}, random_.of(kTexts)}};
  }
}

std::vector<SwitchConfig::Made> SwitchConfig::entry() {
  switch (random_.pick(6)) {
    case 0: return vlan();
    case 1: return neighbor();
    case 2: return vni();
    case 3: return odd();
    default: return interface();
  }
}

std::vector<std::string> SwitchConfig::grow() {
  std::vector<std::string> changed;
  for (Made& made : entry()) {
    if (!made.is_key && random_.one_in(4)) continue;
    SwitchLeaf leaf{.said = parsed(made.said), .canonical = made.canonical, .value = std::move(made.value), .is_key = made.is_key};
    if (leaf.canonical.empty()) leaf.canonical = made.said;
    changed.push_back(leaf.canonical);
    met_[leaf.canonical] = leaf.said;
    leaves_[leaf.canonical] = std::move(leaf);
  }
  return changed;
}

model::Value SwitchConfig::new_value(const SwitchLeaf& leaf) {
  if (leaf.is_key) return leaf.value;
  if (leaf.value.text() != nullptr) return random_.of(kTexts);
  if (const auto* number = std::get_if<std::uint64_t>(&leaf.value.data)) return *number % 4000 + 1;
  if (const auto* flag = std::get_if<bool>(&leaf.value.data)) return !*flag;
  model::ValueList list = *leaf.value.list();
  if (!list.empty() && random_.one_in(2)) list.pop_back();
  list.emplace_back(std::uint64_t{random_.between(1, 4094)});
  return list;
}

const SwitchLeaf& SwitchConfig::some_leaf() { return std::next(leaves_.begin(), static_cast<std::ptrdiff_t>(random_.pick(leaves_.size())))->second; }

std::vector<std::string> SwitchConfig::change_values(std::size_t most) {
  std::vector<std::string> changed;
  for (std::size_t i = random_.between(1, most); i > 0 && !leaves_.empty(); --i) {
    SwitchLeaf& leaf = leaves_.at(some_leaf().canonical);
    leaf.value = new_value(leaf);
    changed.push_back(leaf.canonical);
  }
  return changed;
}

void SwitchConfig::erase(const model::Path& said) {
  std::erase_if(leaves_, [&](const auto& leaf) { return model::covers(said, leaf.second.said); });
}

void SwitchConfig::erase_below(const model::Path& entry) {
  std::vector<std::string> below;
  for (const auto& [name, leaf] : leaves_) {
    if (!leaf.is_key && model::covers(entry, leaf.said)) below.push_back(name);
  }
  if (!below.empty()) leaves_.erase(random_.of(below));
}

model::Path SwitchConfig::something_to_delete() {
  if (leaves_.empty()) return unknown_path();
  const SwitchLeaf& leaf = some_leaf();
  model::Path path = leaf.said;
  const std::size_t shortest = random_.one_in(8) ? 0 : 2;
  const bool is_leaf = random_.one_in(3) && !leaf.is_key;
  if (!is_leaf && path.elements.size() > shortest + 1) path.elements.resize(random_.between(shortest + 1, path.elements.size() - 1));
  if (random_.one_in(40)) path.elements.clear();
  if (!random_.one_in(6) || !path.origin.empty()) return path;
  for (auto& element : path.elements) {
    if (element.keys.empty() || !random_.one_in(2)) continue;
    if (random_.one_in(2)) {
      element.keys.erase(element.keys.begin() + static_cast<std::ptrdiff_t>(random_.pick(element.keys.size())));
    } else {
      element.keys[random_.pick(element.keys.size())].value.assign(1, '*');
    }
  }
  return path;
}

model::Path SwitchConfig::some_entry() {
  if (leaves_.empty()) return {};
  model::Path path = some_leaf().said;
  while (!path.elements.empty() && path.elements.back().keys.empty()) path.elements.pop_back();
  return path;
}

}  // namespace dm::simulation
