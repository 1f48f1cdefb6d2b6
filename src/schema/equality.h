// The one place that says when two values of a leaf are the same (product rule 6).
//
// Numbers by value whatever form carried them; identities without module; lists as sets unless
// ordered; VLAN ranges expanded; addresses, prefixes and MACs canonical. Pure; any thread.
#pragma once

#include "model/value.h"
#include "schema/leaf_table.h"

namespace dm::schema {

// The value in the canonical form of its type: equal leaves have equal canonical values. A value that
// does not fit its type is returned as it is (and equals only itself).
model::Value canonical(const LeafType& type, const model::Value& value);

bool equal(const LeafType& type, const model::Value& a, const model::Value& b);

// VLAN ids as ranges for people and events: 10, 20..22. Input in any accepted spelling.
model::Value compact_vlans(const model::Value& value);

}  // namespace dm::schema
