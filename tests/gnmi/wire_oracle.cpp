// The oracle of wire_oracle.h.
#include "gnmi/wire_oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "core/text.h"
#include "gnmi/json_value.h"
#include "schema/leaf_table.h"

// The deprecated fields are read on purpose.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace dm::gnmi::testing {
namespace {

std::string value_line(std::string_view encoded) {
  if (encoded.empty()) return "(nothing)";
  return fmt::format("{} {}", encoded.front(), model::to_json(model::decode(encoded)));
}

// What a path means, decided from its elements alone.
struct Meaning {
  enum Kind { Exact, Pattern, Lost, Refused, Undecodable } kind = Undecodable;
  model::Path path;
};

struct Reading {
  const schema::Profile& profile;
  const core::Limits& limits;
  std::vector<std::string> deletes, patterns, sets;
  std::string atomic;
  bool is_lost = false;
  std::uint64_t undecodable = 0, refused = 0, coalesced = 0;

  static bool is_bad(const std::string& text) { return text.starts_with(kBadText); }
  static bool is_good_name(const std::string& name) {
    return !name.empty() && !is_bad(name) && name.find_first_of("/[]=") == std::string::npos;
  }

  static bool append_elements(const ::gnmi::Path& from, model::Path& to) {
    if (from.elem_size() > 0) {
      for (const auto& elem : from.elem()) {
        model::PathElement element{elem.name(), {}};
        const std::map<std::string, std::string> sorted(elem.key().begin(), elem.key().end());
        for (const auto& [name, value] : sorted) element.keys.push_back({name, value});
        to.elements.push_back(std::move(element));
      }
      return true;
    }
    for (const std::string& text : from.element()) {
      if (text.empty()) continue;
      if (is_bad(text)) return false;
      const auto parsed = model::parse_path("/" + text);
      if (!parsed) return false;
      to.elements.insert(to.elements.end(), parsed->elements.begin(), parsed->elements.end());
    }
    return true;
  }

  static std::optional<model::Path> join(const ::gnmi::Path& prefix, const ::gnmi::Path& path) {
    model::Path joined;
    if (!append_elements(prefix, joined) || !append_elements(path, joined)) return std::nullopt;
    joined.origin = path.origin().empty() ? prefix.origin() : path.origin();
    if (joined.origin == "rfc7951" || joined.origin == "openconfig" ||
        joined.origin.rfind("openconfig-", 0) == 0) {
      joined.origin.clear();
    }
    const bool is_origin_good = joined.origin.empty() ||
                                (is_good_name(joined.origin) &&
                                 joined.origin.find(':') == std::string::npos);
    if (!is_origin_good) return std::nullopt;
    for (auto& element : joined.elements) {
      if (joined.origin.empty()) element.name = std::string(model::strip_module(element.name));
      if (!is_good_name(element.name)) return std::nullopt;
      for (auto& key : element.keys) {
        if (joined.origin.empty()) key.name = std::string(model::strip_module(key.name));
        if (!is_good_name(key.name) || is_bad(key.value)) return std::nullopt;
      }
    }
    return joined;
  }

  Meaning meaning_of(const model::Path& spelled) const {
    if (spelled.elements.size() == 1 && model::to_text(spelled.elements, 0, 1) == "/*") {
      return {Meaning::Lost, {}};
    }
    if (spelled.elements.size() > limits.path_depth) return {Meaning::Refused, {}};
    std::size_t keys = 0;
    for (const auto& element : spelled.elements) keys += element.keys.size();
    if (keys > limits.path_keys) return {Meaning::Refused, {}};
    model::Path path = schema::canonicalise(profile, spelled);
    if (model::to_text(path).size() > limits.path_bytes) return {Meaning::Refused, {}};
    model::Path above{path.origin, {}};
    bool is_pattern = model::has_wildcard(path);
    for (const auto& element : path.elements) {
      above.elements.push_back(element);
      if (!path.origin.empty()) continue;
      is_pattern |= element.keys.size() < schema::list_keys(model::schema_text(above)).size();
    }
    return {is_pattern ? Meaning::Pattern : Meaning::Exact, path};
  }

