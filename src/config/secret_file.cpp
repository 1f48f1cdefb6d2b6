#include "config/secret_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace dm::config {
namespace {

using core::Code;
using core::Error;

constexpr std::size_t kLargestSecret = 64U << 10U;

Error unreadable(const std::string& file, int reason) {
  return {Code::Io, fmt::format("'{}' cannot be read: {}", file, std::strerror(reason))};
}

}  // namespace

core::Status check_readable(const std::string& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return unreadable(file, EISDIR);
  errno = 0;
  const std::ifstream stream(file, std::ios::binary);
  if (stream) return {};
  return unreadable(file, errno != 0 ? errno : EIO);
}

core::Result<std::string> read_secret_file(const std::string& file) {
  if (auto readable = check_readable(file); !readable) return readable.error();
  std::ifstream stream(file, std::ios::binary);
  std::string secret(kLargestSecret + 1, '\0');
  stream.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  if (stream.bad()) return unreadable(file, EIO);
  secret.resize(static_cast<std::size_t>(stream.gcount()));
  const auto refused = [&](std::string_view what) {
    return Error{Code::InvalidArgument, fmt::format("'{}' {}", file, what)};
  };
  if (secret.size() > kLargestSecret) return refused("is larger than 64 KiB");
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.ends_with('\r')) secret.pop_back();
  if (secret.empty()) return refused("is empty");
  if (secret.find('\0') != std::string::npos) return refused("holds a NUL");
  return secret;
}

}  // namespace dm::config
