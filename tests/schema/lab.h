// The ten lab switches of lab/ as path and value, for tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/value.h"

namespace dm::schema {

struct LabLeaf {
  std::string path;
  model::Value value;
};

std::vector<std::string> lab_devices();
const std::vector<LabLeaf>& lab_leaves(const std::string& device);  // each file is read once

// The head of intent.json.
struct LabIntent {
  std::vector<std::string> subscription, subscription_ext, get_only;
  std::map<std::string, model::Value> defaults;
  std::vector<std::string> lists, never;
};
LabIntent lab_intent();

}  // namespace dm::schema