  Meaning meaning_of(const ::gnmi::Path& prefix, const ::gnmi::Path& path) const {
    const auto joined = join(prefix, path);
    return joined ? meaning_of(*joined) : Meaning{};
  }

  // The value of a leaf. nullopt with `too_long` or not: refused or undecodable.
  std::optional<model::Value> scalar(const ::gnmi::TypedValue& value, bool& too_long) const {
    too_long = false;
    switch (value.value_case()) {
      case ::gnmi::TypedValue::kStringVal:
        too_long = value.string_val().size() > limits.value_bytes;
        if (too_long || is_bad(value.string_val())) return std::nullopt;
        return model::Value(value.string_val());
      case ::gnmi::TypedValue::kIntVal: return model::Value(std::int64_t{value.int_val()});
      case ::gnmi::TypedValue::kUintVal: return model::Value(std::uint64_t{value.uint_val()});
      case ::gnmi::TypedValue::kBoolVal: return model::Value(value.bool_val());
      case ::gnmi::TypedValue::kDoubleVal: return model::Value(value.double_val());
      case ::gnmi::TypedValue::kFloatVal:
        return model::Value(std::strtod(fmt::format("{}", value.float_val()).c_str(), nullptr));
      case ::gnmi::TypedValue::kBytesVal:
        too_long = value.bytes_val().size() > limits.value_bytes / 4 * 3;
        if (too_long) return std::nullopt;
        return model::Value(core::to_base64(value.bytes_val()));
      case ::gnmi::TypedValue::kDecimalVal: return decimal(value.decimal_val());
      default: return std::nullopt;
    }
  }

  static std::optional<model::Value> decimal(const ::gnmi::Decimal64& value) {
    if (value.precision() == 0 || value.digits() == 0) return model::Value(std::int64_t{value.digits()});
    const double number =
        std::strtod(fmt::format("{}e-{}", value.digits(), value.precision()).c_str(), nullptr);
    if (number == 0) return std::nullopt;
    return model::Value(number);
  }

  // Whatever cannot be read is there, opaque, where it has a place.
  void lose(std::uint64_t& count, const Meaning& meaning) {
    ++count;
    if (meaning.kind == Meaning::Exact && !meaning.path.elements.empty()) {
      sets.push_back(fmt::format("set {} = o \"(undecodable)\"", model::to_text(meaning.path)));
    }
  }

  void add_pattern(const Meaning& meaning) {
    const std::string line = "pattern " + model::to_text(meaning.path);
    if (patterns.empty() || patterns.back() != line) patterns.push_back(line);
  }

  void set(const Meaning& meaning, const model::Value& value) {
    std::string encoded;
    model::encode(value, encoded);
    if (meaning.kind == Meaning::Refused) {
      ++refused;
    } else if (meaning.kind == Meaning::Exact && !meaning.path.elements.empty() &&
               encoded.size() > limits.value_bytes) {
      lose(refused, meaning);
    } else if (meaning.kind != Meaning::Exact || meaning.path.elements.empty()) {
      ++undecodable;
    } else {
      sets.push_back(fmt::format("set {} = {}", model::to_text(meaning.path), value_line(encoded)));
    }
  }

  void read_list(const Meaning& meaning, const ::gnmi::ScalarArray& array) {
    model::ValueList list;
    std::size_t size = 1;
    for (const auto& element : array.element()) {
      bool too_long = false;
      const auto member = scalar(element, too_long);
      if (!member) {
        lose(too_long ? refused : undecodable, meaning);
        return;
      }
      std::string encoded;
      model::encode(*member, encoded);
      size += 4 + encoded.size();
      if (size > limits.value_bytes) {
        lose(refused, meaning);
        return;
      }
      list.push_back(*member);
    }
    set(meaning, model::Value(std::move(list)));
  }

  // A null: no value, also where the message gave one before.
  void unset(const Meaning& meaning) {
    deletes.push_back("delete " + model::to_text(meaning.path));
    if (!sets.empty()) sets.push_back("unset " + model::to_text(meaning.path));
  }

