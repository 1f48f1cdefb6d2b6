#include "simulation/speech.h"

#include <gnmi.pb.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/check.h"

// The deprecated fields are written on purpose.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace dm::simulation {
namespace {

using Json = nlohmann::json;

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
  out.push_back(static_cast<char>(value));
  return out;
}
std::string field(std::uint32_t number, std::string_view bytes) {
  return varint(number << 3U | 2U) + varint(bytes.size()) + std::string(bytes);
}
std::string field(std::uint32_t number, std::uint64_t value) { return varint(number << 3U) + varint(value); }

Json json_of(const model::Value& value) {
  if (const auto* text = value.text()) return *text;
  if (const auto* number = std::get_if<std::uint64_t>(&value.data)) return *number;
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag;
  Json list = Json::array();
  for (const auto& member : *value.list()) list.push_back(json_of(member));
  return list;
}

void put_scalar(const model::Value& value, ::gnmi::TypedValue& out) {
  if (const auto* text = value.text()) out.set_string_val(*text);
  if (const auto* number = std::get_if<std::uint64_t>(&value.data)) out.set_uint_val(*number);
  if (const auto* flag = std::get_if<bool>(&value.data)) out.set_bool_val(*flag);
}

std::size_t common_elements(const Saying& saying) {
  std::vector<const model::Path*> all;
  for (const auto& path : saying.deletes) all.push_back(&path);
  for (const auto& leaf : saying.updates) all.push_back(&leaf.said);
  if (!saying.atomic.elements.empty()) return saying.atomic.elements.size();
  if (all.empty()) return 0;
  std::size_t common = all.front()->elements.size();
  for (const auto* path : all) {
    std::size_t same = 0;
    while (same < std::min(common, path->elements.size()) && path->elements[same] == all.front()->elements[same]) ++same;
    common = same;
  }
  return common;
}

// Into `out`, the members below `at` on the way to the leaf.
void put_member(Json& out, const model::Path& leaf, std::size_t at, const model::Value& value) {
  if (at + 1 == leaf.elements.size()) {
    out[leaf.elements[at].name] = json_of(value);
    return;
  }
  CHECK(leaf.elements[at].keys.empty(), "a list in a list");
  put_member(out[leaf.elements[at].name], leaf, at + 1, value);
}

}  // namespace

std::string Speech::element(const model::PathElement& element, bool is_openconfig) {
  static const std::vector<std::string> kModules = {"openconfig-interfaces:", "oc-if:", "arista-exp-eos-vxlan:"};
  std::string name = element.name;
  if (is_openconfig && random_.one_in(8)) name = random_.of(kModules) + name;
  std::vector<std::string> parts = {field(1, name)};
  for (const auto& key : element.keys) {
    std::string value = key.value;
    if (value == "BGP" && key.name == "identifier" && random_.one_in(3)) value = "openconfig-policy-types:BGP";
    if (value == "2001:db8::1" && random_.one_in(3)) value = "2001:0DB8:0:0::1";
    std::vector<std::string> entry = {field(1, random_.one_in(8) ? "oc:" + key.name : key.name), field(2, value)};
    random_.shuffle(entry);
    parts.push_back(field(2, entry[0] + entry[1]));
  }
  random_.shuffle(parts);
  std::string out;
  for (const auto& part : parts) out += part;
  return out;
}

std::string Speech::path(const model::Path& whole, std::size_t first, std::size_t last, bool with_origin) {
  static const std::vector<std::string> kOrigins = {"openconfig", "openconfig-interfaces", "rfc7951"};
  std::string out;
  const bool is_legacy = whole.origin.empty() && random_.one_in(10);
  for (std::size_t i = first; i < last; ++i) {
    out += is_legacy ? field(1, model::to_text(whole.elements, i, 1).substr(1)) : field(3, element(whole.elements[i], whole.origin.empty()));
  }
  if (!with_origin) return out;
  const std::string origin = whole.origin.empty() ? random_.of(kOrigins) : whole.origin;
  return random_.one_in(2) ? field(2, origin) + out : out + field(2, origin);
}

std::string Speech::typed_value(const model::Value& value) {
  ::gnmi::TypedValue typed;
  const auto* number = std::get_if<std::uint64_t>(&value.data);
  const std::size_t how = random_.pick(6);
  if (how == 0) {
    typed.set_json_val(json_of(value).dump());
  } else if (how <= 2) {
    typed.set_json_ietf_val(json_of(value).dump());
  } else if (value.list() != nullptr) {
    auto& list = *typed.mutable_leaflist_val();
    for (const auto& member : *value.list()) put_scalar(member, *list.add_element());
  } else if (how == 3 && number != nullptr) {
    typed.set_int_val(static_cast<std::int64_t>(*number));
  } else if (how == 4 && number != nullptr) {
    typed.set_string_val(std::to_string(*number));
  } else if (how == 4 && std::holds_alternative<bool>(value.data)) {
    typed.set_string_val(std::get<bool>(value.data) ? "true" : "false");
  } else {
    put_scalar(value, typed);
  }
  return typed.SerializeAsString();
}

