#include "gnmi/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/text.h"
#include "gnmi/json_value.h"
#include "gnmi/wire_extension.h"
#include "gnmi/wire_path.h"
#include "gnmi/wire_proto.h"
#include "gnmi/wire_resolver.h"
#include "gnmi/wire_value.h"
#include "model/value.h"
#include "schema/alias.h"

namespace dm::gnmi {
namespace {

using core::Code;
using core::Error;
using core::Status;
using model::UnreadKind;

// The parser's buffers are kept for the next value unless one this long has grown them.
constexpr std::size_t kKeptJsonBytes = 16U << 10U;

Error corrupt(std::string_view what, std::string_view message = "SubscribeResponse") {
  return {Code::Corrupt, fmt::format("not a valid {}: {}", message, what)};
}

std::string_view text_of(std::span<const std::uint8_t> message) {
  return {reinterpret_cast<const char*>(message.data()), message.size()};
}

void forget_deletes(model::UpdateBatch& batch) {
  batch.exact_deletes.clear();
  batch.pattern_deletes.clear();
  batch.atomic_prefix = model::kNoPath;
  batch.deletes_lost = batch.device_lost = false;
}

}  // namespace

struct WireReader::Impl {
  Impl(const schema::Profile& profile_in, model::PathTable& paths_in, const core::Limits& limits_in,
       std::shared_ptr<PathMemo> memo_in, std::shared_ptr<PathShare> share_in)
      : profile(profile_in),
        paths(paths_in),
        limits(limits_in),
        resolver(profile_in, paths_in, limits_in, std::move(memo_in), std::move(share_in)),
        values(limits_in) {}

  Status read_response(std::string_view message, model::UpdateBatch& batch);
  Status read_answer(std::string_view message, model::UpdateBatch& batch);
  bool read_notification(std::string_view notification, model::UpdateBatch& batch);
  bool read_changes(std::string_view notification, std::string_view prefix, model::UpdateBatch& batch);
  bool read_update(std::string_view update, std::string_view prefix, model::UpdateBatch& batch);
  bool put_value(std::string_view prefix, std::string_view path, const WireValue& value,
                 std::uint32_t offset, model::UpdateBatch& batch);
  void lose_value(UnreadKind why, const ResolvedPath& resolved, model::UpdateBatch& batch);
  void lose_member(UnreadKind why, const model::Path& path, model::UpdateBatch& batch);
  bool put_json(std::string_view prefix, std::string_view path, std::string_view text,
                model::UpdateBatch& batch);
  void put_tree(const std::optional<model::Path>& base, model::UpdateBatch& batch);
  bool read_delete(std::string_view prefix, std::string_view path, model::UpdateBatch& batch);
  bool read_atomic(std::string_view prefix, model::UpdateBatch& batch);
  void add_set(const ResolvedPath& resolved, std::uint32_t offset, model::UpdateBatch& batch);
  void unset(model::PathId path, model::UpdateBatch& batch);
  void delete_exact(model::PathId path, model::UpdateBatch& batch);
  void delete_pattern(const model::Path& pattern, model::UpdateBatch& batch);
  void delete_aliased(const model::Path& path, model::UpdateBatch& batch);
  bool is_sound_repeat(const MergedField& field);

  const schema::Profile& profile;
  const model::PathTable& paths;
  core::Limits limits;
  PathResolver resolver;
  ValueReader values;
  std::unique_ptr<JsonValue> json;  // made when a device first sends JSON

