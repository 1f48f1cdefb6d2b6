#include "model/path.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "core/text.h"

namespace dm::model {
namespace {

using core::Code;
using core::Error;
using core::Result;

// Reads the text form character by character; every error names the position, counted from 1.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Path> read() {
    Path path;
    read_origin(path);
    has_modules_ = path.origin.empty();
    if (at_end() || peek() != '/') return error("a path starts with '/'");
    while (!at_end()) {
      ++at_;  // the slash
      if (at_end() && path.elements.empty()) break;  // "/" is the root
      auto element = read_element();
      if (!element) return element.error();
      path.elements.push_back(std::move(*element));
    }
    return path;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }

  Error error(std::string_view what) const {
    return {Code::InvalidArgument,
            fmt::format("path '{}': {} (character {})", core::shorten(text_, 200), what, at_ + 1)};
  }

  // `name:/...` in front is an origin; the OpenConfig spellings are the one tree without origin.
  void read_origin(Path& path) {
    const std::size_t colon = text_.find(":/");
    if (colon == std::string_view::npos || text_.find_first_of("/[") < colon) return;
    const std::string_view origin = text_.substr(0, colon);
    if (origin.find_first_of("]=:") != std::string_view::npos) return;
    if (origin != "openconfig" && !origin.starts_with("openconfig-") && origin != "rfc7951") {
      path.origin = std::string(origin);
    }
    at_ = colon + 1;
  }

  // Another tree's names may hold colons: only OpenConfig's have modules.
  std::string name_of(std::string_view text) const { return std::string(has_modules_ ? strip_module(text) : text); }

  Result<PathElement> read_element() {
    const std::size_t start = at_;
    while (!at_end() && peek() != '/' && peek() != '[') {
      if (peek() == ']') return error("']' without '['");
      ++at_;
    }
    PathElement element;
    element.name = name_of(text_.substr(start, at_ - start));
    if (element.name.empty()) return error("an element without a name");
    while (!at_end() && peek() == '[') {
      auto key = read_key();
      if (!key) return key.error();
      element.keys.push_back(std::move(*key));
    }
    if (!at_end() && peek() != '/') return error("expected '/' or '[' after a key");
    std::sort(element.keys.begin(), element.keys.end());
    for (std::size_t i = 1; i < element.keys.size(); ++i) {
      if (element.keys[i - 1].name == element.keys[i].name) return error("a key written twice");
    }
    return element;
  }

  Result<PathKey> read_key() {
    ++at_;  // '['
    const std::size_t start = at_;
    while (!at_end() && peek() != '=' && peek() != ']') ++at_;
    if (at_end() || peek() == ']') return error("a key is written [name=value]");
    PathKey key;
    key.name = std::string(core::trim(name_of(text_.substr(start, at_ - start))));
    if (key.name.empty()) return error("a key without a name");
    for (++at_; !at_end() && peek() != ']'; ++at_) {
      if (peek() == '\\') {
        ++at_;
        if (at_end()) break;
      }
      key.value.push_back(peek());
    }
    if (at_end()) return error("'[' without ']'");
    ++at_;
    return key;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool has_modules_ = true;
};

void append(std::string& text, const PathElement& element) {
  text.push_back('/');
  text += element.name;
  for (const PathKey& key : element.keys) {
    text.push_back('[');
    text += key.name;
    text.push_back('=');
    for (const char c : key.value) {
      if (c == ']' || c == '\\') text.push_back('\\');
      text.push_back(c);
    }
    text.push_back(']');
  }
}

bool element_matches(const PathElement& pattern, const PathElement& element) {
  if (pattern.name != "*" && pattern.name != element.name) return false;
  return std::all_of(pattern.keys.begin(), pattern.keys.end(), [&](const PathKey& wanted) {
    const auto found = std::find_if(element.keys.begin(), element.keys.end(),
                                    [&](const PathKey& key) { return key.name == wanted.name; });
    if (found == element.keys.end()) return wanted.value == "*";  // the pattern side has no key
    return found->value == wanted.value || core::matches_glob(wanted.value, found->value);
  });
}

bool is_any_depth(const PathElement& element) {
  return (element.name == "..." || element.name == "**") && element.keys.empty();
}

using Elements = std::span<const PathElement>;

// How many elements of the path to skip until the pattern's fit the next ones; nullopt if they never do.
std::optional<std::size_t> first_fit(Elements pattern, Elements path) {
  for (std::size_t skip = 0; skip + pattern.size() <= path.size(); ++skip) {
    if (std::equal(pattern.begin(), pattern.end(), path.begin() + static_cast<std::ptrdiff_t>(skip), element_matches)) return skip;
  }
  return std::nullopt;
}

// What stands between two any-depths is taken where it first fits: a later place leaves less for the rest. So
// the cost is at most the product of both lengths, whatever a device sends.
Match match_elements(Elements pattern, Elements path) {
  while (!pattern.empty()) {
    if (is_any_depth(pattern.front())) {
      pattern = pattern.subspan(1);
      if (pattern.empty()) return Match::Descendant;
      const auto next = std::find_if(pattern.begin(), pattern.end(), is_any_depth);
      const Elements fixed = pattern.first(static_cast<std::size_t>(next - pattern.begin()));
      const auto skip = first_fit(fixed, path);
      if (!skip) return Match::Ancestor;
      pattern = pattern.subspan(fixed.size());
      path = path.subspan(*skip + fixed.size());
      continue;
    }
    if (path.empty()) return Match::Ancestor;
    if (!element_matches(pattern.front(), path.front())) return Match::None;
    pattern = pattern.subspan(1);
    path = path.subspan(1);
  }
  return path.empty() ? Match::Exact : Match::Descendant;
}

}  // namespace

Result<Path> parse_path(std::string_view text) { return Reader(text).read(); }

std::string to_text(const Path& path) {
  std::string text = path.origin.empty() ? std::string() : path.origin + ":";
  for (const PathElement& element : path.elements) append(text, element);
  if (path.elements.empty()) text.push_back('/');
  return text;
}

std::string to_text(const std::vector<PathElement>& elements, std::size_t first, std::size_t count) {
  std::string text;
  for (std::size_t i = first; i < first + count && i < elements.size(); ++i) append(text, elements[i]);
  return text;
}

std::string schema_text(const Path& path) {
  std::string text = path.origin.empty() ? std::string() : path.origin + ":";
  for (const PathElement& element : path.elements) {
    text.push_back('/');
    text += element.name;
  }
  return text;
}

std::string_view strip_module(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool has_wildcard(const Path& path) {
  return std::any_of(path.elements.begin(), path.elements.end(), [](const PathElement& element) {
    return element.name == "*" || is_any_depth(element) ||
           std::any_of(element.keys.begin(), element.keys.end(),
                       [](const PathKey& key) { return key.value == "*"; });
  });
}

Match match(const Path& pattern, const Path& path) {
  if (pattern.origin != path.origin) return Match::None;
  return match_elements(pattern.elements, path.elements);
}

}  // namespace dm::model
