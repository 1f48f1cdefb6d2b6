// Bytes that claim to be a SubscribeResponse: our reader against protobuf's generated classes, and what it
// reads on its way into a device's tree.
#include <google/protobuf/stubs/logging.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "gnmi/wire_lenient_parser.h"
#include "gnmi/wire_oracle.h"
#include "input.h"
#include "observed/tree.h"

namespace dm::gnmi::testing {
namespace {

core::Limits small_limits() {
  core::Limits limits;
  limits.path_depth = 8;
  limits.path_bytes = 512;
  limits.value_bytes = 64;
  return limits;
}

void compare(const std::vector<std::string>& said, const std::vector<std::string>& expected) {
  if (said == expected) return;
  for (const auto& line : said) std::fprintf(stderr, "ours:     %s\n", line.c_str());
  for (const auto& line : expected) std::fprintf(stderr, "protobuf: %s\n", line.c_str());
  CHECK(false, "our reader and protobuf disagree");
}

void against_protobuf(const std::string& message) {
  static const pb::LogSilencer silence;
  static const LenientParser parser;
  const core::Limits limits = small_limits();
  const schema::Profile profile;
  model::PathTable paths(nullptr);
  WireReader reader(profile, paths, limits);

  ::gnmi::SubscribeResponse response;
  const auto expected =
      parser.parse(message, response)
          ? lines_expected(response, profile, limits)
          : std::vector<std::string>{"error " + std::to_string(static_cast<int>(core::Code::Corrupt))};
  compare(lines_read(reader, message, paths), expected);
  compare(lines_read(reader, message, paths), expected);  // the memo answers
}

// The shipped profile has aliases and defaults, which the oracle does not know.
void into_a_tree(std::string_view message) {
  static const auto profile = schema::load_profile("arista-eos").profile;
  const core::Limits limits;
  model::PathTable paths(schema::classify);
  WireReader reader(*profile, paths, limits);
  observed::Tree tree(paths, limits);
  model::UpdateBatch batch;
  tree.begin_generation();
  for (int i = 0; i < 2; ++i) {
    if (!reader.read(as_bytes(message), batch)) return;
    tree.apply(batch);
  }
  CHECK(tree.leaves().size() <= batch.sets.size(), "more leaves than were said");
  for (const auto& set : batch.sets) {
    const model::Leaf* leaf = tree.leaves().find(set.path);
    CHECK(leaf != nullptr, "what was said last is not held");
    (void)model::to_json(model::decode(leaf->value.view()));
  }
  tree.begin_generation();
  tree.end_generation();
  CHECK(tree.leaves().size() == 0, "an empty dump leaves something");
}

}  // namespace
}  // namespace dm::gnmi::testing

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string message(dm::fuzz::text_of(data, size));
  dm::gnmi::testing::against_protobuf(message);
  dm::gnmi::testing::into_a_tree(message);
  return 0;
}
