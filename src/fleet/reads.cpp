#include "fleet/reads.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dm::fleet {

Reads::Reads(const std::vector<model::Path>& patterns) {
  for (const model::Path& pattern : patterns) reads_.push_back({.pattern = pattern, .trouble = {}});
}

void Reads::begin_stream() {
  for (Read& read : reads_) {
    read.is_read = false;
    read.trouble.clear();
  }
}

bool Reads::answered(std::size_t path) {
  Read& read = reads_.at(path);
  read.trouble.clear();
  return !std::exchange(read.is_read, true);
}

void Reads::failed(std::size_t path, std::string reason) { reads_.at(path).trouble = std::move(reason); }

bool Reads::is_pending() const {
  return std::any_of(reads_.begin(), reads_.end(), [](const Read& read) { return read.is_pending(); });
}

bool Reads::is_unread(const model::Path& pattern) const {
  return std::any_of(reads_.begin(), reads_.end(),
                     [&](const Read& read) { return !read.is_read && read.pattern == pattern; });
}

bool Reads::is_needless(const model::Path& pattern) const {
  return std::any_of(reads_.begin(), reads_.end(),
                     [&](const Read& read) { return !read.is_intended && read.pattern == pattern; });
}

std::string Reads::reason() const {
  for (const Read& read : reads_) {
    if (!read.is_intended || (read.is_read && read.trouble.empty())) continue;
    const std::string path = model::to_text(read.pattern);
    if (read.is_pending()) return path + " is not read yet";
    return fmt::format("{} cannot be read: {}", path, read.trouble);
  }
  return {};
}

}  // namespace dm::fleet
