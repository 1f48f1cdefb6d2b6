// TypedValue messages (and the deprecated Value) into the compact encoding of model/value.h.
//
// The populated arm tells the form, whatever encoding was asked for (gNMI specification 2.3). Binary
// becomes base64 text as in RFC 7951 6.6; a float its shortest decimal; any_val, ascii_val and
// proto_bytes cannot be compared and are not decoded. Lives on the shard thread.
#pragma once

#include <string>
#include <string_view>

#include "core/limits.h"
#include "model/unread.h"

namespace dm::gnmi {

struct WireValue {
  enum class Form {
    Encoded,      // appended to the output
    Json,         // `json` is to be parsed
    Unread,       // `why` tells the kind
    Corrupt,
  };
  Form form = Form::Unread;
  std::string_view json;
  model::UnreadKind why = model::UnreadKind::NoValue;
};

class ValueReader {
 public:
  explicit ValueReader(const core::Limits& limits) : most_bytes_(limits.value_bytes) {}

  // `message` is one (merged) TypedValue. Appends to `out` only when Encoded.
  WireValue read(std::string_view message, std::string& out);
  // `message` is one (merged) Value: bytes with an Encoding, from targets older than gNMI 0.4.
  WireValue read_deprecated(std::string_view message, std::string& out) const;

 private:
  WireValue read_list(std::string_view array, std::string& out);

  std::size_t most_bytes_;
  std::string merged_;  // scratch
  std::string member_;  // scratch
};

bool is_ascii_or_utf8(std::string_view text);

}  // namespace dm::gnmi
