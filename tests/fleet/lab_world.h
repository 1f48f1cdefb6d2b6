// The lab as a whole, read once per process: for tests that live through many lives of its devices.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fleet/lab.h"
#include "model/path_table.h"
#include "schema/profile.h"

namespace dm::fleet::lab {

// One recorded device and its intent, read once.
struct Recorded {
  std::vector<std::pair<model::Path, model::Value>> leaves;
  std::vector<model::Expectation> wanted;
  std::vector<model::EntryExpectation> entries;
};

// Everything that the devices of one shard share, and all ten devices.
struct World {
  World() {
    const Json intent = read("intent.json");
    for (const schema::ProfilePath& path : profile->paths) {
      if (path.mode == schema::PathMode::OnChange) areas[path.area].push_back(path.path);
    }
    for (const auto& [list, ignored] : intent["lists"].items()) lists.push_back(list);
    for (const auto& [name, from] : intent["devices"].items()) devices.push_back(record(name, from));
  }

  Recorded record(const std::string& name, const Json& from) const {
    Recorded device;
    const Json dump = read("devices/" + name + ".json");
    for (const Json& leaf : dump["leaves"]) {
      const model::Path path = schema::canonicalise(*profile, to_path(leaf["path"].get<std::string>()));
      if (is_subscribed(path)) device.leaves.emplace_back(path, to_value(leaf["value"]));
    }
    for (const char* part : {"", "ext"}) {
      const Json& side = *part == 0 ? from : from[part];
      for (const auto& [path, value] : side["leaves"].items()) device.wanted.push_back(to_expectation(path, value));
      for (const Json& entry : side["entries"]) {
        device.entries.push_back({to_path(entry.get<std::string>()), {"file", "", ""}});
      }
    }
    return device;
  }
  bool is_subscribed(const model::Path& path) const {
    for (const auto& [area, patterns] : areas) {
      for (const model::Path& pattern : patterns) {
        if (model::covers(pattern, path)) return true;
      }
    }
    return false;
  }

  std::shared_ptr<const schema::Profile> profile = schema::load_profile("arista-eos").profile;
  std::map<std::string, std::vector<model::Path>> areas;
  std::vector<std::string> lists;
  std::vector<Recorded> devices;
  model::PathTable paths{schema::classify};
};

inline World& world() {
  static World one;
  return one;
}

}  // namespace dm::fleet::lab
