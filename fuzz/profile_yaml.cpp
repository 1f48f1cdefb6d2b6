// A file that claims to be a profile.
#include <string>

#include "input.h"
#include "schema/profile.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto load = dm::schema::parse_profile(dm::fuzz::text_of(data, size), "fuzz.yaml");
  CHECK((load.profile != nullptr) == load.errors.empty(), "neither a profile nor a mistake, or both");
  for (const std::string& error : load.errors) {
    CHECK(error.starts_with("fuzz.yaml:"), "a mistake without its place");
  }
  return 0;
}
