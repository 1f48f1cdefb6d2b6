// Text that claims to be JSON, as a value of a leaf or of a whole subtree.
#include <nlohmann/json.hpp>
#include <string>

#include "gnmi/json_value.h"
#include "input.h"
#include "model/value.h"

namespace dm::gnmi {
namespace {

// Counts what is held: nothing else may be read from an encoding.
void look_at(std::string_view encoded) {
  std::string again;
  model::encode(model::decode(encoded), again);
  CHECK(again == encoded, "a value is not what its encoding says");
}

void take_apart(const JsonValue& json, const core::Limits& limits, const std::string& base) {
  const model::Path at = *model::parse_path(base);
  std::size_t leaves = 0;
  json.flatten(at, {.leaf =
                        [&](const model::Path& leaf, std::string_view encoded) {
                          ++leaves;
                          CHECK(model::match(at, leaf) != model::Match::None, "a leaf outside of its subtree");
                          CHECK(leaf.elements.size() <= limits.path_depth, "a leaf deeper than the limit");
                          CHECK(encoded.size() <= limits.value_bytes, "a value longer than the limit");
                          if (!encoded.empty()) look_at(encoded);
                          (void)model::to_text(leaf);
                        },
                    .unread = [&](const model::Path& where, model::UnreadKind) { (void)model::to_text(where); }});
  CHECK(leaves <= limits.leaves_per_device, "more leaves than the limit");
}

}  // namespace
}  // namespace dm::gnmi

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using dm::gnmi::JsonShape;
  const std::string_view text = dm::fuzz::text_of(data, size);
  static const auto profile = dm::schema::load_profile("arista-eos").profile;
  dm::core::Limits limits;
  limits.path_depth = 8;
  limits.value_bytes = 64;
  limits.leaves_per_device = 100;
  dm::gnmi::JsonValue json(*profile, limits);

  const JsonShape shape = json.parse(text);
  // A second opinion: what is no JSON for one reader is none for the other, which may give up at the depth before it
  // comes to what is wrong.
  if (!nlohmann::json::accept(text)) CHECK(shape == JsonShape::Bad || shape == JsonShape::TooDeep, "this is no JSON");
  if (shape == JsonShape::Leaf || shape == JsonShape::EmptyArray) {
    std::string encoded;
    json.encode(encoded);
    if (!encoded.empty()) dm::gnmi::look_at(encoded);
  }
  if (shape == JsonShape::Tree) {
    for (const char* base : {"/", "/interfaces/interface", "/interfaces/interface[name=Ethernet1]/config"}) {
      dm::gnmi::take_apart(json, limits, base);
    }
  }
  return 0;
}