  std::string_view whole;              // the message being read
  std::optional<bool> is_whole_sound;  // its full check, done only when something is repeated
  std::string merged_notification, merged_prefix, merged_path, merged_value, merged_old_value;
};

WireReader::WireReader(const schema::Profile& profile, model::PathTable& paths,
                       const core::Limits& limits, std::shared_ptr<PathMemo> memo, std::shared_ptr<PathShare> share)
    : impl_(std::make_unique<Impl>(profile, paths, limits, std::move(memo), std::move(share))) {}
WireReader::~WireReader() = default;

void WireReader::begin_stream() { impl_->resolver.begin_stream(); }

Status WireReader::read(std::span<const std::uint8_t> message, model::UpdateBatch& batch) {
  batch.clear();
  Status status = impl_->read_response(text_of(message), batch);
  if (!status) batch.clear();
  return status;
}

Status WireReader::read_answer(std::span<const std::uint8_t> message, model::UpdateBatch& batch) {
  batch.clear();
  Status status = impl_->read_answer(text_of(message), batch);
  if (!status) batch.clear();
  forget_deletes(batch);
  return status;
}

Status WireReader::read_part(std::span<const std::uint8_t> message, model::UpdateBatch& batch) {
  Status status = impl_->read_response(text_of(message), batch);
  if (!status) batch.clear();
  forget_deletes(batch);
  return status;
}

// The response is a oneof: the last arm counts, and an update that is repeated is merged.
Status WireReader::Impl::read_response(std::string_view message, model::UpdateBatch& batch) {
  whole = message;
  is_whole_sound.reset();
  resolver.begin_message();
  MergedField notification(merged_notification);
  std::string merged_error;
  MergedField failure(merged_error);
  int arms = 0;
  ProtoReader reader(message);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(5)) batch.commit_done |= is_commit_done(field.bytes);
    if (!field.is_bytes(1) && !field.is_varint(3) && !field.is_bytes(4)) continue;
    ++arms;
    batch.sync = field.number == 3 && field.value != 0;  // false says nothing (some Junos)
    if (field.number != 1) notification.clear();
    if (field.number != 4) failure.clear();
    if (field.number == 1) notification.add(field.bytes);
    if (field.number == 4) failure.add(field.bytes);
  }
  if (!reader.ok()) return corrupt("bad field");
  if (arms > 1 && !is_well_formed(ProtoKind::SubscribeResponse, message)) return corrupt("bad field");
  if (failure.is_present()) {
    std::string_view text;
    ProtoReader error(failure.bytes(), kProtoDepth - 1);
    for (ProtoField field; error.next(field);) {
      if (field.is_bytes(2)) text = field.bytes;
    }
    if (!error.ok()) return corrupt("bad error");
    return Error{Code::Unavailable, fmt::format("the device reports: {}",
                                                core::to_valid_utf8(core::shorten(text, 500)))};
  }
  if (notification.is_present() && !read_notification(notification.bytes(), batch)) {
    return corrupt("bad notification");
  }
  return {};
}

// A Notification stands under the same field number in both responses, so their repeats are checked alike.
Status WireReader::Impl::read_answer(std::string_view message, model::UpdateBatch& batch) {
  whole = message;
  is_whole_sound.reset();
  resolver.begin_message();
  ProtoReader reader(message);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(1) && !read_notification(field.bytes, batch)) return corrupt("bad notification", "GetResponse");
  }
  return reader.ok() ? Status() : corrupt("bad field", "GetResponse");
}

// First what holds for all of it (the prefix may come last), then updates and deletes.
bool WireReader::Impl::read_notification(std::string_view notification, model::UpdateBatch& batch) {
  MergedField prefix(merged_prefix);
  bool is_atomic = false;
  ProtoReader reader(notification, kProtoDepth - 1);
  for (ProtoField field; reader.next(field);) {
    if (field.is_varint(1)) batch.timestamp_ns = static_cast<std::int64_t>(field.value);
    if (field.is_bytes(2)) prefix.add(field.bytes);
    if (field.is_varint(6)) is_atomic = field.value != 0;
  }
  if (!reader.ok() || !is_sound_repeat(prefix) || !resolver.is_sound_prefix(prefix.bytes())) return false;
  if (is_atomic && !read_atomic(prefix.bytes(), batch)) return false;
  return read_changes(notification, prefix.bytes(), batch);
}

