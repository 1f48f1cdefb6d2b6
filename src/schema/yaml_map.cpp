#include "schema/yaml_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace dm::schema {
namespace {

// Letters inserted, removed, changed or swapped with a neighbour to get from one word to the other.
std::size_t typing_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

}  // namespace

void YamlMistakes::add(std::vector<YamlMistake> mistakes) {
  mistakes_.insert(mistakes_.end(), std::make_move_iterator(mistakes.begin()),
                   std::make_move_iterator(mistakes.end()));
}

std::vector<std::string> YamlMistakes::to_lines() const {
  std::vector<YamlMistake> sorted = mistakes_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const YamlMistake& a, const YamlMistake& b) { return a.place < b.place; });
  std::vector<std::string> lines;
  for (const YamlMistake& mistake : sorted) {
    lines.push_back(fmt::format("{}:{}:{}: {}", file_, mistake.place.line, mistake.place.column, mistake.message));
  }
  return lines;
}

YamlMap::YamlMap(const YamlNode& node, std::string what, YamlMistakes& mistakes)
    : node_(&node), place_(node.place), what_(std::move(what)), mistakes_(mistakes) {
  static const YamlNode kEmpty;
  if (node.kind != YamlNode::Kind::Map) {
    if (node.kind != YamlNode::Kind::Null) {
      mistakes_.add(node.place, fmt::format("{}: expected a map, found {}", what_.empty() ? "the file" : what_,
                                            to_text(node.kind)));
      is_broken_ = true;
    }
    node_ = &kEmpty;
    return;
  }
  for (auto member = node.members.begin(); member != node.members.end(); ++member) {
    const auto first = std::find_if(node.members.begin(), member,
                                    [&](const YamlMember& other) { return other.key == member->key; });
    if (first != member) {
      mistakes_.add(member->place, fmt::format("'{}' is written twice, first on line {}", member->key,
                                               first->place.line));
    }
  }
}

const YamlNode* YamlMap::find_even_empty(std::string_view key) {
  known_.emplace_back(key);
  const auto found = std::find_if(node_->members.begin(), node_->members.end(),
                                  [&](const YamlMember& member) { return member.key == key; });
  return found == node_->members.end() ? nullptr : &found->value;
}

const YamlNode* YamlMap::find(std::string_view key) {
  const YamlNode* node = find_even_empty(key);
  return node == nullptr || node->kind == YamlNode::Kind::Null ? nullptr : node;
}

void YamlMap::refuse_others() {
  for (const YamlMember& member : node_->members) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
    const std::string_view meant = nearest(member.key, known_);
    mistakes_.add(member.place,
                  fmt::format("unknown key '{}'{}{}", member.key, what_.empty() ? "" : " in " + what_,
                              meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant)));
  }
}

std::string_view nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string_view best;
  std::size_t best_distance = word.size();
  for (const std::string& candidate : candidates) {
    if (candidate.size() > word.size() * 2 || word.size() > 64) continue;
    const std::size_t distance = typing_distance(word, candidate);
    if (distance < best_distance && distance <= std::max<std::size_t>(1, candidate.size() / 3)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace dm::schema
