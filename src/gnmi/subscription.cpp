#include "gnmi/subscription.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace dm::gnmi {
namespace {

void add_once(model::Path request, std::size_t source, std::vector<model::Path>& requests, std::vector<std::size_t>& sources) {
  if (std::find(requests.begin(), requests.end(), request) != requests.end()) return;
  requests.push_back(std::move(request));
  sources.push_back(source);
}

}  // namespace

const model::Path& request_of(const Subscription& subscription, std::size_t source) {
  const auto find = [&](const std::vector<model::Path>& requests, const std::vector<std::size_t>& sources) {
    const auto found = std::find(sources.begin(), sources.end(), source);
    return found == sources.end() ? nullptr : &requests[static_cast<std::size_t>(found - sources.begin())];
  };
  const model::Path* streamed = find(subscription.requests, subscription.sources);
  const model::Path* request = streamed != nullptr ? streamed : find(subscription.get_requests, subscription.get_sources);
  CHECK(request != nullptr, "a path that is not asked for");
  return *request;
}

std::shared_ptr<const Subscription> make_subscription(const schema::Profile& profile, std::vector<schema::ProfilePath> paths) {
  Subscription made;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].mode == schema::PathMode::Off) continue;
    model::Path request = schema::to_request(profile, paths[i].path).path;
    if (paths[i].mode == schema::PathMode::Get) {
      add_once(std::move(request), i, made.get_requests, made.get_sources);
    } else {
      add_once(std::move(request), i, made.requests, made.sources);
    }
  }
  for (const std::size_t source : made.sources) made.modes.push_back(paths[source].mode);
  made.paths = std::move(paths);
  return std::make_shared<const Subscription>(std::move(made));
}

}  // namespace dm::gnmi
