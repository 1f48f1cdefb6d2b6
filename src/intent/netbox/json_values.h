// Reads JSON values tolerantly: what has another type than expected reads as nothing.
//
// Shows the JSON library: for the .cpp files of this folder only. Every function but
// read_document() may throw simdjson_error, which read_document() turns into an Error.
#pragma once

#include <fmt/format.h>
#include <simdjson.h>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "intent/netbox/tables.h"
#include "model/value.h"

namespace dm::intent::netbox {

namespace od = simdjson::ondemand;

// Numbers beyond 64 bits keep their text. Lists and objects are absent.
model::Value scalar_of(od::value value);
std::string text_of(od::value value);
bool bool_of(od::value value, bool otherwise);
std::optional<std::uint64_t> unsigned_of(od::value value);
std::optional<std::int64_t> signed_of(od::value value);
// {"value": "active", "label": "Active"}, or the value alone.
std::string choice_of(od::value value);
Brief brief_of(od::value value);
std::vector<Brief> briefs_of(od::value value);
CustomFields custom_fields_of(od::value value);

// Runs `read` over the document; whatever is wrong with the bytes becomes one Error.
template <class T, std::invocable<od::object> Read>
core::Result<T> read_document(std::string_view json, Read read) {
  try {
    od::parser parser;
    const simdjson::padded_string padded(json);
    od::document document = parser.iterate(padded);
    core::Result<T> result = read(document.get_object());
    if (!result || document.current_location().error() == simdjson::OUT_OF_BOUNDS) return result;
    return core::Error{core::Code::Corrupt, "the answer goes on after its JSON ends"};
  } catch (const simdjson::simdjson_error& e) {
    return core::Error{core::Code::Corrupt,
                       fmt::format("the answer is not the JSON expected: {}", e.what())};
  }
}

}  // namespace dm::intent::netbox
