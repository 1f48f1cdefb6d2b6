#include "intent/netbox/mapping.h"

#include <fmt/format.h>

#include <set>

#include "core/text.h"
#include "intent/merge.h"
#include "intent/netbox/config_context.h"
#include "intent/netbox/findings.h"
#include "intent/netbox/intent_builder.h"
#include "intent/netbox/lists.h"
#include "intent/netbox/mapping_parts.h"
#include "intent/netbox/overrides.h"
#include "intent/netbox/policy.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;

// Why a device is not watched; nullopt: it is. Staged ones are, at low severity.
std::optional<std::string> suspension(const DeviceRow& device, const MappingOptions& options) {
  const bool is_up = device.status.empty() || device.status == "active" || device.status == "staged";
  if (!is_up) return fmt::format("its status is {}", device.status);
  if (policy_of(options, device.tags, device.custom_fields) == Policy::Ignore)
    return fmt::format("NetBox says so: tag {} or custom field {}", options.names.ignore_tag, options.names.policy_field);
  return std::nullopt;
}

model::Finding about_device(const MappingOptions& options, const DeviceRow& device, std::string message) {
  const model::Provenance at = provenance(options, device);
  return {.kind = FindingKind::Device,
          .severity = model::Severity::Warning,
          .source = {},
          .device = core::to_valid_utf8(device.name),
          .object = at.object,
          .url = at.url,
          .message = core::to_valid_utf8(message)};
}

// Everything of the device is documented, its owner says: what is extra there is drift.
void map_complete_lists(IntentBuilder& out) {
  for (const std::string_view list : {kInterfaceList, kSubinterfaceList, kInstanceInterfaceList}) out.complete(list);
  for (const std::string_view list : kIpv4Lists) out.complete(list);
  for (const std::string_view list : kIpv6Lists) out.complete(list);
}

std::string target_address(const DeviceRow& device, std::uint16_t port) {
  const Brief& best = device.oob_ip.id != 0 ? device.oob_ip : device.primary_ip;
  const auto ip = parse_ip(best.address);
  if (!ip) return {};
  return ip->is_v6 ? fmt::format("[{}]:{}", ip->ip, port) : fmt::format("{}:{}", ip->ip, port);
}

model::InventoryDevice inventory_of(const DeviceRow& device, std::uint16_t port) {
  model::InventoryDevice found{device.name, target_address(device, port), {}, "netbox", device.status == "staged"};
  const auto label = [&found](const char* name, const Brief& object) {
    const std::string& text = object.slug.empty() ? object.name : object.slug;
    if (!text.empty()) found.labels[name] = text;
  };
  label("role", device.role);
  label("site", device.site);
  label("platform", device.platform);
  for (const Brief& tag : device.tags) {
    if (!tag.slug.empty()) found.labels["tag_" + tag.slug] = "true";
  }
  return found;
}

// Values that are ready-made for the device, and where they are from.
void add_overrides(const DeviceView& view, std::string_view text, const model::Provenance& from, std::string_view what,
                   IntentBuilder& out, model::DeviceIntent& into) {
  Overrides overrides = read_overrides(text, from, view.options->override_bytes);
  for (const std::string& mistake : overrides.mistakes) {
    out.find(FindingKind::Override, from, fmt::format("{}: {}", what, mistake));
  }
  model::DeviceIntent later;
  later.device = view.device->name;
  later.leaves = std::move(overrides.leaves);
  into = merge(into, later);
}

// The rendered template's, and over them the config context's.
model::DeviceIntent overrides_of(const DeviceView& view, IntentBuilder& out) {
  model::DeviceIntent intent;
  intent.device = view.device->name;
  const model::Provenance device = provenance(*view.options, *view.device);
  const Rendered& rendered = view.device->rendered;
  if (!rendered.mistake.empty()) {
    const bool is_kept = rendered.template_id != 0;
    out.find(FindingKind::Override, device,
             fmt::format("the config template cannot be rendered: {}{}", rendered.mistake,
                         is_kept ? "; what it said before counts" : ""));
    if (!is_kept) out.not_compared("rendered config template", "it cannot be rendered for this device");
  }
  if (rendered.template_id != 0) {
    add_overrides(view, rendered.content, provenance(*view.options, "extras.configtemplate", rendered.template_id, {}),
                  "rendered config template", out, intent);
  }
  const std::string& key = view.options->names.config_context_key;
  if (const auto text = context_json(view.device->config_context, key)) {
    add_overrides(view, *text, in_field(device, "config_context." + key), "config context " + key, out, intent);
  }
  return intent;
}