bool WireReader::Impl::read_changes(std::string_view notification, std::string_view prefix,
                                    model::UpdateBatch& batch) {
  ProtoReader reader(notification, kProtoDepth - 1);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(4) && !read_update(field.bytes, prefix, batch)) return false;
    if (field.is_bytes(5) && !read_delete(prefix, field.bytes, batch)) return false;
  }
  return true;
}

bool WireReader::Impl::read_update(std::string_view update, std::string_view prefix,
                                   model::UpdateBatch& batch) {
  MergedField path(merged_path), value(merged_value), old_value(merged_old_value);
  std::uint32_t duplicates = 0;
  ProtoReader reader(update, kProtoDepth - 2);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(1)) path.add(field.bytes);
    if (field.is_bytes(2)) old_value.add(field.bytes);
    if (field.is_bytes(3)) value.add(field.bytes);
    if (field.is_varint(4)) duplicates = static_cast<std::uint32_t>(field.value);
  }
  if (!reader.ok() || !is_sound_repeat(path) || !is_sound_repeat(value) ||
      !is_sound_repeat(old_value)) {
    return false;
  }
  batch.coalesced += std::min(duplicates, UINT32_MAX - batch.coalesced);
  const auto offset = static_cast<std::uint32_t>(batch.bytes.size());
  WireValue read = values.read(value.bytes(), batch.bytes);
  if (read.form == WireValue::Form::Corrupt) return false;
  if (old_value.is_present()) {
    if (!is_well_formed(ProtoKind::Value, old_value.bytes(), kProtoDepth - 3)) return false;
    if (!value.is_present()) read = values.read_deprecated(old_value.bytes(), batch.bytes);
  }
  // Huawei puts an update without path and value next to deletes: it says nothing.
  if (!path.is_present() && !value.is_present() && !old_value.is_present()) return true;
  return put_value(prefix, path.bytes(), read, offset, batch);
}

bool WireReader::Impl::put_value(std::string_view prefix, std::string_view path, const WireValue& value,
                                 std::uint32_t offset, model::UpdateBatch& batch) {
  using Form = WireValue::Form;
  if (value.form == Form::Json) return put_json(prefix, path, value.json, batch);
  const ResolvedPath resolved = resolver.resolve(prefix, path);
  if (resolved.kind == ResolvedPath::Kind::Corrupt) return false;
  if (value.form == Form::Encoded) {
    add_set(resolved, offset, batch);
  } else {
    lose_value(value.why, resolved, batch);
  }
  return true;
}

// What cannot be read is there all the same. Where the schema knows no leaf it may be a whole container.
void WireReader::Impl::lose_value(UnreadKind why, const ResolvedPath& resolved, model::UpdateBatch& batch) {
  const model::PathId leaf = resolved.exact();
  if (leaf == model::kNoPath) return batch.lose(why, leaf, why == UnreadKind::NoValue ? std::nullopt : resolved.gap());
  const bool may_hold_more = (why == UnreadKind::Form || why == UnreadKind::Json || why == UnreadKind::JsonDepth) && paths.facts(leaf).leaf_type == 0;
  batch.lose(why, leaf, may_hold_more ? std::optional(paths.path(leaf)) : std::nullopt);
  const auto offset = static_cast<std::uint32_t>(batch.bytes.size());
  model::encode_opaque(batch.bytes);
  add_set(resolved, offset, batch);
}