  void read_json(const ::gnmi::Path& prefix, const ::gnmi::Path& path, const std::string& text) {
    const Meaning meaning = meaning_of(prefix, path);
    const bool is_place = meaning.kind == Meaning::Exact && !meaning.path.elements.empty();
    JsonValue json(profile, limits);
    std::string encoded;
    JsonShape shape = json.parse(text);
    const auto joined = join(prefix, path);
    if (shape == JsonShape::Tree && joined) shape = json.unwrap(*joined);
    switch (shape) {
      case JsonShape::Bad: lose(undecodable, meaning); return;
      case JsonShape::TooDeep: lose(refused, meaning); return;
      case JsonShape::Null:
        if (is_place) {
          unset(meaning);
        } else {
          ++(meaning.kind == Meaning::Refused ? refused : undecodable);
        }
        return;
      case JsonShape::EmptyArray:
        if (is_place) set(meaning, model::Value(model::ValueList{}));
        return;
      case JsonShape::Leaf:
        json.encode(encoded);
        set(meaning, model::decode(encoded));
        return;
      case JsonShape::Tree: break;
    }
    if (!joined) {
      ++undecodable;
      return;
    }
    if (meaning.kind == Meaning::Refused) {
      ++refused;
      return;
    }
    const auto put = [&](const model::Path& leaf, std::string_view value) {
      const Meaning of_leaf = meaning_of(leaf);
      if (!value.empty()) {
        set(of_leaf, model::decode(value));
      } else if (of_leaf.kind == Meaning::Exact) {
        unset(of_leaf);
      }
    };
    json.flatten(*joined, {.leaf = put, .unread = [&](const model::Path& at, model::UnreadKind kind) {
                             const bool is_value = kind == model::UnreadKind::Json || kind == model::UnreadKind::ValueBytes;
                             lose(model::limit_name(kind).empty() ? undecodable : refused,
                                  is_value ? meaning_of(at) : Meaning{});
                           }});
  }

  void read_update(const ::gnmi::Path& prefix, const ::gnmi::Update& update) {
    coalesced += update.duplicates();
    if (!update.has_path() && !update.has_val() && !update.has_value()) return;
    const Meaning meaning = meaning_of(prefix, update.path());
    if (!update.has_val() && update.has_value()) {
      const auto& old = update.value();
      const auto& bytes = old.value();
      if (old.type() == ::gnmi::JSON || old.type() == ::gnmi::JSON_IETF) {
        read_json(prefix, update.path(), bytes);
      } else if (old.type() != ::gnmi::BYTES) {
        lose(undecodable, meaning);
      } else if (bytes.size() > limits.value_bytes / 4 * 3) {
        lose(refused, meaning);
      } else {
        set(meaning, model::Value(core::to_base64(bytes)));
      }
      return;
    }
    const auto& value = update.val();
    if (value.has_json_val()) return read_json(prefix, update.path(), value.json_val());
    if (value.has_json_ietf_val()) return read_json(prefix, update.path(), value.json_ietf_val());
    if (value.has_leaflist_val()) return read_list(meaning, value.leaflist_val());
    bool too_long = false;
    const auto decoded = scalar(value, too_long);
    if (decoded) {
      set(meaning, *decoded);
    } else {
      lose(too_long ? refused : undecodable, meaning);
    }
  }

  void read_delete(const ::gnmi::Path& prefix, const ::gnmi::Path& path) {
    const Meaning meaning = meaning_of(prefix, path);
    switch (meaning.kind) {
      case Meaning::Exact: deletes.push_back("delete " + model::to_text(meaning.path)); break;
      case Meaning::Pattern: add_pattern(meaning); break;
      case Meaning::Lost: is_lost = true; break;
      case Meaning::Refused: ++refused; break;
      case Meaning::Undecodable: ++undecodable; break;
    }
  }

