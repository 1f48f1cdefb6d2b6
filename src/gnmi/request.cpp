#include "gnmi/request.h"

#include <gnmi.pb.h>

#include <algorithm>

#include "core/check.h"

namespace dm::gnmi {
namespace {

::gnmi::Encoding to_encoding(std::string_view name) {
  if (name == "json") return ::gnmi::JSON;
  if (name == "proto") return ::gnmi::PROTO;
  if (name == "bytes") return ::gnmi::BYTES;
  if (name == "ascii") return ::gnmi::ASCII;
  return ::gnmi::JSON_IETF;
}

void fill(const model::Path& path, ::gnmi::Path& out) {
  out.set_origin(path.origin);
  for (const model::PathElement& element : path.elements) {
    ::gnmi::PathElem& elem = *out.add_elem();
    elem.set_name(element.name);
    for (const model::PathKey& key : element.keys) (*elem.mutable_key())[key.name] = key.value;
  }
}

}  // namespace

std::string subscribe_request(std::span<const SubscribePath> paths, const SubscribeOptions& options) {
  ::gnmi::SubscribeRequest request;
  ::gnmi::SubscriptionList& list = *request.mutable_subscribe();
  list.set_mode(::gnmi::SubscriptionList::STREAM);
  list.set_encoding(to_encoding(options.encoding));
  if (!options.target.empty()) list.mutable_prefix()->set_target(options.target);
  for (const SubscribePath& path : paths) {
    ::gnmi::Subscription& subscription = *list.add_subscription();
    fill(path.path, *subscription.mutable_path());
    const bool is_sample = path.mode == schema::PathMode::Sample;
    CHECK(is_sample || path.mode == schema::PathMode::OnChange, "a path that is not subscribed");
    // The protocol's default would be TARGET_DEFINED; an interval belongs to SAMPLE only.
    subscription.set_mode(is_sample ? ::gnmi::SAMPLE : ::gnmi::ON_CHANGE);
    if (is_sample) {
      subscription.set_sample_interval(static_cast<std::uint64_t>(std::max<std::int64_t>(options.sample_interval.count(), 0)));
    }
  }
  if (options.config_subscription) request.add_extension()->mutable_config_subscription()->mutable_start();
  if (options.depth > 0) request.add_extension()->mutable_depth()->set_level(options.depth);
  return request.SerializeAsString();
}

std::string get_request(const model::Path& path, const std::string& target, const std::string& encoding) {
  ::gnmi::GetRequest request;
  request.set_encoding(to_encoding(encoding));
  if (!target.empty()) request.mutable_prefix()->set_target(target);
  fill(path, *request.add_path());
  return request.SerializeAsString();
}

std::string once_request(const model::Path& path, const std::string& target, const std::string& encoding) {
  ::gnmi::SubscribeRequest request;
  ::gnmi::SubscriptionList& list = *request.mutable_subscribe();
  list.set_mode(::gnmi::SubscriptionList::ONCE);
  list.set_encoding(to_encoding(encoding));
  if (!target.empty()) list.mutable_prefix()->set_target(target);
  fill(path, *list.add_subscription()->mutable_path());
  return request.SerializeAsString();
}

}  // namespace dm::gnmi
