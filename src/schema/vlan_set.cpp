#include "schema/vlan_set.h"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <optional>

namespace dm::schema {
namespace {

using model::Value;
using model::ValueList;

constexpr std::uint64_t kLastVlan = 4094;
using VlanBits = std::bitset<kLastVlan + 2>;  // one beyond, so that a run always ends

std::optional<std::uint64_t> parse_id(std::string_view text) {
  std::uint64_t id = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_whole = !text.empty() && failure == std::errc{} && end == text.data() + text.size();
  return is_whole && id >= 1 && id <= kLastVlan ? std::optional(id) : std::nullopt;
}

bool add_range(std::string_view text, VlanBits& vlans) {
  const std::size_t dots = text.find("..");
  const auto low = parse_id(text.substr(0, dots));
  const auto high = dots == std::string_view::npos ? low : parse_id(text.substr(dots + 2));
  if (!low || !high || *low > *high) return false;
  for (std::uint64_t id = *low; id <= *high; ++id) vlans.set(id);
  return true;
}

bool add_member(const Value& member, VlanBits& vlans) {
  if (const std::string* text = member.text()) return add_range(*text, vlans);
  std::optional<std::uint64_t> id;
  if (const auto* number = std::get_if<std::uint64_t>(&member.data)) id = *number;
  if (const auto* real = std::get_if<double>(&member.data); real && *real >= 1 && *real <= kLastVlan) {
    const auto whole = static_cast<std::uint64_t>(*real);
    if (static_cast<double>(whole) == *real) id = whole;
  }
  if (!id || *id < 1 || *id > kLastVlan) return false;
  vlans.set(*id);
  return true;
}

void append_runs(const VlanBits& vlans, ValueList& members) {
  for (std::uint64_t id = 1; id <= kLastVlan; ++id) {
    if (!vlans.test(id)) continue;
    const std::uint64_t low = id;
    while (vlans.test(id + 1)) ++id;
    members.emplace_back(low == id ? Value(low) : Value(std::to_string(low) + ".." + std::to_string(id)));
  }
}

}  // namespace

Value compact_vlan_set(const Value& value) {
  const ValueList* list = value.list();
  const ValueList members = list != nullptr ? *list : ValueList{value};
  VlanBits vlans;
  ValueList strangers;
  for (const Value& member : members) {
    if (!add_member(member, vlans)) strangers.push_back(member);
  }
  std::sort(strangers.begin(), strangers.end(),
            [](const Value& a, const Value& b) { return to_json(a) < to_json(b); });
  strangers.erase(std::unique(strangers.begin(), strangers.end()), strangers.end());
  ValueList compact;
  append_runs(vlans, compact);
  compact.insert(compact.end(), strangers.begin(), strangers.end());
  return compact;
}

}  // namespace dm::schema
