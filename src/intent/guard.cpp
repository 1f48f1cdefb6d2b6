#include "intent/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dm::intent {
namespace {

using core::Code;
using core::Error;
using core::Status;

struct Loss {
  std::size_t before = 0;
  std::size_t gone = 0;

  bool is_more_than(const GuardPolicy& policy) const {
    return static_cast<double>(gone) * 100.0 >
           policy.max_loss_percent * static_cast<double>(before);
  }
};

// Both lists are sorted by path text, yet that is not relied on: sources are many.
template <class Item>
std::set<std::string_view> texts_of(const std::vector<Item>& items) {
  std::set<std::string_view> texts;
  for (const Item& item : items) texts.insert(item.path.text());
  return texts;
}

template <class Item>
void count(const std::vector<Item>& before, const std::vector<Item>& after, Loss& loss) {
  const std::set<std::string_view> kept = texts_of(after);
  for (const Item& item : before) {
    ++loss.before;
    if (!kept.contains(item.path.text())) ++loss.gone;
  }
}

Error refuse(const std::string& what) {
  return {Code::ResourceExhausted,
          what + "; the last good intent is kept and no verdict is given until they are back, or "
                 "until an operator accepts the loss: POST /api/v1/refresh?accept_loss=true, or "
                 "`drift-monitor refresh --accept` (has the token lost a permission, or the filter "
                 "changed its meaning?)"};
}

Status check_devices(const std::vector<std::string>& gone, std::size_t before,
                     const GuardPolicy& policy) {
  if (gone.empty() || before == 0) return {};
  const Loss loss{before, gone.size()};
  if (loss.gone != before && !loss.is_more_than(policy)) return {};
  std::string names;
  for (std::size_t i = 0; i < std::min<std::size_t>(gone.size(), 5); ++i)
    names += (i == 0 ? "" : ", ") + gone[i];
  return refuse(fmt::format("{} of {} devices vanished at once ({}{})", loss.gone, before, names,
                            gone.size() > 5 ? ", …" : ""));
}

}  // namespace

Status check_loss(const Loaded& previous, const Loaded& next, const GuardPolicy& policy) {
  std::map<std::string, const model::DeviceIntent*> after;
  for (const auto& device : next.devices) after[device->device] = device.get();
  std::set<std::string> suspended;
  for (const model::SuspendedDevice& device : next.suspended) suspended.insert(device.name);

  std::vector<std::string> gone;
  std::vector<std::pair<std::string, Loss>> losses;
  Loss total;
  std::size_t before = 0;
  for (const auto& device : previous.devices) {
    if (suspended.contains(device->device)) continue;
    ++before;
    const auto found = after.find(device->device);
    if (found == after.end()) {
      gone.push_back(device->device);
      continue;
    }
    if (device.get() == found->second) {  // the same object: nothing can be gone
      total.before += device->leaves.size() + device->entries.size();
      continue;
    }
    Loss loss;
    count(device->leaves, found->second->leaves, loss);
    count(device->entries, found->second->entries, loss);
    total.before += loss.before;
    total.gone += loss.gone;
    losses.emplace_back(device->device, loss);
  }
  if (auto checked = check_devices(gone, before, policy); !checked) return checked;
  if (total.gone > policy.always_allowed && total.is_more_than(policy)) {
    return refuse(fmt::format("{} of {} expectations vanished at once", total.gone, total.before));
  }
  for (const auto& [name, loss] : losses) {
    if (loss.gone <= policy.always_allowed || !loss.is_more_than(policy)) continue;
    return refuse(
        fmt::format("{} of {} expectations of {} vanished at once", loss.gone, loss.before, name));
  }
  return {};
}

}  // namespace dm::intent
