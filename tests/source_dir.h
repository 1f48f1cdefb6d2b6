// Where the checkout lies: for tests that read files of lab/, docs/ or tests/data.
#pragma once

#include <string>

namespace dm::tests {

// "<checkout>/<relative>".
std::string source_path(const std::string& relative);

}  // namespace dm::tests
