// How grave a difference or a finding is. Value type.
#pragma once

#include <string_view>

namespace dm::model {

enum class Severity { Info, Warning, Critical };
std::string_view to_text(Severity severity);

}  // namespace dm::model
