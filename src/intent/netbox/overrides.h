// Values that NetBox holds ready-made for a device, path by path: a key of its config context, or the
// configuration that a template renders for it. They win over the mapping, leaf by leaf. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/expectation.h"

namespace dm::intent::netbox {

struct Overrides {
  std::vector<model::Expectation> leaves;  // one per path, sorted by path text
  std::vector<std::string> mistakes;       // "line:column: what is wrong", of the text
};

// `text`: a JSON or YAML map of paths to values, each value as an intent file has it. What is wrong is left
// out, the rest counts.
Overrides read_overrides(std::string_view text, const model::Provenance& from, std::size_t most_bytes);

}  // namespace dm::intent::netbox
