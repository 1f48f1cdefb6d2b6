// The tables, and how older files become today's. Each migration is one transaction.
#pragma once

#include "core/result.h"
#include "store/sqlite.h"

namespace dm::store {

// What this program reads and writes.
int schema_version();

// Brings the file to schema_version(). Error PermissionDenied: the file was written by a
// newer version of the program; it is left as it is.
core::Status migrate(Database& database);

// What the file says it is.
core::Result<int> stored_version(Database& database);

}  // namespace dm::store