bool WireReader::Impl::put_json(std::string_view prefix, std::string_view path, std::string_view text,
                                model::UpdateBatch& batch) {
  const ResolvedPath resolved = resolver.resolve(prefix, path);
  if (resolved.kind == ResolvedPath::Kind::Corrupt) return false;
  if (!json) json = std::make_unique<JsonValue>(profile, limits);
  JsonShape shape = json->parse(text);
  const bool is_exact = resolved.exact() != model::kNoPath;
  std::optional<model::Path> base;
  if (shape == JsonShape::Tree) base = read_path(prefix, path);
  if (base) shape = json->unwrap(*base);
  if (shape == JsonShape::Tree && resolved.kind != ResolvedPath::Kind::Refused) {
    put_tree(base, batch);
  } else if (shape == JsonShape::Tree) {
    batch.lose(resolved.why, model::kNoPath, resolved.gap());
  } else if (shape == JsonShape::Bad || shape == JsonShape::TooDeep) {
    lose_value(shape == JsonShape::Bad ? UnreadKind::Json : UnreadKind::JsonDepth, resolved, batch);
  } else if (shape == JsonShape::Null && is_exact) {
    unset(resolved.exact(), batch);
  } else if (shape == JsonShape::EmptyArray && !is_exact) {
    return true;  // a list without entries
  } else {
    const auto offset = static_cast<std::uint32_t>(batch.bytes.size());
    if (shape == JsonShape::Leaf || shape == JsonShape::EmptyArray) json->encode(batch.bytes);
    add_set(resolved, offset, batch);
  }
  if (text.size() > kKeptJsonBytes) json.reset();
  return true;
}

// A whole-object update means "these leaves changed", never "the others vanished" (specification 3.5).
void WireReader::Impl::put_tree(const std::optional<model::Path>& base, model::UpdateBatch& batch) {
  if (!base) return batch.lose(UnreadKind::Path, model::kNoPath, std::nullopt);
  const auto put_leaf = [&](const model::Path& leaf, std::string_view value) {
    const ResolvedPath resolved = resolver.settle(leaf);
    if (value.empty()) {
      if (resolved.exact() != model::kNoPath) unset(resolved.exact(), batch);
      return;
    }
    const auto offset = static_cast<std::uint32_t>(batch.bytes.size());
    batch.bytes.append(value);
    add_set(resolved, offset, batch);
  };
  json->flatten(*base, {.leaf = put_leaf, .unread = [&](const model::Path& at, UnreadKind why) {
                          lose_member(why, at, batch);
                        }});
}

void WireReader::Impl::lose_member(UnreadKind why, const model::Path& path, model::UpdateBatch& batch) {
  const bool is_value = why == UnreadKind::Json || why == UnreadKind::ValueBytes;
  if (is_value) return lose_value(why, resolver.settle(path), batch);
  const bool is_gap = why == UnreadKind::ListKeys || why == UnreadKind::LeavesPerDevice || why == UnreadKind::PathDepth;
  batch.lose(why, model::kNoPath, is_gap ? std::optional(schema::canonicalise(profile, path)) : std::nullopt);
}

// The value's bytes are those from `offset` to the end; they are dropped if it cannot be kept.
void WireReader::Impl::add_set(const ResolvedPath& resolved, std::uint32_t offset, model::UpdateBatch& batch) {
  const std::size_t length = batch.bytes.size() - offset;
  const model::PathId leaf = resolved.exact();
  if (leaf != model::kNoPath && length > 0 && length <= limits.value_bytes &&
      batch.sets.size() < limits.leaves_per_device) {
    batch.sets.push_back({leaf, offset, static_cast<std::uint32_t>(length)});
    return;
  }
  batch.bytes.resize(offset);
  if (resolved.kind != ResolvedPath::Kind::Known) {
    batch.lose(resolved.why, model::kNoPath, length > 0 ? resolved.gap() : std::nullopt);
  } else if (leaf == model::kNoPath || length == 0) {
    batch.lose(UnreadKind::Place, model::kNoPath, length > 0 ? resolved.gap() : std::nullopt);
  } else if (length > limits.value_bytes) {
    lose_value(UnreadKind::ValueBytes, resolved, batch);
  } else {
    batch.lose(UnreadKind::LeavesPerDevice, model::kNoPath, model::Path{});
  }
}

