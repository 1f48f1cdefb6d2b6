#include "gnmi/grpc_status.h"

#include <array>
#include <charconv>
#include <optional>

#include "core/text.h"

namespace dm::gnmi {
namespace {

constexpr std::size_t kMessageBytes = 4096;

constexpr std::array<std::string_view, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

// RFC 9113, 7.
constexpr std::array<std::string_view, 14> kErrorNames = {"NO_ERROR",
                                                          "PROTOCOL_ERROR",
                                                          "INTERNAL_ERROR",
                                                          "FLOW_CONTROL_ERROR",
                                                          "SETTINGS_TIMEOUT",
                                                          "STREAM_CLOSED",
                                                          "FRAME_SIZE_ERROR",
                                                          "REFUSED_STREAM",
                                                          "CANCEL",
                                                          "COMPRESSION_ERROR",
                                                          "CONNECT_ERROR",
                                                          "ENHANCE_YOUR_CALM",
                                                          "INADEQUATE_SECURITY",
                                                          "HTTP_1_1_REQUIRED"};

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return std::nullopt;
}

}  // namespace

std::string_view to_text(GrpcCode code) {
  const auto at = static_cast<std::size_t>(code);
  return at < kCodeNames.size() ? kCodeNames[at] : "UNKNOWN";
}

GrpcCode code_of_grpc_status(std::string_view text) {
  int code = -1;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), code);
  const bool is_number = failed == std::errc() && end == text.data() + text.size();
  if (!is_number || code < 0 || code >= static_cast<int>(kCodeNames.size())) {
    return GrpcCode::Unknown;
  }
  return static_cast<GrpcCode>(code);
}

GrpcCode code_of_http_status(int status) {
  switch (status) {
    case 400:
      return GrpcCode::Internal;
    case 401:
      return GrpcCode::Unauthenticated;
    case 403:
      return GrpcCode::PermissionDenied;
    case 404:
      return GrpcCode::Unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcCode::Unavailable;
    default:
      return GrpcCode::Unknown;
  }
}

GrpcCode code_of_reset(std::uint32_t http2_error) {
  switch (http2_error) {
    case 0x5:  // STREAM_CLOSED: nothing left to tell
    case 0xd:
      return GrpcCode::Unknown;  // HTTP_1_1_REQUIRED
    case 0x7:
      return GrpcCode::Unavailable;
    case 0x8:
      return GrpcCode::Cancelled;
    case kEnhanceYourCalm:
      return GrpcCode::ResourceExhausted;
    case 0xc:
      return GrpcCode::PermissionDenied;
    default:
      return http2_error < kErrorNames.size() ? GrpcCode::Internal : GrpcCode::Unknown;
  }
}

std::string http2_error_name(std::uint32_t http2_error) {
  if (http2_error < kErrorNames.size()) return std::string(kErrorNames[http2_error]);
  return "error " + std::to_string(http2_error);
}

std::string to_printable(std::string_view text) {
  std::string printable = core::shorten(core::to_valid_utf8(text), kMessageBytes);
  for (char& c : printable) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20U && c != '\n' && c != '\t') || byte == 0x7FU) c = ' ';
  }
  return printable;
}

std::string decode_grpc_message(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      const auto high = hex_value(text[at + 1]);
      const auto low = hex_value(text[at + 2]);
      if (high && low) {
        decoded.push_back(static_cast<char>(*high * 16U + *low));
        at += 2;
        continue;
      }
    }
    decoded.push_back(text[at]);
  }
  return to_printable(decoded);
}

}  // namespace dm::gnmi
