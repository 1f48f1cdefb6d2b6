#include "sim/event_printer.h"

#include <fmt/format.h>

#include "core/text.h"
#include "sim/json_value.h"

namespace dm::sim {
namespace {

constexpr std::size_t kValueWidth = 60;

std::string painted(const std::string& text, const char* code, bool is_coloured) {
  return is_coloured ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

// Control characters of a peer must not reach a terminal.
std::string harmless(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    out += is_control ? '.' : c;
  }
  return out;
}

std::string shown(const Json& difference, const char* name) {
  const auto found = difference.find(name);
  if (found == difference.end() || found->is_null()) return "(absent)";
  return harmless(core::shorten(dump(*found), kValueWidth));
}

std::string outcome(const Arrival& arrival) {
  std::string text = std::to_string(arrival.status);
  if (!arrival.is_answered) text += ", answer withheld";
  if (arrival.is_duplicate) text += ", duplicate";
  return text;
}

}  // namespace

std::string event_block(const Arrival& arrival, bool is_coloured) {
  const Json body = Json::parse(arrival.body, nullptr, false);
  const std::string clock = arrival.time.substr(11, 12);
  if (!body.is_object()) {
    return fmt::format("{}  POST of {} bytes that are no JSON object → {}\n", clock, arrival.body.size(), outcome(arrival));
  }
  const std::string action = text_member(body, "action", "?");
  const char* colour = action == "resolved" ? "32" : action == "opened" ? "31" : "33";
  std::string block = fmt::format("{}  {}  {}  → {}\n", clock, painted(fmt::format("{:<8}", harmless(action)), colour, is_coloured),
                                  painted(harmless(text_member(body, "device", "?")), "1", is_coloured), outcome(arrival));
  Json differences = body.value("differences", Json::array());
  if (!differences.is_array() || differences.empty()) differences = Json::array({body});
  for (const Json& difference : differences) {
    if (!difference.is_object()) continue;
    block += fmt::format("              {}\n", harmless(text_member(difference, "path", "?")));
    block += fmt::format("                {:<10} has {}  wants {}\n", harmless(text_member(difference, "difference")),
                         shown(difference, "current_value"), shown(difference, "desired_value"));
  }
  return block;
}

}  // namespace dm::sim
