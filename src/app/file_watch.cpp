#include "app/file_watch.h"

#include <utility>

#include "core/file_stamp.h"

namespace dm::app {

void FileWatch::watch(Stamps as_read) {
  read_ = std::move(as_read);
  seen_ = read_;
}

bool FileWatch::look() {
  Stamps now;
  for (const auto& [file, stamp] : read_) now[file] = core::file_stamp(file);
  const bool is_still = std::exchange(seen_, std::move(now)) == seen_;
  if (!is_still || seen_ == read_) return false;
  read_ = seen_;
  return true;
}

}  // namespace dm::app
