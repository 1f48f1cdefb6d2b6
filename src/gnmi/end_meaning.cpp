#include "gnmi/end_meaning.h"

#include <fmt/format.h>

#include <cctype>
#include <string_view>

#include "core/text.h"

namespace dm::gnmi {
namespace {

// What usually helps when a device answers so.
std::string_view cure_of(const CallEnd& end) {
  if (is_full(end)) return "the device has no room for another session: close other collectors, or raise its limit";
  switch (end.code) {
    case GrpcCode::Unauthenticated: return "check gnmi.username and gnmi.password, and the user on the device";
    case GrpcCode::PermissionDenied: return "check what the user of gnmi.username may do on the device";
    default: return {};
  }
}

// "model" is no "mode".
bool has_word(std::string_view text, std::string_view word) {
  const auto is_letter = [&](std::size_t at) { return at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])) != 0; };
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + word.size())) return true;
  }
  return false;
}

}  // namespace

bool is_login_refused(const CallEnd& end) {
  return end.code == GrpcCode::Unauthenticated || end.code == GrpcCode::PermissionDenied;
}

bool is_path_refused(const CallEnd& end) {
  return end.code == GrpcCode::InvalidArgument || end.code == GrpcCode::Unimplemented || end.code == GrpcCode::NotFound;
}

bool is_mode_refused(const CallEnd& end) {
  if (!is_path_refused(end)) return false;
  const std::string message = core::to_lower(end.message);
  const auto says = [&](std::string_view word) { return message.find(word) != std::string::npos; };
  const auto says_word = [&](std::string_view word) { return has_word(message, word); };
  if (says("on_change") || says("on-change") || says("on change") || says("onchange") || says("sample") || says_word("mode") || says_word("modes")) return true;
  // Without a text, or about the call, it is the answer of a server that has no such service.
  const bool is_no_call = message.empty() || says("service") || says("method") || says("not found");
  return end.code == GrpcCode::Unimplemented && !is_no_call && !says("path") && !says("node");
}

// Sessions, subscriptions or memory are used up (SR OS, NX-OS, Junos; "Server connections are at capacity").
bool is_full(const CallEnd& end) {
  if (end.is_too_many_pings) return false;
  return end.code == GrpcCode::ResourceExhausted || end.code == GrpcCode::OutOfRange ||
         (end.code == GrpcCode::Unavailable && end.message.find("at capacity") != std::string::npos);
}

std::string describe(const CallEnd& end) {
  const std::string_view cure = end.hint.empty() && end.limit.empty() ? cure_of(end) : end.hint;
  const std::string hint = cure.empty() ? "" : fmt::format(" ({})", cure);
  const std::string message = end.message.empty() ? "no reason given" : end.message;
  if (end.code == GrpcCode::Ok) return "the device ended the stream" + hint;
  if (is_login_refused(end)) return fmt::format("the device refuses the login: {} {}{}", to_text(end.code), message, hint);
  if (end.code == GrpcCode::Unavailable || !end.limit.empty()) return message + hint;
  return fmt::format("{}: {}{}", to_text(end.code), message, hint);
}

}  // namespace dm::gnmi
