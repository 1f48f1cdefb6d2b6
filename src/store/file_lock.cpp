#include "store/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace dm::store {
namespace {

core::Error cannot_write(const std::string& path, int reason) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  if (!folder.empty() && !std::filesystem::is_directory(folder, ignored)) {
    return {
        core::Code::Io,
        fmt::format("{}: the folder {} does not exist: create it, or set store.path to a folder "
                    "that the service may write",
                    path, folder.string())};
  }
  return {
      core::Code::Io,
      fmt::format("{}: cannot be written: {}: give the service write access to its folder, or set "
                  "store.path to another one",
                  path, std::strerror(reason))};
}

std::string holder_of(int descriptor) {
  std::array<char, 32> bytes{};
  const ssize_t size = pread(descriptor, bytes.data(), bytes.size() - 1, 0);
  const std::string text(bytes.data(), static_cast<std::size_t>(size > 0 ? size : 0));
  const std::string pid = text.substr(0, text.find('\n'));
  return pid.empty() ? std::string() : " (process " + pid + ")";
}

}  // namespace

core::Result<FileLock> FileLock::take(const std::string& path) {
  const int descriptor = open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot_write(path, errno);
  FileLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return core::Error{
        core::Code::Unavailable,
        fmt::format(
            "{} is in use by another drift-monitor{}: stop that one, or give this one another "
            "store.path",
            path, holder_of(descriptor))};
  }
  const std::string pid = fmt::format("{}\n", getpid());
  // Only for people; the lock holds without it.
  if (ftruncate(descriptor, 0) != 0 || pwrite(descriptor, pid.data(), pid.size(), 0) < 0)
    return lock;
  return lock;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace dm::store
