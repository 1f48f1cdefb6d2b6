#include "core/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/text.h"

namespace dm::core {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return spdlog::level::debug;
    case LogLevel::Info: return spdlog::level::info;
    case LogLevel::Warning: return spdlog::level::warn;
    case LogLevel::Error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

// A log line stays one line whatever a device put into a value.
std::string one_line(std::string_view text, LogFormat format) {
  std::string line;
  line.reserve(text.size());
  for (const char c : to_valid_utf8(text)) {
    if (format == LogFormat::Json && (c == '"' || c == '\\')) line.push_back('\\');
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) {
      line.push_back(c);
    } else {
      line += format == LogFormat::Json ? fmt::format("\\u{:04x}", static_cast<unsigned char>(c))
                                        : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return line;
}

}  // namespace

struct Logger::Sink {
  spdlog::logger out;
  LogFormat format;
};

Logger::Logger(LogLevel level, LogFormat format)
    : sink_(std::make_unique<Sink>(
          Sink{spdlog::logger("drift-monitor", std::make_shared<spdlog::sinks::stderr_sink_mt>()), format})) {
  sink_->out.set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format == LogFormat::Json
          ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})"
          : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
      spdlog::pattern_time_type::utc));
  sink_->out.set_level(to_spdlog(level));
}

Logger::~Logger() = default;

bool Logger::enabled(LogLevel level) const { return sink_->out.should_log(to_spdlog(level)); }

void Logger::write(LogLevel level, std::string_view text) {
  sink_->out.log(to_spdlog(level), one_line(text, sink_->format));
}

void Logger::set_level(LogLevel level) { sink_->out.set_level(to_spdlog(level)); }

}  // namespace dm::core
