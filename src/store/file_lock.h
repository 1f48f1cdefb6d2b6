// The right to be the one writer of a database: an advisory lock on `<path>.lock`.
//
// Held as long as the object lives, and given back by the kernel when the process dies, however it
// dies. A second holder is refused, in this process too. Any thread.
#pragma once

#include <string>
#include <utility>

#include "core/result.h"

namespace dm::store {

class FileLock {
 public:
  // Errors: Io (folder missing or not writable), Unavailable (somebody else holds it).
  static core::Result<FileLock> take(const std::string& path);
  ~FileLock();
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace dm::store
