// The lines of the last good reading's file: one JSON document each, the devices one by one. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "intent/last_good.h"

namespace dm::intent {

// Calls `line` for every line, without its end; stops when it returns false.
void to_lines(const LastGood& good, const std::function<bool(const std::string&)>& line);

// Error Corrupt: not what to_lines() makes, or cut short. `time` is left unset.
core::Result<LastGood> from_lines(std::string_view text);

}  // namespace dm::intent
