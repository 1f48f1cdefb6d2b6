#include "api/http_target.h"

#include <optional>

#include "core/text.h"

namespace dm::api {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing when an escape is broken, a NUL is hidden in one, or the outcome is not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
      continue;
    }
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!core::is_valid_utf8(out)) return std::nullopt;
  return out;
}

core::Error malformed(std::string_view what) {
  return {core::Code::InvalidArgument, "malformed request target: " + std::string(what)};
}

}  // namespace

core::Result<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') return malformed("it must begin with '/'");
  target = target.substr(0, target.find('#'));
  const std::size_t question = target.find('?');

  Target parsed;
  auto path = percent_decode(target.substr(0, question), false);
  if (!path) return malformed("the path is not percent-encoded UTF-8");
  parsed.path = *std::move(path);
  if (question == std::string_view::npos) return parsed;

  for (const std::string_view pair : core::split(target.substr(question + 1), '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value) return malformed("the query is not percent-encoded UTF-8");
    parsed.query[*std::move(name)] = *std::move(value);
  }
  return parsed;
}

}  // namespace dm::api
