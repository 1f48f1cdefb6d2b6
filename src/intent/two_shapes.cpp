#include "intent/two_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "core/text.h"
#include "schema/equality.h"
#include "schema/leaf_table.h"
#include "schema/shape.h"

namespace dm::intent {
namespace {

using model::DeviceIntent;
using model::Expectation;

// Text that every path of an older shape holds, so that most paths need no parsing: what all aliases have in common of the
// elements behind the first key. Empty: nothing in common.
std::string common_text(const std::vector<schema::Alias>& aliases) {
  std::string common;
  bool is_first = true;
  for (const schema::Alias& alias : aliases) {
    const std::string from = model::to_text(alias.from);
    const std::size_t begin = from.find("]/");
    if (begin == std::string::npos) return {};
    const std::string text = from.substr(begin + 1, from.find('[', begin) - begin - 1);
    const auto end = std::mismatch(common.begin(), common.end(), text.begin(), text.end()).first;
    common = is_first ? text : std::string(common.begin(), end);
    is_first = false;
  }
  return common;
}

// Which expectations are of one leaf, by its path text of today; only leaves that somebody wrote in an older shape.
std::map<std::string, std::vector<const Expectation*>> by_leaf(const schema::Profile& profile, const DeviceIntent& intent) {
  std::map<std::string, std::vector<const Expectation*>> found;
  const std::string common = common_text(profile.aliases);
  for (const Expectation& leaf : intent.leaves) {
    const std::string_view text = leaf.path.text();
    if (text.find(common) == std::string_view::npos) continue;
    std::string shaped = model::to_text(schema::in_shape(profile, leaf.path.parsed()));
    if (shaped != text) found[std::move(shaped)].push_back(&leaf);
  }
  for (auto& [text, leaves] : found) {
    const auto today = std::lower_bound(intent.leaves.begin(), intent.leaves.end(), text, [](const Expectation& leaf, const std::string& wanted) {
      return leaf.path.text() < wanted;
    });
    if (today != intent.leaves.end() && today->path.text() == text) leaves.push_back(&*today);
  }
  return found;
}

bool is_same(const schema::LeafType& type, const Expectation& a, const Expectation& b) {
  return a.rule == b.rule && std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                                        [&type](const auto& one, const auto& other) { return schema::equal(type, one, other); });
}

const Expectation& winner(const std::vector<const Expectation*>& leaves) {
  const auto file = std::find_if(leaves.begin(), leaves.end(), [](const Expectation* leaf) { return leaf->from.source == "file"; });
  return file == leaves.end() ? **std::min_element(leaves.begin(), leaves.end(), [](const Expectation* a, const Expectation* b) {
    return a->path.text() < b->path.text();
  }) : **file;
}

}  // namespace

std::vector<model::Finding> find_two_shapes(const schema::Profile& profile, const DeviceIntent& intent) {
  std::vector<model::Finding> findings;
  if (profile.aliases.empty()) return findings;
  for (const auto& [text, leaves] : by_leaf(profile, intent)) {
    const Expectation& counts = winner(leaves);
    const schema::LeafType& type = schema::leaf_type(schema::find_leaf(model::schema_text(schema::in_shape(profile, counts.path.parsed()))));
    for (const Expectation* leaf : leaves) {
      if (is_same(type, *leaf, counts)) continue;
      findings.push_back({.kind = model::FindingKind::TwoShapes,
                          .severity = model::Severity::Warning,
                          .source = leaf->from.source == "file" ? "files" : leaf->from.source.str(),
                          .device = intent.device,
                          .object = leaf->from.object,
                          .url = leaf->from.url,
                          .message = core::to_valid_utf8(fmt::format("{} and {} disagree about {}, one of them in the shape of an older release; {} counts",
                                                                     counts.from.object.str(), leaf->from.object.str(), text, counts.from.object.str()))});
    }
  }
  return findings;
}

}  // namespace dm::intent
