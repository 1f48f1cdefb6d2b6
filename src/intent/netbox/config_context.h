// Reads single keys of a device's config context, which is kept as NetBox wrote it: JSON text. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dm::intent::netbox {

// The JSON of one key's value; nullopt: no such key, a null there, or no context at all.
std::optional<std::string> context_json(std::string_view context, std::string_view key);
// A text or number under the key, as text.
std::optional<std::string> context_text(std::string_view context, std::string_view key);

}  // namespace dm::intent::netbox
