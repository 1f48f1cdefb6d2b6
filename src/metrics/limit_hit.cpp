#include "metrics/limit_hit.h"

namespace dm::metrics {

std::string_view limit_named_in(std::string_view message) {
  constexpr std::string_view kBefore = "limits.";
  const std::size_t at = message.find(kBefore);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = message.substr(at + kBefore.size());
  return rest.substr(0, rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"));
}

void count_limit_hit(std::string_view message, Registry& registry) {
  const std::string_view limit = limit_named_in(message);
  if (!limit.empty()) registry.add(Metric::LimitHits, 1, limit);
}

}  // namespace dm::metrics
