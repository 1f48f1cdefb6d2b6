// Which nodes a switch knows at all, so that a subscription to anything else is refused as EOS does.
//
// Learned from the leaves of the lab, plus what a switch has and the lab does not use. Immutable once
// built; any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sim/lab.h"

namespace dm::sim {

class SchemaTree {
 public:
  explicit SchemaTree(const Lab& lab);

  void add(const model::Path& path);
  // Nothing when the path can exist; else EOS' text:
  // `path invalid: failed to access node "x" in node "y"`.
  std::optional<std::string> refusal(const model::Path& path) const;

 private:
  struct Node {
    std::map<std::string, Node> children;
  };
  Node root_;
};

}  // namespace dm::sim
