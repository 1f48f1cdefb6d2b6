// Aligned columns for people, the same rows as JSON for programs. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/expectation.h"

namespace dm::cli {

// Terminal colours; empty codes when the output is no terminal (or NO_COLOR is set).
class Style {
 public:
  explicit Style(bool is_colored) : is_colored_(is_colored) {}
  std::string red(std::string_view text) const { return paint("31", text); }
  std::string green(std::string_view text) const { return paint("32", text); }
  std::string yellow(std::string_view text) const { return paint("33", text); }
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }

 private:
  std::string paint(std::string_view code, std::string_view text) const;
  bool is_colored_;
};

// Style for standard output: coloured on a terminal unless NO_COLOR is set.
Style style_for_stdout();

class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }
  // Headings dim, two spaces between columns, no trailing blanks. Cells may hold colours.
  std::string text(const Style& style) const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// Columns a text takes on a terminal: code points without colour codes.
std::size_t display_width(std::string_view text);
// "dcim.interface:101 mtu": who says what is intended, for a column; empty if nobody does.
std::string from_text(const model::Provenance& from);
// Control characters made visible, so that a device's text cannot move the cursor.
std::string printable(std::string_view text);

}  // namespace dm::cli
