// VLAN ids as EOS and people write them (10, "20..22"), reduced to one spelling. Pure; any thread.
#pragma once

#include "model/value.h"

namespace dm::schema {

// The same set as sorted, disjoint members: a number for one id, "lo..hi" for neighbours. What is no
// VLAN id or range (1..4094) is kept as it is, behind them. A scalar is a list of one.
model::Value compact_vlan_set(const model::Value& value);

}  // namespace dm::schema
