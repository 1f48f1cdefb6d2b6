#include "cli/table.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/text.h"

namespace dm::cli {

std::string Style::paint(std::string_view code, std::string_view text) const {
  return is_colored_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

Style style_for_stdout() { return Style(::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr); }

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) {
      ++width;
    }
  }
  return width;
}

std::string from_text(const model::Provenance& from) {
  return from.field.empty() ? from.object.str() : from.object.str() + " " + from.field.str();
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : core::to_valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out.push_back(c);
    } else {
      out += c == '\n' ? "\\n" : c == '\t' ? "\\t" : fmt::format("\\x{:02x}", byte);
    }
  }
  return out;
}

std::string Table::text(const Style& style) const {
  std::vector<std::size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(display_width(heading));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  const auto add_line = [&](const std::vector<std::string>& cells, bool is_heading) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += is_heading ? style.dim(cells[i]) : cells[i];
      if (i + 1 < cells.size()) out.append(widths[i] - display_width(cells[i]) + 2, ' ');
    }
    out.push_back('\n');
  };
  add_line(headings_, true);
  for (const auto& row : rows_) add_line(row, false);
  return out;
}

}  // namespace dm::cli
