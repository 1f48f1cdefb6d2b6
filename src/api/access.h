// Who may ask what: bearer tokens with the roles viewer and operator.
//
// Tokens file: one token a line, `viewer TOKEN` or `operator TOKEN`, `#` comments. Without a file
// everybody is an operator, which is why only loopback may be listened on then. Immutable.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace dm::api {

enum class Role { None, Viewer, Operator };

class Access {
 public:
  static Access open() { return {}; }
  // Error InvalidArgument: "file:line: what is wrong".
  static core::Result<Access> from_file(const std::string& file);
  static core::Result<Access> parse(std::string_view text, const std::string& file);

  // The role an Authorization header gives; compared in constant time.
  Role role_of(const std::string& authorization) const;

 private:
  std::vector<std::pair<Role, std::string>> tokens_;
  bool is_open_ = true;
};

}  // namespace dm::api
