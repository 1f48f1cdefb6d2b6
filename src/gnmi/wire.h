// SubscribeResponse bytes, read in place, into an UpdateBatch.
//
// Understands every TypedValue arm, the deprecated Path.element and Update.value, prefixes, JSON of
// whole subtrees (flattened with the schema's list keys). A memo keyed by the raw bytes of prefix and
// path gives the PathId without building text. Sources: gnmi.proto, RFC 7951, protobuf encoding.
// Lives on the shard thread; one per device. The memo may be shared by the devices of a shard that have
// the same profile: they spell alike, and its memory is then paid once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/limits.h"
#include "core/result.h"
#include "gnmi/path_share.h"
#include "gnmi/wire_memo.h"
#include "model/path_table.h"
#include "model/update.h"
#include "schema/profile.h"

namespace dm::gnmi {

class WireReader {
 public:
  // `memo`: null for one of its own; otherwise used only with this `profile` and `paths`. `share`: of the device,
  // which may have several readers; null for one of its own.
  WireReader(const schema::Profile& profile, model::PathTable& paths, const core::Limits& limits,
             std::shared_ptr<PathMemo> memo = nullptr, std::shared_ptr<PathShare> share = nullptr);
  ~WireReader();
  WireReader(const WireReader&) = delete;
  WireReader& operator=(const WireReader&) = delete;

  // Clears and fills `batch`. A JSON null deletes its leaf; an atomic notification without a prefix
  // path is read as an ordinary one. A value that cannot be read or is beyond a limit is set as opaque
  // (model/value.h): the leaf is there. What has no place of its own is a gap (model/unread.h). Deletes
  // reach what an alias of the profile holds elsewhere, once this device spelled something by an alias.
  // Error Corrupt: not a SubscribeResponse (the batch is then empty).
  // Error Unavailable: the deprecated `error` arm, with the device's message.
  core::Status read(std::span<const std::uint8_t> message, model::UpdateBatch& batch);
  // The same for a GetResponse, all its notifications as one. It only says what is there: `batch` deletes
  // nothing.
  core::Status read_answer(std::span<const std::uint8_t> message, model::UpdateBatch& batch);
  // One message of the answer to a Subscribe ONCE, added to what `batch` holds; batch.sync says that it was the last. It
  // only says what is there, like a GetResponse.
  core::Status read_part(std::span<const std::uint8_t> message, model::UpdateBatch& batch);
  // What this device's older spellings were is forgotten.
  void begin_stream();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::gnmi
