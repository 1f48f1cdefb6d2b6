#include "sim/cli_session.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "core/check.h"
#include "core/text.h"

namespace dm::sim {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

model::Path parsed(const std::string& text) {
  auto path = model::parse_path(text);
  CHECK(path.has_value(), "the CLI made a path that does not parse");
  return *std::move(path);
}

}  // namespace

Words::Words(std::string_view line) : line_(line) {
  for (std::size_t at = 0; at < line_.size();) {
    while (at < line_.size() && is_space(line_[at])) ++at;
    const std::size_t begin = at;
    while (at < line_.size() && !is_space(line_[at])) ++at;
    if (at > begin) words_.emplace_back(begin, at - begin);
  }
  is_negated_ = take("no") || take("default");
}

bool Words::take(std::string_view word) {
  if (at_end()) return false;
  const auto [offset, length] = words_[next_];
  if (core::to_lower(std::string_view(line_).substr(offset, length)) != word) return false;
  ++next_;
  return true;
}

std::string Words::text() {
  if (at_end()) return {};
  const auto [offset, length] = words_[next_++];
  return line_.substr(offset, length);
}

std::optional<std::uint64_t> Words::number(std::uint64_t low, std::uint64_t high) {
  if (at_end()) return std::nullopt;
  const auto [offset, length] = words_[next_];
  const char* begin = line_.data() + offset;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(begin, begin + length, value);
  if (error != std::errc() || end != begin + length || value < low || value > high) return std::nullopt;
  ++next_;
  return value;
}

std::string Words::rest() const { return at_end() ? std::string() : line_.substr(words_[next_].first); }

void CliSession::set(const std::string& path, const std::string& type, model::Value value) {
  if (model_.value(path) == value) return;
  Message step;
  step.updates.push_back({parsed(path), type, std::move(value)});
  model_.apply(step, now_ns_);
  std::erase_if(message_.updates, [&](const LeafValue& leaf) { return leaf.path == step.updates[0].path; });
  message_.updates.push_back(std::move(step.updates[0]));
}

void CliSession::set_twins(const std::string& base, const std::string& leaf, const std::string& type,
                           const model::Value& value) {
  set(base + "/config/" + leaf, type, value);
  set(base + "/state/" + leaf, type, value);
}

void CliSession::erase(const std::string& path) {
  if (!model_.has_at_or_below(path)) return;
  Message step;
  step.deletes.push_back(parsed(path));
  model_.apply(step, now_ns_);
  std::erase_if(message_.updates, [&](const LeafValue& leaf) { return shows(step.deletes[0], leaf.path); });
  if (pristine_.has_at_or_below(path)) message_.deletes.push_back(std::move(step.deletes[0]));
}

void CliSession::erase_twins(const std::string& base, const std::string& leaf) {
  erase(base + "/config/" + leaf);
  erase(base + "/state/" + leaf);
}

std::string interface_name(Words& words) {
  static constexpr std::pair<const char*, const char*> kKinds[] = {
      {"ethernet", "Ethernet"},     {"port-channel", "Port-Channel"}, {"vlan", "Vlan"},
      {"loopback", "Loopback"},     {"management", "Management"},     {"vxlan", "Vxlan"}};
  const std::string word = words.text();
  const auto digit = std::find_if(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  const std::string kind = core::to_lower(std::string(word.begin(), digit));
  const std::string number = digit == word.end() ? words.text() : std::string(digit, word.end());
  const bool is_number = !number.empty() && number.find_first_not_of("0123456789/.") == std::string::npos;
  if (kind.size() < 2 || !is_number) return {};
  for (const auto& [full, name] : kKinds) {
    if (std::string_view(full).starts_with(kind)) return name + number;
  }
  return {};
}

}  // namespace dm::sim
