#include "sim/subscriber.h"

#include <algorithm>
#include <chrono>

#include "core/check.h"
#include "schema/profile.h"
#include "sim/gnmi_codec.h"

namespace dm::sim {
namespace {

constexpr core::Duration kFastestSample = std::chrono::milliseconds(100);
constexpr core::Duration kDefaultSample = std::chrono::seconds(10);

core::Duration sample_interval(std::uint64_t asked_ns) {
  if (asked_ns == 0) return kDefaultSample;
  return std::max(kFastestSample, core::Duration(static_cast<std::int64_t>(asked_ns)));
}

Outlet::Response sync_response() {
  auto response = std::make_shared<::gnmi::SubscribeResponse>();
  response->set_sync_response(true);
  return response;
}

}  // namespace

bool is_get_only(const model::Path& path) {
  return path.elements.size() >= 3 && path.elements[0].name == "arista" &&
         path.elements[1].name == "eos" &&
         (path.elements[2].name == "mlag" || path.elements[2].name == "evpn");
}

core::Result<std::unique_ptr<Subscriber>> Subscriber::from_request(
    const ::gnmi::SubscribeRequest& request, const SchemaTree& schema, const Manners& manners,
    std::shared_ptr<Outlet> outlet) {
  const ::gnmi::SubscriptionList& list = request.subscribe();
  if (list.mode() == ::gnmi::SubscriptionList::POLL) {
    return core::Error{core::Code::Unimplemented, "subscription mode POLL is not supported"};
  }
  if (list.subscription().empty()) {
    return core::Error{core::Code::InvalidArgument, "no subscription in the subscription list"};
  }
  std::unique_ptr<Subscriber> subscriber(new Subscriber);
  subscriber->outlet_ = std::move(outlet);
  subscriber->target_ = list.prefix().target();
  subscriber->is_once_ = list.mode() == ::gnmi::SubscriptionList::ONCE;
  subscriber->is_updates_only_ = list.updates_only();
  for (const auto& extension : request.extension()) {
    subscriber->wants_commits_ |= extension.config_subscription().has_start();
  }
  for (const ::gnmi::Subscription& item : list.subscription()) {
    auto path = path_from_proto(list.prefix(), item.path());
    if (!path) return core::Error{path.error().code, "failed to subscribe: " + path.error().message};
    if (const auto refusal = schema.refusal(*path)) {
      return core::Error{core::Code::InvalidArgument,
                         "failed to subscribe to " + model::to_text(*path) + ": " + *refusal};
    }
    if (list.mode() == ::gnmi::SubscriptionList::STREAM) {
      if (const auto refusal = manners.refusal(*path, item.mode())) {
        return core::Error{core::Code::InvalidArgument, *refusal};
      }
    }
    if (!manners.answers(list.prefix(), item.path())) continue;  // taken, and never mentioned again
    Entry entry;
    entry.path = *std::move(path);
    entry.is_sample = item.mode() == ::gnmi::SAMPLE;
    if (entry.is_sample) {
      entry.interval = sample_interval(item.sample_interval());
    } else if (item.heartbeat_interval() != 0) {
      entry.interval = sample_interval(item.heartbeat_interval());
    }
    subscriber->entries_.push_back(std::move(entry));
  }
  return subscriber;
}

bool Subscriber::wants(const model::Path& path) const {
  const auto asked = [&](const Entry& entry) { return shows(entry.path, path); };
  if (wants_commits_ && !schema::classify(path).is_config) return false;
  return !is_get_only(path) && std::any_of(entries_.begin(), entries_.end(), asked);
}

// A delete may lie at, below or above what was asked for; all three are told as they are.
bool Subscriber::hears_of_delete(const model::Path& path) const {
  const auto concerned = [&](const Entry& entry) {
    return entry.path.elements.empty() || model::match(entry.path, path) != model::Match::None;
  };
  return !is_get_only(path) && std::any_of(entries_.begin(), entries_.end(), concerned);
}

void Subscriber::send(const model::Path& path, const DeviceModel::Held& held) {
  auto response = std::make_shared<::gnmi::SubscribeResponse>();
  ::gnmi::Notification* notification = response->mutable_update();
  notification->set_timestamp(held.timestamp_ns);
  if (!target_.empty()) notification->mutable_prefix()->set_target(target_);
  ::gnmi::Update* update = notification->add_update();
  path_to_proto(path, *update->mutable_path());
  value_to_proto(held.leaf, *update->mutable_val());
  outlet_->push(std::move(response));
}

void Subscriber::dump(const DeviceModel& model, const Entry* only) {
  for (const auto& [text, held] : model.leaves()) {
    const bool is_due = only == nullptr ? wants(held.leaf.path)
                                        : shows(only->path, held.leaf.path) && !is_get_only(held.leaf.path);
    if (is_due) send(held.leaf.path, held);
  }
}

void Subscriber::begin(const DeviceModel& model, net::Loop& loop) {
  if (!is_updates_only_) dump(model, nullptr);
  outlet_->push(sync_response());
  if (is_once_) return outlet_->finish(grpc::Status::OK);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    timers_.push_back(std::make_unique<net::Timer>(loop));
    if (entries_[i].interval.count() > 0) schedule(model, i);
  }
}

void Subscriber::schedule(const DeviceModel& model, std::size_t entry) {
  timers_[entry]->after(entries_[entry].interval, [this, &model, entry] {
    if (!is_open()) return;
    dump(model, &entries_[entry]);
    schedule(model, entry);
  });
}

void Subscriber::tell(const Message& message, std::int64_t timestamp_ns) {
  auto response = std::make_shared<::gnmi::SubscribeResponse>();
  ::gnmi::Notification* notification = response->mutable_update();
  notification->set_timestamp(timestamp_ns);
  if (!target_.empty()) notification->mutable_prefix()->set_target(target_);
  for (const model::Path& gone : message.deletes) {
    if (hears_of_delete(gone)) path_to_proto(gone, *notification->add_delete_());
  }
  for (const LeafValue& leaf : message.updates) {
    if (!wants(leaf.path)) continue;
    ::gnmi::Update* update = notification->add_update();
    path_to_proto(leaf.path, *update->mutable_path());
    value_to_proto(leaf, *update->mutable_val());
  }
  if (notification->update().empty() && notification->delete_().empty()) return;
  outlet_->push(std::move(response));
}

void Subscriber::tell_commit(std::uint64_t id) {
  if (!wants_commits_) return;
  auto response = std::make_shared<::gnmi::SubscribeResponse>();
  auto& done = *response->add_extension()->mutable_config_subscription()->mutable_sync_done();
  done.set_server_commit_id(std::to_string(id));
  done.set_done(true);
  outlet_->push(std::move(response));
}

void Subscriber::repeat(const std::vector<const DeviceModel::Held*>& leaves) {
  for (const DeviceModel::Held* held : leaves) {
    if (wants(held->leaf.path)) send(held->leaf.path, *held);
  }
}

}  // namespace dm::sim