  void read(const ::gnmi::Notification& notification) {
    const auto& prefix = notification.prefix();
    if (notification.atomic()) {
      const Meaning meaning = meaning_of(prefix, ::gnmi::Path());
      if (meaning.kind == Meaning::Exact && !meaning.path.elements.empty()) {
        atomic = "atomic " + model::to_text(meaning.path);
      }
      if (meaning.kind == Meaning::Pattern) add_pattern(meaning);
    }
    // Order matters between deletes, and between updates, never between the two: JSON nulls are
    // deletes made by updates, so both are sorted before they are compared.
    for (const auto& update : notification.update()) read_update(prefix, update);
    for (const auto& path : notification.delete_()) read_delete(prefix, path);
  }
};

void add_count(std::vector<std::string>& lines, std::string_view name, std::uint64_t count) {
  if (count > 0) lines.push_back(fmt::format("{} {}", name, std::min<std::uint64_t>(count, UINT32_MAX)));
}

}  // namespace

std::vector<std::string> lines_of(const model::UpdateBatch& batch, const model::PathTable& paths) {
  std::vector<std::string> lines;
  for (const auto id : batch.exact_deletes) lines.push_back("delete " + paths.text(id));
  std::sort(lines.begin(), lines.end());
  for (const auto& path : batch.pattern_deletes) lines.push_back("pattern " + model::to_text(path));
  if (batch.atomic_prefix != model::kNoPath) lines.push_back("atomic " + paths.text(batch.atomic_prefix));
  for (const auto& set : batch.sets) {
    lines.push_back(set.length == 0 ? "unset " + paths.text(set.path)
                                    : fmt::format("set {} = {}", paths.text(set.path), value_line(batch.value(set))));
  }
  if (batch.sync) lines.emplace_back("sync");
  if (batch.commit_done) lines.emplace_back("commit done");
  if (batch.device_lost) lines.emplace_back("lost");
  add_count(lines, "undecodable", model::undecodable(batch.unread_counts));
  add_count(lines, "refused", model::refused(batch.unread_counts));
  add_count(lines, "coalesced", batch.coalesced);
  if (batch.timestamp_ns != 0) lines.push_back(fmt::format("at {}", batch.timestamp_ns));
  return lines;
}

std::vector<std::string> lines_read(WireReader& reader, std::string_view message,
                                    const model::PathTable& paths) {
  model::UpdateBatch batch;
  const auto status = reader.read(as_bytes(message), batch);
  if (status) return lines_of(batch, paths);
  std::vector<std::string> lines = lines_of(batch, paths);  // must be empty
  lines.push_back(fmt::format("error {}", static_cast<int>(status.error().code)));
  return lines;
}

std::vector<std::string> lines_expected(const ::gnmi::SubscribeResponse& response,
                                        const schema::Profile& profile, const core::Limits& limits) {
  if (response.has_error()) return {fmt::format("error {}", static_cast<int>(core::Code::Unavailable))};
  Reading reading{profile, limits, {}, {}, {}, {}};
  if (response.has_update()) reading.read(response.update());
  std::vector<std::string> lines = reading.deletes;
  std::sort(lines.begin(), lines.end());
  lines.insert(lines.end(), reading.patterns.begin(), reading.patterns.end());
  if (!reading.atomic.empty()) lines.push_back(reading.atomic);
  lines.insert(lines.end(), reading.sets.begin(), reading.sets.end());
  if (response.sync_response()) lines.emplace_back("sync");
  const bool is_commit_done = std::any_of(response.extension().begin(), response.extension().end(), [](const auto& extension) {
    return extension.config_subscription().sync_done().done();
  });
  if (is_commit_done) lines.emplace_back("commit done");
  if (reading.is_lost) lines.emplace_back("lost");
  add_count(lines, "undecodable", reading.undecodable);
  add_count(lines, "refused", reading.refused);
  add_count(lines, "coalesced", reading.coalesced);
  if (response.update().timestamp() != 0) {
    lines.push_back(fmt::format("at {}", response.update().timestamp()));
  }
  return lines;
}

}  // namespace dm::gnmi::testing
