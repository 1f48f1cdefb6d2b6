// What a simulated switch has configured, and how it may be changed: the truth of a simulation.
//
// Every leaf has two paths: the one the switch says, in the VXLAN shape of its release, and the canonical one
// under which drift-monitor should hold it. Both are written here by hand, so that the oracle does not trust
// the code it judges.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/path.h"
#include "model/value.h"
#include "simulation/random.h"

namespace dm::simulation {

struct SwitchLeaf {
  model::Path said;
  std::string canonical;
  model::Value value;
  bool is_key = false;  // lives as long as anything of its entry does
};

enum class VxlanShape { InMap, BelowConfig, Today };  // 4.21, 4.22 to 4.31, since

class SwitchConfig {
 public:
  explicit SwitchConfig(Random& random);

  // By canonical path.
  const std::map<std::string, SwitchLeaf>& leaves() const { return leaves_; }
  // Adds an entry, or leaves to one that is there. What changed, by canonical path.
  std::vector<std::string> grow();
  std::vector<std::string> change_values(std::size_t most);
  // What a delete of `said` takes away is gone. The pattern may have wildcards or lack keys.
  void erase(const model::Path& said);
  // One leaf of an entry, without its key.
  void erase_below(const model::Path& entry);
  void restore(SwitchLeaf leaf) { leaves_[leaf.canonical] = std::move(leaf); }
  // Every leaf there ever was: how the switch says it.
  const std::map<std::string, model::Path>& met() const { return met_; }
  // A path that holds leaves now: a leaf, a container, an entry, a list or something above; often a pattern.
  model::Path something_to_delete();
  // An entry with leaves in it; empty elements if there is none.
  model::Path some_entry();

 private:
  struct Made {
    std::string said, canonical;
    model::Value value;
    bool is_key = false;
  };
  std::vector<Made> entry();
  std::vector<Made> vlan();
  std::vector<Made> interface();
  std::vector<Made> neighbor();
  std::vector<Made> vni();
  std::vector<Made> odd();
  model::Value new_value(const SwitchLeaf& leaf);
  const SwitchLeaf& some_leaf();

  Random& random_;
  VxlanShape shape_;
  std::map<std::string, SwitchLeaf> leaves_;
  std::map<std::string, model::Path> met_;
};

// What is subscribed to: together they cover everything a switch has.
std::vector<model::Path> areas();
// Asked for, and refused: no release knows it.
model::Path unknown_path();

}  // namespace dm::simulation
