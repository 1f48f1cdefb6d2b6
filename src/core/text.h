// Text helpers without domain words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dm::core {

// Lets unordered containers keyed by std::string be searched with a std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
bool is_valid_utf8(std::string_view text);

// The text with every malformed UTF-8 sequence replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

// At most `limit` bytes of a text, cut between characters, with "…" when something was cut.
std::string shorten(std::string_view text, std::size_t limit);

// Shell-like match of a whole text: `*` is any run of characters, everything else is itself.
bool matches_glob(std::string_view pattern, std::string_view text);

std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);

// 128 random bits as 32 hex digits, from the operating system. Any thread.
std::string random_id();

}  // namespace dm::core
