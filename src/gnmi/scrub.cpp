#include "gnmi/scrub.h"

#include <gnmi.pb.h>

#include <algorithm>
#include <span>
#include <utility>

#include "gnmi/recording.h"
#include "gnmi/recording_note.h"
#include "gnmi/scrub_value.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // old devices use what gNMI deprecates

namespace dm::gnmi {
namespace {

constexpr const char* kUnreadable = "\xff";
constexpr const char* kRemoved = "(removed from this recording)";

std::span<const std::uint8_t> as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class Scrubber {
 public:
  explicit Scrubber(ScrubOptions options) : words_(options) {}

  std::string message(std::span<const std::uint8_t> bytes) {
    ::gnmi::SubscribeResponse response;
    if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return unreadable();
    response.DiscardUnknownFields();
    response.clear_extension();
    if (response.has_update()) notification(*response.mutable_update());
    if (response.has_error()) error(*response.mutable_error());
    return response.SerializeAsString();
  }

  std::string note(RecordingNote note) {
    std::visit([this](auto& what) { scrub(what); }, note.what);
    return to_record(note);
  }

  ScrubCounts counts() const { return {.records = records_, .replaced = words_.replaced(), .unreadable = unreadable_}; }
  void count() { ++records_; }

 private:
  std::string unreadable() {
    ++unreadable_;
    return kUnreadable;
  }

  void scrub(RecordingStart& start) {
    start.device = words_.name(start.device);
    start.target = words_.name(start.target);
    for (RecordedPath& path : start.paths) path.path = path_text(path.path);
  }
  void scrub(StreamBegins&) {}
  void scrub(MessageFollows&) {}
  void scrub(RecordingEnd&) {}
  void scrub(StreamLost& lost) { lost.reason = kRemoved; }
  void scrub(GetFailure& failure) {
    failure.path = path_text(failure.path);
    failure.reason = kRemoved;
  }
  void scrub(PathsRefused& refused) {
    for (std::string& path : refused.paths) path = path_text(path);
  }
  void scrub(ModesInForce& modes) {
    for (RecordedPath& path : modes.paths) path.path = path_text(path.path);
  }
  void scrub(OncePart& part) {
    part.path = path_text(part.path);
    part.response = message({reinterpret_cast<const std::uint8_t*>(part.response.data()), part.response.size()});
  }
  void scrub(GetAnswer& answer) {
    answer.path = path_text(answer.path);
    ::gnmi::GetResponse response;
    if (!response.ParseFromString(answer.response)) {
      answer.response = unreadable();
      return;
    }
    response.DiscardUnknownFields();
    response.clear_extension();
    for (auto& each : *response.mutable_notification()) notification(each);
    if (response.has_error()) error(*response.mutable_error());
    answer.response = response.SerializeAsString();
  }

  std::string path_text(const std::string& text) {
    auto path = model::parse_path(text);
    if (!path) return kRemoved;
    std::string schema;
    words_.path(*path, schema);
    return model::to_text(*path);
  }

  void error(::gnmi::Error& error) {
    error.set_message(kRemoved);
  }

  void notification(::gnmi::Notification& notification) {
    std::string prefix;
    if (notification.has_prefix()) path(*notification.mutable_prefix(), prefix);
    for (auto& deleted : *notification.mutable_delete_()) {
      std::string schema = prefix;
      path(deleted, schema);
    }
    for (auto& update : *notification.mutable_update()) {
      std::string schema = prefix;
      if (update.has_path()) path(*update.mutable_path(), schema);
      if (update.has_val()) value(*update.mutable_val(), schema, scrub_rule(schema));
      if (update.has_value()) old_value(*update.mutable_value(), schema);
    }
  }

  // `schema` grows by the path's elements.
  void path(::gnmi::Path& from, std::string& schema) {
    from.set_target(words_.name(from.target()));
    if (!from.origin().empty()) from.set_origin(words_.element(from.origin()));
    for (std::string& element : *from.mutable_element()) element = old_element(element, schema);
    for (auto& element : *from.mutable_elem()) {
      model::Path one{.origin = {}, .elements = {{element.name(), {}}}};
      for (const auto& [name, text] : element.key()) one.elements[0].keys.push_back({name, text});
      std::sort(one.elements[0].keys.begin(), one.elements[0].keys.end());  // the map has no order
      words_.path(one, schema);
      element.set_name(one.elements[0].name);
      element.clear_key();
      for (const model::PathKey& key : one.elements[0].keys) (*element.mutable_key())[key.name] = key.value;
    }
  }

  // "interface[name=Ethernet1]". What is no element is a word of nobody knows what.
  std::string old_element(const std::string& text, std::string& schema) {
    auto one = model::parse_path("/" + text);
    if (!one || one->elements.size() != 1) {
      schema += "/?";
      return words_.free_text(text);
    }
    words_.path(*one, schema);
    return model::to_text(*one).substr(1);
  }

  void value(::gnmi::TypedValue& value, const std::string& schema, ScrubRule rule) {
    using Value = ::gnmi::TypedValue;
    const bool is_secret = rule == ScrubRule::Secret;
    switch (value.value_case()) {
      case Value::kStringVal: value.set_string_val(words_.word(value.string_val(), rule)); break;
      case Value::kAsciiVal: value.set_ascii_val(words_.free_text(value.ascii_val())); break;
      case Value::kBytesVal: value.set_bytes_val(words_.free_text(value.bytes_val())); break;
      case Value::kProtoBytes: value.set_proto_bytes(words_.free_text(value.proto_bytes())); break;
      case Value::kJsonVal: value.set_json_val(json(value.json_val(), schema)); break;
      case Value::kJsonIetfVal: value.set_json_ietf_val(json(value.json_ietf_val(), schema)); break;
      case Value::kAnyVal: value.mutable_any_val()->clear(); break;
      case Value::kLeaflistVal:
        for (auto& member : *value.mutable_leaflist_val()->mutable_element()) this->value(member, schema, rule);
        break;
      case Value::kIntVal: if (is_secret) value.set_int_val(0); break;
      case Value::kUintVal: if (is_secret) value.set_uint_val(0); break;
      case Value::kDoubleVal: if (is_secret) value.set_double_val(0); break;
      case Value::kFloatVal: if (is_secret) value.set_float_val(0); break;
      case Value::kDecimalVal: if (is_secret) value.mutable_decimal_val()->Clear(); break;
      case Value::kBoolVal:
      case Value::VALUE_NOT_SET: break;
    }
  }

  std::string json(const std::string& text, const std::string& schema) {
    return words_.json(text, schema).value_or(words_.free_text(text));
  }

  void old_value(::gnmi::Value& value, const std::string& schema) {
    const bool is_json = value.type() == ::gnmi::JSON || value.type() == ::gnmi::JSON_IETF;
    value.set_value(is_json ? json(value.value(), schema) : words_.free_text(value.value()));
  }

  ScrubValue words_;
  std::uint64_t records_ = 0, unreadable_ = 0;
};

}  // namespace

core::Result<ScrubCounts> scrub_recording(const std::string& from, const std::string& to, ScrubOptions options,
                                          const core::Limits& limits) {
  auto reader = RecordingReader::open(from, limits);
  if (!reader) return reader.error();
  auto writer = RecordingWriter::create(to);
  if (!writer) return writer.error();
  Scrubber scrubber(options);
  bool is_message_next = false;
  for (;;) {
    const auto record = reader->next();
    if (!record) return record.error();
    if (!*record) return scrubber.counts();
    const bool is_message = std::exchange(is_message_next, false) || !is_note(**record);
    auto note = is_message ? std::nullopt : read_note(**record);
    if (!is_message && !note) continue;  // of a format to come: nobody knows what it says
    is_message_next = note && std::holds_alternative<MessageFollows>(note->what);
    scrubber.count();
    const std::string scrubbed = note ? scrubber.note(std::move(*note)) : scrubber.message(**record);
    if (const core::Status written = writer->append(as_bytes(scrubbed)); !written) return written.error();
  }
}

}  // namespace dm::gnmi
