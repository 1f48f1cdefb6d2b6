#include "gnmi/grpc_response.h"

#include <charconv>

#include "gnmi/grpc_status.h"

namespace dm::gnmi {
namespace {

// RFC 9113, 10.5.1: the size of a field is its name, its value and 32 bytes.
constexpr std::size_t kFieldOverhead = 32;

int number_of(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "application/grpc", perhaps with "+proto" or parameters; not "application/grpc-web".
bool is_grpc(std::string_view content_type) {
  constexpr std::string_view kGrpc = "application/grpc";
  if (!content_type.starts_with(kGrpc)) return false;
  content_type.remove_prefix(kGrpc.size());
  return content_type.empty() || content_type.front() == '+' || content_type.front() == ';' ||
         content_type.front() == ' ';
}

}  // namespace

GrpcResponse::GrpcResponse(const core::Limits& limits, Turn& turn, CallHandlers handlers)
    : header_limit_(limits.header_list_bytes),
      handlers_(std::move(handlers)),
      messages_(limits.grpc_message_bytes, turn) {
  if (!handlers_.on_message) handlers_.on_message = [](std::span<const std::uint8_t>) {};
}

void GrpcResponse::begin_headers() { block_ = {}; }

bool GrpcResponse::add_header(std::string_view name, std::string_view value) {
  if (end_) return true;
  block_.bytes += name.size() + value.size() + kFieldOverhead;
  if (block_.bytes > header_limit_) {
    fail(GrpcCode::ResourceExhausted,
         "the device's headers are larger than limits.header_list_bytes (" +
             std::to_string(header_limit_) + " bytes); raise it, or ask what stands before the device",
         "header_list_bytes");
    return false;
  }
  if (name == ":status") block_.http_status = number_of(value);
  if (name == "content-type") block_.content_type = value;
  if (name == "grpc-encoding") block_.encoding = value;
  if (name == "grpc-status") block_.grpc_status = std::string(value);
  if (name == "grpc-message") block_.message = value;
  return true;
}

void GrpcResponse::end_headers(bool is_end_of_stream) {
  if (end_) return;
  const Block block = std::move(block_);
  block_ = {};
  if (http_status_ != 0) return finish(block);  // trailers
  if (block.http_status >= 100 && block.http_status < 200 && !is_end_of_stream) return;
  http_status_ = block.http_status;
  if (is_end_of_stream || block.http_status != 200 ||
      (!is_grpc(block.content_type) && block.grpc_status)) {
    return finish(block);
  }
  if (!is_grpc(block.content_type)) {
    return fail(GrpcCode::Unknown, "the answer is not gRPC but content-type '" +
                                       to_printable(block.content_type) + "'");
  }
  messages_.set_encoding(block.encoding);
  if (handlers_.on_headers) handlers_.on_headers();
}

void GrpcResponse::finish(const Block& trailers) {
  if (!trailers.grpc_status) {
    if (http_status_ == 200) {
      return fail(GrpcCode::Unknown, "the device ended the call without grpc-status");
    }
    return fail(code_of_http_status(http_status_),
                "HTTP status " + std::to_string(http_status_) + " instead of a gRPC answer");
  }
  const GrpcCode code = code_of_grpc_status(*trailers.grpc_status);
  if (code == GrpcCode::Ok && messages_.is_inside_message()) {
    return fail(GrpcCode::Internal, "the device ended the call inside a message");
  }
  fail(code, decode_grpc_message(trailers.message));
}

void GrpcResponse::add_data(std::span<const std::uint8_t> bytes) {
  if (!end_) take(messages_.feed(bytes, handlers_.on_message));
}

void GrpcResponse::go_on() {
  if (!end_) take(messages_.go_on(handlers_.on_message));
}

void GrpcResponse::take(std::optional<MessageFailure> failure) {
  if (failure) fail(failure->code, std::move(failure->message), failure->limit);
}

void GrpcResponse::end_of_stream() { finish({}); }

void GrpcResponse::reset(std::uint32_t http2_error) {
  fail(code_of_reset(http2_error), "the device reset the call: " + http2_error_name(http2_error));
}

void GrpcResponse::fail(GrpcCode code, std::string message, std::string_view limit) {
  if (end_) return;
  messages_.stop();
  end_ = CallEnd{.code = code, .message = std::move(message), .hint = {}, .limit = limit};
}

void GrpcResponse::stop() {
  messages_.stop();
  if (!end_) end_ = CallEnd{.code = GrpcCode::Cancelled, .message = "cancelled", .hint = {}};
}

}  // namespace dm::gnmi
