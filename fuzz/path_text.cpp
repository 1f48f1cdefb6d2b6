// Text that claims to be a path, and a second one (behind a line feed) that is matched against it as a
// pattern.
#include <string>

#include "input.h"
#include "model/path.h"
#include "model/path_table.h"
#include "model/path_text.h"

namespace dm::model {
namespace {

// What holds for every path that parse_path() can give.
void look_at(const Path& path) {
  const std::string text = to_text(path);
  const auto again = parse_path(text);
  CHECK(again, "the canonical text of a path cannot be read");
  CHECK(*again == path, "the canonical text means another path");
  CHECK(PathText(path).parsed() == path, "a path held as text is another path");

  PathTable table(nullptr);
  const PathId id = table.intern(path);
  CHECK(table.text(id) == text, "the table has another text");
  CHECK(table.path(id) == path, "the table gives another path back");
  CHECK(table.find(text) == id, "the table does not find what it has");
  CHECK(table.schema_text(id) == schema_text(path), "the table has another schema text");
  CHECK(table.intern(PathText(path)) == id, "the same path has two ids");
}

void look_at(const Path& pattern, const Path& path) {
  const Match match = model::match(pattern, path);
  const bool is_same = pattern == path;
  CHECK(!is_same || match == Match::Exact || has_wildcard(path), "a path does not name itself");
  if (path.elements.empty() || match == Match::None) return;
  Path above = path;
  above.elements.pop_back();
  const Match of_above = model::match(pattern, above);
  CHECK(of_above != Match::None, "matched below a place that can hold nothing that matches");
  CHECK(match != Match::Ancestor || of_above == Match::Ancestor, "further down, yet further away");
}

}  // namespace
}  // namespace dm::model

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = dm::fuzz::text_of(data, size);
  const std::size_t line = text.find('\n');
  const auto path = dm::model::parse_path(text.substr(0, line));
  if (!path) {
    CHECK(!path.error().message.empty(), "a refusal without a reason");
    return 0;
  }
  dm::model::look_at(*path);
  if (line == std::string_view::npos) return 0;
  const auto pattern = dm::model::parse_path(text.substr(line + 1));
  if (pattern) dm::model::look_at(*pattern, *path);
  return 0;
}
