#include "compare/entry_object.h"

#include <algorithm>
#include <vector>

#include "schema/leaf_table.h"

namespace dm::compare {

using model::LeafMap;
using model::PathId;

model::Value config_object(const model::PathTable& paths, PathId entry, const LeafMap& leaves, std::int64_t& newest_ns) {
  std::vector<PathId> inside = leaves.at_or_below(entry);
  std::sort(inside.begin(), inside.end(),
            [&](PathId a, PathId b) { return paths.text(a) < paths.text(b); });
  model::ValueObject object;
  for (const PathId path : inside) {
    const model::PathFacts& facts = paths.facts(path);
    const model::Leaf& leaf = *leaves.find(path);
    if (!facts.is_config || schema::leaf_type(facts.leaf_type).is_secret || model::is_opaque(leaf.value)) continue;
    object.emplace_back(paths.relative_text(entry, path), model::decode(leaf.value));
    newest_ns = std::max(newest_ns, leaf.timestamp_ns);
  }
  return object;
}

}  // namespace dm::compare
