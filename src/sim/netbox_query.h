// The query of a NetBox list: filters, fields, page. Internal to the NetBox face.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/json_value.h"

namespace dm::sim {

struct NetBoxQuery {
  std::vector<std::pair<std::string, std::string>> filters;  // repeated names stay repeated
  std::vector<std::string> fields;                            // empty: all
  bool is_brief = false;
  std::optional<std::size_t> limit;  // absent or malformed: the default
  std::size_t offset = 0;
  std::string ordering;
};

// Of a request target as sent. Malformed parts were refused before.
NetBoxQuery parse_query(std::string_view target);

// True when the row passes every filter that exists on rows like it; values of one name are alternatives.
bool passes(const NetBoxQuery& query, const Json& row);

// The row as asked for: all of it, `fields`, or brief.
Json projected(const NetBoxQuery& query, const Json& row);

}  // namespace dm::sim