// A path that cannot be held has nothing below it either; one too many of a message may have.
bool WireReader::Impl::read_delete(std::string_view prefix, std::string_view path,
                                   model::UpdateBatch& batch) {
  const ResolvedPath resolved = resolver.resolve(prefix, path);
  if (resolved.kind == ResolvedPath::Kind::Corrupt) return false;
  if (resolved.kind != ResolvedPath::Kind::Known) {
    batch.lose(resolved.why, model::kNoPath, std::nullopt);
    batch.deletes_lost |= resolved.why == UnreadKind::LeavesPerDevice;
    return true;
  }
  switch (resolved.known.kind) {
    case KnownPath::Kind::Exact:
      delete_exact(resolved.exact(), batch);
      if (resolver.has_aliased()) delete_aliased(paths.path(resolved.exact()), batch);
      break;
    case KnownPath::Kind::Root: delete_exact(model::PathId{resolved.known.value}, batch); break;
    case KnownPath::Kind::Pattern:
      delete_pattern(*resolved.path, batch);
      if (resolver.has_aliased()) delete_aliased(*resolved.path, batch);
      break;
    case KnownPath::Kind::Lost: batch.device_lost = true; break;
    case KnownPath::Kind::None: break;
  }
  return true;
}

// No value: a delete that holds even if the same message gave a value before it.
void WireReader::Impl::unset(model::PathId path, model::UpdateBatch& batch) {
  delete_exact(path, batch);
  if (batch.sets.empty()) return;
  if (batch.sets.size() < limits.leaves_per_device) return batch.sets.push_back({path, 0, 0});
  batch.lose(UnreadKind::LeavesPerDevice, model::kNoPath, model::Path{});
}

void WireReader::Impl::delete_exact(model::PathId path, model::UpdateBatch& batch) {
  if (batch.exact_deletes.size() < limits.deletes_per_message) return batch.exact_deletes.push_back(path);
  batch.lose(UnreadKind::DeletesPerMessage, model::kNoPath, std::nullopt);
  batch.deletes_lost = true;
}

void WireReader::Impl::delete_pattern(const model::Path& pattern, model::UpdateBatch& batch) {
  auto& patterns = batch.pattern_deletes;
  if (!patterns.empty() && patterns.back() == pattern) return;
  if (patterns.size() < limits.delete_patterns_per_message) return patterns.push_back(pattern);
  batch.lose(UnreadKind::DeletePatternsPerMessage, model::kNoPath, std::nullopt);
  batch.deletes_lost = true;
}

void WireReader::Impl::delete_aliased(const model::Path& path, model::UpdateBatch& batch) {
  for (const model::Path& other : schema::aliased_below(profile.aliases, path)) delete_pattern(other, batch);
}

// An atomic notification is all there is below its prefix (specification 2.1.1). Without a prefix path
// it would empty the whole device, which no model means: it is then read as an ordinary one.
bool WireReader::Impl::read_atomic(std::string_view prefix, model::UpdateBatch& batch) {
  const ResolvedPath resolved = resolver.resolve(prefix, {});
  if (resolved.kind == ResolvedPath::Kind::Corrupt) return false;
  if (resolved.kind != ResolvedPath::Kind::Known) return true;
  if (resolved.known.kind == KnownPath::Kind::Pattern) {
    delete_pattern(*resolved.path, batch);
    if (resolver.has_aliased()) delete_aliased(*resolved.path, batch);
  } else if (resolved.known.kind == KnownPath::Kind::Exact) {
    batch.atomic_prefix = resolved.exact();
    if (resolver.has_aliased()) delete_aliased(paths.path(batch.atomic_prefix), batch);
  }
  return true;
}

// Merging by concatenation is right only if each part is well formed by itself.
bool WireReader::Impl::is_sound_repeat(const MergedField& field) {
  if (!field.is_repeated()) return true;
  if (!is_whole_sound) is_whole_sound = is_well_formed(ProtoKind::SubscribeResponse, whole);
  return *is_whole_sound;
}

}  // namespace dm::gnmi
