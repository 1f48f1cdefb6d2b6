#include "intent/last_good.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "intent/last_good_text.h"

namespace dm::intent {
namespace {

using core::Code;
using core::Error;
using core::Status;

Error trouble(const std::string& file, const char* what) {
  return {Code::Io, fmt::format("{}: {}: {}", file, what, std::strerror(errno))};
}

// A file that exists whole or not at all once it is closed well.
class NewFile {
 public:
  explicit NewFile(std::string name) : name_(std::move(name)) {
    descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  }
  ~NewFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  bool write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  bool become(const std::string& file) {
    if (::fsync(descriptor_) != 0 || ::rename(name_.c_str(), file.c_str()) != 0) return false;
    name_.clear();
    return true;
  }

 private:
  std::string name_;
  int descriptor_ = -1;
};

core::WallTime file_time(const struct stat& facts) {
  return core::WallTime(std::chrono::seconds(facts.st_mtim.tv_sec) + std::chrono::nanoseconds(facts.st_mtim.tv_nsec));
}

}  // namespace

Status write_last_good(const std::string& file, const LastGood& good, std::size_t most_bytes) {
  NewFile fresh(file + ".new");
  if (!fresh.is_open()) return trouble(file, "cannot be written");
  std::size_t bytes = 0;
  bool is_written = true;
  to_lines(good, [&](const std::string& line) {
    bytes += line.size() + 1;
    is_written = bytes > most_bytes || (fresh.write(line) && fresh.write("\n"));
    return is_written && bytes <= most_bytes;
  });
  if (bytes > most_bytes) return Error{Code::ResourceExhausted, fmt::format("{}: longer than {} bytes (limits.last_good_bytes)", file, most_bytes)};
  if (!is_written || !fresh.become(file)) return trouble(file, "cannot be written");
  return touch_last_good(file, good.time);
}

Status touch_last_good(const std::string& file, core::WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  timespec times[2]{};
  times[0].tv_sec = times[1].tv_sec = seconds.count();
  times[0].tv_nsec = times[1].tv_nsec = (now.time_since_epoch() - seconds).count();
  if (::utimensat(AT_FDCWD, file.c_str(), times, 0) != 0) return trouble(file, "its time cannot be set");
  return {};
}

core::Result<LastGood> read_last_good(const std::string& file, std::size_t most_bytes) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) {
    if (errno == ENOENT) return Error{Code::NotFound, file + ": there is none"};
    return trouble(file, "cannot be read");
  }
  if (static_cast<std::size_t>(facts.st_size) > most_bytes)
    return Error{Code::ResourceExhausted, fmt::format("{}: longer than {} bytes (limits.last_good_bytes)", file, most_bytes)};
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return trouble(file, "cannot be read");
  auto good = from_lines(text.view());
  if (!good) return Error{good.error().code, file + ": " + good.error().message};
  good->time = file_time(facts);
  return good;
}

}  // namespace dm::intent
