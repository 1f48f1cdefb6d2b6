// What the ways of ending a call mean: gRPC status codes, HTTP statuses, HTTP/2 error codes.
//
// Sources: gRPC over HTTP/2 (PROTOCOL-HTTP2, "Errors" and "Responses"), gRPC's mapping of HTTP
// status codes (http-grpc-status-mapping), RFC 9113 section 7. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gnmi/transport.h"

namespace dm::gnmi {

// A grpc-status header; anything that is not a known code is Unknown.
GrpcCode code_of_grpc_status(std::string_view text);
// The meaning of an HTTP status in an answer without grpc-status.
GrpcCode code_of_http_status(int status);
// The meaning of an RST_STREAM.
GrpcCode code_of_reset(std::uint32_t http2_error);
// "ENHANCE_YOUR_CALM"; the number for codes that have no name.
std::string http2_error_name(std::uint32_t http2_error);

constexpr std::uint32_t kEnhanceYourCalm = 0xb;

// A grpc-message header for people: percent-decoded (broken sequences stay as they are), valid
// UTF-8, no control characters but newline and tab, at most 4 KB.
std::string decode_grpc_message(std::string_view text);
// The last three rules, for texts that are not percent-encoded.
std::string to_printable(std::string_view text);

}  // namespace dm::gnmi