model::DeviceIntent intent_of(const DeviceView& view, const Silent& silent,
                              std::vector<model::Finding>& findings) {
  IntentBuilder out(view.device->name, findings);
  const DeviceRow& device = *view.device;
  const model::Provenance from = provenance(*view.options, device);
  if (view.interfaces.empty()) out.find(FindingKind::Device, from, "NetBox documents no interface of it");
  apply(policy_of(*view.options, device.tags, device.custom_fields), {model::Path()}, out);
  if (has_tag(device.tags, view.options->names.complete_tag)) map_complete_lists(out);
  map_system(view, out);
  map_interfaces(view, out);
  map_addresses(view, out);
  map_vlans(view, out);
  map_vrfs(view, out);
  map_bgp(view, out);
  add_not_compared(view, silent, out);
  const model::DeviceIntent overrides = overrides_of(view, out);
  model::DeviceIntent mapped = std::move(out).finish();
  return overrides.leaves.empty() ? mapped : merge(mapped, overrides);
}

}  // namespace

DeviceIds Mapping::stale_devices(const Touched& touched) const {
  DeviceIds stale = touched.devices;
  for (const ObjectId& object : touched.objects) {
    const auto& devices = fan_out_.devices_of(object);
    stale.insert(devices.begin(), devices.end());
  }
  return stale;
}

void Mapping::share_texts(model::DeviceIntent& intent) {
  const auto share = [this](auto& expectation) {
    expectation.path.share(texts_);
    model::Provenance& from = expectation.from;
    for (model::SharedText* text : {&from.source, &from.object, &from.url, &from.field}) *text = texts_.shared(*text);
  };
  for (model::Expectation& leaf : intent.leaves) share(leaf);
  for (model::EntryExpectation& entry : intent.entries) share(entry);
}

const Mapping::MappedDevice& Mapping::map_device(const TableIndex& index, const DeviceRow& device,
                                                 bool is_stale) {
  const auto [slot, is_new] = devices_.try_emplace(device.id);
  if (!is_new && !is_stale) return slot->second;
  LookedAt looked_at;
  const Joined joined(index, looked_at);
  std::vector<model::Finding> findings;
  model::DeviceIntent mapped = intent_of(index.view(device, joined), *silent_, findings);
  share_texts(mapped);
  auto intent = std::make_shared<const model::DeviceIntent>(std::move(mapped));
  fan_out_.note(device.id, looked_at);
  slot->second.findings = std::move(findings);
  if (is_new || !is_same(*slot->second.intent, *intent)) slot->second.intent = std::move(intent);
  return slot->second;
}

Loaded Mapping::map(const Tables& tables, const Touched& touched) {
  Loaded loaded;
  loaded.findings = find_mistakes(tables, options_);
  const TableIndex index(tables, options_);
  Silent silent = silent_everywhere(tables, options_);
  const bool is_everything = touched.is_everything || silent_ != silent;
  silent_ = std::move(silent);
  const DeviceIds stale = is_everything ? DeviceIds() : stale_devices(touched);
  std::set<std::string> names;
  DeviceIds mapped;
  const auto find = [&](const DeviceRow& device, std::string message) {
    loaded.findings.push_back(about_device(options_, device, std::move(message)));
  };
  for (const DeviceRow& device : tables.devices) {
    if (device.name.empty()) {
      find(device, fmt::format("device {} has no name; it is not watched", device.id));
    } else if (auto reason = suspension(device, options_)) {
      loaded.suspended.push_back({device.name, std::move(*reason)});
    } else if (!names.insert(device.name).second) {
      find(device, "a second device of that name is not watched");
    } else {
      loaded.inventory.push_back(inventory_of(device, options_.gnmi_port));
      if (loaded.inventory.back().address.empty())
        find(device, "it has neither an out-of-band nor a primary address; it cannot be reached");
      const MappedDevice& one = map_device(index, device, is_everything || stale.contains(device.id));
      mapped.insert(device.id);
      loaded.devices.push_back(one.intent);
      loaded.findings.insert(loaded.findings.end(), one.findings.begin(), one.findings.end());
    }
  }
  for (auto device = devices_.begin(); device != devices_.end();) {
    const bool is_kept = mapped.contains(device->first);
    if (!is_kept) fan_out_.note(device->first, {});
    device = is_kept ? std::next(device) : devices_.erase(device);
  }
  if (is_everything) texts_.drop_unused();
  return loaded;
}

Loaded map_tables(const Tables& tables, const MappingOptions& options) {
  return Mapping(options).map(tables, {.is_everything = true, .devices = {}, .objects = {}});
}

}  // namespace dm::intent::netbox
