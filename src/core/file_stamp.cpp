#include "core/file_stamp.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace dm::core {

std::string file_stamp(const std::string& file) {
  if (file.empty()) return {};
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return file + "?";
  return fmt::format("{}@{}.{}.{}.{}.{}", file, facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                     facts.st_mtim.tv_nsec);
}

}  // namespace dm::core
