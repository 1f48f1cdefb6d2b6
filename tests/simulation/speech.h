// How a simulated switch says things: SubscribeResponses, each in one of the many ways servers write them.
//
// Module prefixes or none, origin in the prefix, in the path or nowhere, any split between prefix and path,
// `element` or `elem`, keys in any order, every arm that can carry a value, whole subtrees as JSON, the same
// path twice. What it means is always the same; how it is written is chance.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulation/random.h"
#include "simulation/switch_config.h"

namespace dm::simulation {

// One Notification before it is written. All paths are of one origin.
struct Saying {
  std::vector<model::Path> deletes;
  std::vector<SwitchLeaf> updates;
  model::Path atomic;  // with elements: the updates are all there is below it
};

class Speech {
 public:
  explicit Speech(Random& random) : random_(random) {}

  // SubscribeResponses, serialised.
  std::string notification(const Saying& saying);
  std::string sync();
  std::string hub_lost();  // `DEL /*`: what a hub says when the device behind it is gone
  // Says nothing: empty in one of several ways, or no SubscribeResponse at all.
  std::string nonsense();
  // Leaves below `entry` as one JSON value at it, at its `config`, or at its list.
  std::string subtree(const model::Path& entry, const std::vector<SwitchLeaf>& leaves);

 private:
  std::string path(const model::Path& whole, std::size_t first, std::size_t last, bool with_origin);
  std::string element(const model::PathElement& element, bool is_openconfig);
  std::string update(std::string_view path, const model::Value& value);
  std::string typed_value(const model::Value& value);
  std::string finish(std::vector<std::string> fields);

  Random& random_;
};

}  // namespace dm::simulation
