#include "api/access.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <fstream>
#include <sstream>

#include "core/text.h"

namespace dm::api {
namespace {

constexpr std::size_t kShortestToken = 16;

}  // namespace

core::Result<Access> Access::from_file(const std::string& file) {
  std::ifstream in(file);
  if (!in) return core::Error{core::Code::InvalidArgument, fmt::format("{}: cannot be read", file)};
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str(), file);
}

core::Result<Access> Access::parse(std::string_view text, const std::string& file) {
  Access access;
  access.is_open_ = false;
  int number = 0;
  for (std::string_view line : core::split(text, '\n')) {
    ++number;
    line = core::trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const auto wrong = [&](std::string_view what) {
      return core::Error{core::Code::InvalidArgument, fmt::format("{}:{}: {}", file, number, what)};
    };
    const std::size_t space = line.find_first_of(" \t");
    if (space == std::string_view::npos) return wrong("write a role and a token: viewer TOKEN");
    const std::string_view role = line.substr(0, space);
    const std::string_view token = core::trim(line.substr(space));
    if (role != "viewer" && role != "operator") return wrong("the role is viewer or operator");
    if (token.size() < kShortestToken) return wrong("a token has at least 16 characters");
    access.tokens_.emplace_back(role == "viewer" ? Role::Viewer : Role::Operator, token);
  }
  if (access.tokens_.empty()) {
    return core::Error{core::Code::InvalidArgument, fmt::format("{}: holds no token", file)};
  }
  return access;
}

Role Access::role_of(const std::string& authorization) const {
  if (is_open_) return Role::Operator;
  constexpr std::string_view kBearer = "Bearer ";
  if (!authorization.starts_with(kBearer)) return Role::None;
  const std::string_view given = std::string_view(authorization).substr(kBearer.size());
  Role role = Role::None;
  for (const auto& [token_role, token] : tokens_) {
    const bool is_same = given.size() == token.size() && CRYPTO_memcmp(given.data(), token.data(), token.size()) == 0;
    if (is_same) role = token_role;
  }
  return role;
}

}  // namespace dm::api
