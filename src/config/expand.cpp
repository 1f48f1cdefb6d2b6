#include "config/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace dm::config {
namespace {

using core::Code;
using core::Error;

// What means something to YAML, and what stands for it. Not 4: yaml-cpp reads that as the end.
constexpr std::string_view kVisible = "{},[]:# \"'\\&*!|>%@`-?";
constexpr std::string_view kHidden =
    "\x01\x02\x03\x05\x06\x07\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1c\x1d";
static_assert(kVisible.size() == kHidden.size());

char translated(char c, std::string_view from, std::string_view to) {
  const std::size_t at = from.find(c);
  return at == std::string_view::npos ? c : to[at];
}

bool is_name(std::string_view name) {
  const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(), is_letter);
}

// One reference without its `${` and `}`.
core::Result<std::string> look_up(std::string_view reference, const Environment& environment) {
  const std::size_t dash = reference.find(":-");
  const std::string name(reference.substr(0, dash));
  if (!is_name(name) || reference.find("${") != std::string_view::npos) {
    return Error{Code::InvalidArgument,
                 fmt::format("'${{{}}}' is no reference: write ${{NAME}} or ${{NAME:-default}}", reference)};
  }
  const auto value = environment(name);
  if (dash != std::string_view::npos) {
    return value && !value->empty() ? *value : std::string(reference.substr(dash + 2));
  }
  if (value) return *value;
  return Error{Code::InvalidArgument,
               fmt::format("environment variable {} is not set; set it, or write ${{{}:-default}}", name, name)};
}

}  // namespace

core::Result<std::string> hide_references(std::string_view yaml) {
  if (const std::size_t at = yaml.find_first_of(kHidden); at != std::string_view::npos) {
    const auto line = 1 + std::count(yaml.begin(), yaml.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return Error{Code::InvalidArgument, fmt::format("a control character on line {}", line)};
  }
  std::string hidden(yaml);
  for (std::size_t start = yaml.find("${"); start != std::string_view::npos; start = yaml.find("${", start + 2)) {
    const std::size_t end = yaml.find_first_of("}\n", start);
    if (end == std::string_view::npos || yaml[end] == '\n') continue;
    for (std::size_t at = start; at <= end; ++at) hidden[at] = translated(yaml[at], kVisible, kHidden);
  }
  return hidden;
}

std::string show_references(std::string_view text) {
  std::string visible(text);
  for (char& c : visible) c = translated(c, kHidden, kVisible);
  return visible;
}

core::Result<std::string> expand(std::string_view text, const Environment& environment) {
  std::string expanded;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = text.find("${", at);
    expanded.append(text.substr(at, start - at));
    if (start == std::string_view::npos) break;
    if (start > 0 && text[start - 1] == '$') {  // `$${`: the first `$` is in already
      expanded.push_back('{');
      at = start + 2;
      continue;
    }
    const std::size_t end = text.find('}', start);
    if (end == std::string_view::npos) return Error{Code::InvalidArgument, "'${' without '}'"};
    auto value = look_up(text.substr(start + 2, end - start - 2), environment);
    if (!value) return value.error();
    expanded += *value;
    at = end + 1;
  }
  return expanded;
}

}  // namespace dm::config