std::string Speech::update(std::string_view path, const model::Value& value) {
  std::vector<std::string> fields = {field(1, path)};
  if (random_.one_in(15)) {
    fields.push_back(field(2, field(1, json_of(value).dump()) + (random_.one_in(2) ? field(2, std::uint64_t{4}) : "")));
  } else {
    fields.push_back(field(3, typed_value(value)));
  }
  if (random_.one_in(10)) fields.push_back(field(4, std::uint64_t{random_.pick(5)}));
  return finish(std::move(fields));
}

// In any order: a reader may not rely on one.
std::string Speech::finish(std::vector<std::string> fields) {
  if (random_.one_in(4)) random_.shuffle(fields);
  std::string out;
  for (const auto& one : fields) out += one;
  return out;
}

std::string Speech::notification(const Saying& saying) {
  const bool is_atomic = !saying.atomic.elements.empty();
  const std::size_t common = common_elements(saying);
  const std::size_t split = is_atomic ? common : (random_.one_in(2) ? 0 : random_.pick(common + 1));
  const model::Path& first = is_atomic ? saying.atomic : (saying.deletes.empty() ? saying.updates.front().said : saying.deletes.front());
  const std::size_t origin = first.origin.empty() ? random_.pick(3) : 1 + random_.pick(2);  // nowhere, prefix, path

  std::vector<std::string> updates;
  for (const SwitchLeaf& leaf : saying.updates) {
    const std::string path = this->path(leaf.said, split, leaf.said.elements.size(), origin == 2);
    // Of the same path twice the last counts.
    if (random_.one_in(25)) updates.push_back(field(4, update(path, model::Value("outdated"))));
    updates.push_back(field(4, update(path, leaf.value)));
  }
  std::string in_order;
  for (const auto& one : updates) in_order += one;
  std::vector<std::string> fields = {in_order};
  for (const auto& path : saying.deletes) fields.push_back(field(5, this->path(path, split, path.elements.size(), origin == 2)));
  if (split > 0 || origin == 1) fields.push_back(field(2, path(first, 0, split, origin == 1)));
  if (is_atomic) fields.push_back(field(6, std::uint64_t{1}));
  static const std::vector<std::uint64_t> kTimes = {0, 1, 1'795'132'800, 1'795'132'800'000'000'000, ~std::uint64_t{0}};
  fields.push_back(field(1, random_.of(kTimes)));
  random_.shuffle(fields);
  return field(1, finish(std::move(fields)));
}

std::string Speech::sync() { return field(3, std::uint64_t{1}); }

std::string Speech::hub_lost() { return field(1, field(5, field(3, field(1, "*")))); }

std::string Speech::nonsense() {
  switch (random_.pick(6)) {
    case 0: return {};
    case 1: return field(1, std::string_view());                      // no update, no delete (NX-OS)
    case 2: return field(1, field(4, std::string_view()));            // an update without path and value (Huawei)
    case 3: return field(3, std::uint64_t{0});                        // sync_response: false (Junos)
    case 4: return field(99, "from a later gNMI") + field(1, field(1, std::uint64_t{7}) + field(98, "x"));
    default: return "\x0a\x05junk";                                   // cut short: no message
  }
}

std::string Speech::subtree(const model::Path& entry, const std::vector<SwitchLeaf>& leaves) {
  std::size_t at = entry.elements.size();  // elements of the path the value stands at
  model::Path where = entry;
  const bool is_config_only = std::all_of(leaves.begin(), leaves.end(), [at](const SwitchLeaf& leaf) {
    return leaf.said.elements.size() == at + 2 && leaf.said.elements[at].name == "config";
  });
  if (is_config_only) where.elements.push_back({"config", {}}), ++at;
  Json members = Json::object();
  for (const auto& leaf : leaves) put_member(members, leaf.said, at, leaf.value);
  const bool has_keys = std::all_of(entry.elements.back().keys.begin(), entry.elements.back().keys.end(),
                                    [&](const model::PathKey& key) { return members.contains(key.name); });
  Json value = members;
  if (!is_config_only && has_keys && random_.one_in(2)) {
    where.elements.back().keys.clear();
    value = Json::array({members});
  }
  std::string typed;
  {
    ::gnmi::TypedValue json;
    json.set_json_ietf_val(value.dump());
    typed = json.SerializeAsString();
  }
  const std::string path = this->path(where, 0, where.elements.size(), random_.one_in(2) || !where.origin.empty());
  return field(1, field(4, finish({field(1, path), field(3, typed)})));
}

}  // namespace dm::simulation
