#include "gnmi/subscription.h"

#include <algorithm>
#include <utility>

namespace dm::gnmi {

std::shared_ptr<const Subscription> make_subscription(const schema::Profile& profile, std::vector<schema::ProfilePath> paths) {
  Subscription made;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].mode != schema::PathMode::OnChange && paths[i].mode != schema::PathMode::Sample) continue;
    model::Path request = schema::to_request(profile, paths[i].path).path;
    if (std::find(made.requests.begin(), made.requests.end(), request) != made.requests.end()) continue;
    made.requests.push_back(std::move(request));
    made.sources.push_back(i);
  }
  made.paths = std::move(paths);
  return std::make_shared<const Subscription>(std::move(made));
}

}  // namespace dm::gnmi
