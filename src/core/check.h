// CHECK(condition, "why"): a broken assumption of ours ends the process, in every build, with the
// place and the reason. Never for anything a peer, a file or a user can cause.
#pragma once

namespace dm::core {
[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);
}

#define CHECK(condition, why) \
  ((condition) ? static_cast<void>(0) : ::dm::core::check_failed(#condition, why, __FILE__, __LINE__))
