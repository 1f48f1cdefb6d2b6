#include "fleet/first_dump.h"

#include <fmt/format.h>

namespace dm::fleet {

void FirstDump::stream_ended() {
  synced_at_.reset();
  due_.reset();
  is_believed_ = false;
}

bool FirstDump::believe(std::size_t missing, std::size_t intended, core::SteadyTime now) {
  if (is_believed_) return true;
  const bool is_much = missing >= kLeast && missing * kShare >= intended;
  missing_ = missing;
  intended_ = intended;
  due_.reset();
  is_believed_ = !is_much || !synced_at_ || now >= *synced_at_ + wait_;
  if (!is_believed_) due_ = now + kLookAgain;
  return is_believed_;
}

std::string FirstDump::reason() const {
  if (!due_) return {};
  return fmt::format(
      "{} of {} intended leaves and entries are not there yet; this is believed only after {}, for a device that boots says its "
      "configuration late", missing_, intended_, core::to_text(wait_));
}

}  // namespace dm::fleet
