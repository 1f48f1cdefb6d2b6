#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"
#include "gnmi/scrub.h"

namespace dm::cli {

int scrub_recording(const ScrubCommand& said) {
  const auto done = gnmi::scrub_recording(said.recording, said.output, {.addresses = said.addresses, .names = said.names}, core::Limits{});
  if (!done) {
    fmt::print(stderr, "{}\n", done.error().message);
    return 2;
  }
  fmt::print("{}: {} records, {} different words replaced{}{}\n", said.output, done->records, done->replaced,
             said.addresses ? ", addresses too" : "", said.names ? ", names too" : "");
  if (done->unreadable > 0) fmt::print("{} messages could not be read, and are replaced by ones that cannot be read\n", done->unreadable);
  return 0;
}

}  // namespace dm::cli
