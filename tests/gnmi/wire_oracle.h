// What a SubscribeResponse says, in lines, read twice: by WireReader, and plainly by protobuf's generated
// classes. Tests compare the two.
#pragma once

#include <gnmi.pb.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.h"
#include "gnmi/wire.h"
#include "model/path_table.h"
#include "model/update.h"
#include "schema/profile.h"

namespace dm::gnmi::testing {

// Stands for a string that was not valid UTF-8 (protobuf's generated classes refuse those whole).
inline constexpr std::string_view kBadText = "\x01[not UTF-8]";

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// "delete P", "pattern P", "set P = V" with the encoding's tag before V, then everything else that is not
// zero. In the order of the batch.
std::vector<std::string> lines_of(const model::UpdateBatch& batch, const model::PathTable& paths);

// What the reader says: its lines, or one line "error CODE".
std::vector<std::string> lines_read(WireReader& reader, std::string_view message,
                                    const model::PathTable& paths);

// The same from a message of the generated classes.
std::vector<std::string> lines_expected(const ::gnmi::SubscribeResponse& response,
                                        const schema::Profile& profile, const core::Limits& limits);

}  // namespace dm::gnmi::testing
