// The service's log: one line a fact, on stderr, text or JSON. Any thread.
//
// A Logger is passed to who needs it; there is no global one. Messages hold no secrets.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace dm::core {

enum class LogLevel { Debug, Info, Warning, Error };
enum class LogFormat { Text, Json };

class Logger {
 public:
  // Lines of at least `level` go to standard error.
  Logger(LogLevel level, LogFormat format);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  template <class... Args>
  void debug(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(LogLevel::Debug)) write(LogLevel::Debug, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(LogLevel::Info)) write(LogLevel::Info, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(LogLevel::Warning)) write(LogLevel::Warning, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(LogLevel::Error)) write(LogLevel::Error, fmt::format(text, std::forward<Args>(args)...));
  }

  void set_level(LogLevel level);

 private:
  bool enabled(LogLevel level) const;
  void write(LogLevel level, std::string_view text);
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace dm::core
