#include "intent/assemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "intent/merge.h"
#include "intent/two_shapes.h"
#include "core/text.h"
#include "intent/netbox/lists.h"

namespace dm::intent {
namespace {

using model::IntentSnapshot;

struct Usability {
  bool is_usable = true;
  std::string reason;
};

model::Finding about_source(const std::string& source, const std::string& message) {
  return {.kind = model::FindingKind::Source,
          .severity = model::Severity::Info,
          .source = source,
          .device = {},
          .object = {},
          .url = {},
          .message = core::to_valid_utf8(message)};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Files alone can be judged by. What NetBox would add is missing then, so no list is complete.
bool has_files(const std::vector<SourceReading>& sources) {
  return std::any_of(sources.begin(), sources.end(), [](const SourceReading& source) {
    return !source.is_remote && source.last_good != nullptr && !source.last_good->devices.empty();
  });
}

bool is_partial(const std::vector<SourceReading>& sources) {
  return std::any_of(sources.begin(), sources.end(), [](const SourceReading& source) {
    return source.is_remote && source.last_good == nullptr;
  });
}

Usability judge(const std::vector<SourceReading>& sources) {
  if (sources.empty())
    return {false, "no source of intent is configured (intent.netbox or intent.files)"};
  for (const SourceReading& source : sources) {
    if (!source.hold.empty()) return {false, source.hold};
    if (source.last_good != nullptr) continue;
    if (!source.is_remote)
      return {false, fmt::format("the intent files were never read: {}", first_line(source.error))};
    if (!has_files(sources))
      return {false, fmt::format("{} was never reached: {}", source.name, source.error)};
  }
  return {};
}

// Without NetBox nobody knows which entries are extra: no list is authoritative, whoever says so.
std::shared_ptr<const model::DeviceIntent> with_open_lists(model::DeviceIntent intent) {
  std::set<std::string> lists(netbox::kAllLists.begin(), netbox::kAllLists.end());
  for (const auto& [list, policy] : intent.lists) lists.insert(list);
  for (const auto& entry : intent.entries) lists.insert(model::schema_text(entry.path.parsed()));
  intent.lists.clear();
  for (const std::string& list : lists) intent.not_compared.try_emplace(list, "NetBox was not reached yet: no list counts as complete");
  return std::make_shared<const model::DeviceIntent>(std::move(intent));
}

void take_devices(const std::vector<SourceReading>& sources, const IntentSnapshot& earlier,
                  IntentSnapshot& into) {
  std::vector<const Loaded*> loaded;
  for (const SourceReading& source : sources) {
    if (source.last_good != nullptr) loaded.push_back(source.last_good.get());
  }
  const bool partial = is_partial(sources);
  for (auto& [name, intent] : merge(loaded)) {
    if (partial) intent = with_open_lists(*intent);
    const auto old = earlier.devices.find(name);
    const bool is_unchanged = old != earlier.devices.end() && is_same(*old->second, *intent);
    into.devices[name] = is_unchanged ? old->second : std::move(intent);
  }
}

void take_inventory(const std::vector<SourceReading>& sources, IntentSnapshot& into) {
  for (const SourceReading& source : sources) {
    if (source.last_good == nullptr) continue;
    const Loaded& loaded = *source.last_good;
    into.inventory.insert(into.inventory.end(), loaded.inventory.begin(), loaded.inventory.end());
    into.suspended.insert(into.suspended.end(), loaded.suspended.begin(), loaded.suspended.end());
    for (const std::string& warning : loaded.warnings)
      into.findings.push_back(about_source(source.name, warning));
    for (model::Finding finding : loaded.findings) {
      finding.source = source.name;
      into.findings.push_back(std::move(finding));
    }
  }
}

void take_two_shapes(const AssembleOptions& options, IntentSnapshot& into) {
  if (options.profiles.empty()) return;
  for (const auto& [name, intent] : into.devices) {
    auto profile = options.profiles.find(name);
    if (profile == options.profiles.end()) profile = options.profiles.find("");
    if (profile == options.profiles.end()) continue;
    for (model::Finding& finding : find_two_shapes(*profile->second, *intent)) into.findings.push_back(std::move(finding));
  }
}

// The last ones go; that they did is one more.
void cut_findings(std::size_t most, IntentSnapshot& into) {
  if (into.findings.size() <= most) return;
  into.findings_cut = into.findings.size() - most;
  into.findings.resize(most);
  into.findings.insert(into.findings.begin(),
                       about_source("intent", fmt::format("{} more findings are not told (limits.intent_findings)", into.findings_cut)));
}

void sort_findings(IntentSnapshot& into) {
  const auto key_less = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::vector<std::pair<std::string, model::Finding>> keyed;
  for (model::Finding& finding : into.findings) {
    std::string key = model::sort_key(finding);
    keyed.emplace_back(std::move(key), std::move(finding));
  }
  std::stable_sort(keyed.begin(), keyed.end(), key_less);
  into.findings.clear();
  const std::string* last = nullptr;
  for (auto& [key, finding] : keyed) {
    if (last == nullptr || *last != key) into.findings.push_back(std::move(finding));
    last = &key;
  }
  std::sort(into.suspended.begin(), into.suspended.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
}

void find_unknown_devices(const std::vector<SourceReading>& sources,
                          const std::vector<std::string>& configured, IntentSnapshot& into) {
  if (is_partial(sources)) return;  // the inventory is not known
  std::set<std::string> known(configured.begin(), configured.end());
  for (const auto& device : into.inventory) known.insert(device.name);
  for (const SourceReading& source : sources) {
    if (source.is_remote || source.last_good == nullptr) continue;
    for (const auto& device : source.last_good->devices) {
      if (known.contains(device->device)) continue;
      into.findings.push_back(about_source(source.name, fmt::format("device '{}' is in no inventory", device->device)));
    }
  }
}

bool is_same_for_verdicts(const IntentSnapshot& a, const IntentSnapshot& b) {
  return a.is_usable == b.is_usable && a.devices == b.devices && a.inventory == b.inventory;
}

}  // namespace

IntentSnapshot assemble(const std::vector<SourceReading>& sources,
                        const AssembleOptions& options, const IntentSnapshot& earlier) {
  IntentSnapshot snapshot;
  const Usability usability = judge(sources);
  snapshot.is_usable = usability.is_usable;
  snapshot.unusable_reason = usability.reason;
  take_devices(sources, earlier, snapshot);
  take_inventory(sources, snapshot);
  find_unknown_devices(sources, options.configured_devices, snapshot);
  take_two_shapes(options, snapshot);
  sort_findings(snapshot);
  cut_findings(options.most_findings, snapshot);
  bool has_time = false;
  for (const SourceReading& source : sources) {
    for (const std::string* problem : {&source.hold, &source.error}) {
      if (!problem->empty())
        snapshot.last_error += (snapshot.last_error.empty() ? "" : "; ") + *problem;
    }
    if (source.is_from_disk)
      snapshot.last_error += fmt::format("; what {} said was read before this start, last at {}",
                                         source.name, core::to_rfc3339(source.loaded_at));
    if (source.last_good == nullptr) continue;
    snapshot.loaded_at =
        has_time ? std::min(snapshot.loaded_at, source.loaded_at) : source.loaded_at;
    has_time = true;
  }
  const bool is_unchanged = earlier.version > 0 && is_same_for_verdicts(earlier, snapshot);
  snapshot.version = earlier.version + (is_unchanged ? 0 : 1);
  return snapshot;
}

}  // namespace dm::intent
