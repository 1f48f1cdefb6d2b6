#include "fleet/reads.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dm::fleet {

void Reads::set_paths(const std::vector<model::Path>& patterns) {
  std::vector<Read> next;
  for (const model::Path& pattern : patterns) {
    const Read* known = find(pattern);
    next.push_back(known != nullptr ? *known : Read{.pattern = pattern, .trouble = {}});
  }
  reads_ = std::move(next);
}

const Read* Reads::find(const model::Path& pattern) const {
  const auto found = std::find_if(reads_.begin(), reads_.end(), [&](const Read& read) { return read.pattern == pattern; });
  return found == reads_.end() ? nullptr : &*found;
}

void Reads::begin_stream() {
  for (Read& read : reads_) {
    read.is_read = false;
    read.trouble.clear();
  }
}

bool Reads::answered(const model::Path& pattern) {
  for (Read& read : reads_) {
    if (read.pattern != pattern) continue;
    read.trouble.clear();
    return !std::exchange(read.is_read, true);
  }
  return false;
}

void Reads::failed(const model::Path& pattern, std::string reason) {
  for (Read& read : reads_) {
    if (read.pattern == pattern) read.trouble = std::move(reason);
  }
}

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
