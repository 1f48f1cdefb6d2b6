// A value as JSON of bounded length: whole if it fits, else cut so that a person sees what it was.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/value.h"

namespace dm::drift {

struct CutJson {
  std::string json;
  bool is_cut = false;
};

// About `budget` bytes at most (never more than budget + 64). Forms of a cut value: event_json.h.
CutJson to_cut_json(const model::Value& value, std::size_t budget);

// A JSON string, malformed UTF-8 replaced.
std::string quoted(std::string_view text);

}  // namespace dm::drift
