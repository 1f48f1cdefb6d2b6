// Refuses a reading of intent in which too much has vanished at once.
//
// A token that lost a permission, a filter that NetBox stopped to understand or a half-restored
// database look exactly like a mass deletion. So what was there and is gone is counted: devices,
// and expectations (leaves and entries) per device and in total. Changed values are no loss. Pure.
#pragma once

#include "core/result.h"
#include "intent/source.h"

namespace dm::intent {

struct GuardPolicy {
  double max_loss_percent = 20;
  // Losses of no more expectations than this are never refused: small devices lose large shares.
  std::size_t always_allowed = 10;
};

// Error ResourceExhausted: more than the policy allows is gone, or all devices; the message says
// what. Devices that `next` calls suspended are not lost.
core::Status check_loss(const Loaded& previous, const Loaded& next, const GuardPolicy& policy);

}  // namespace dm::intent
