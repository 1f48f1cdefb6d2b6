#include "sim/device.h"

#include <algorithm>

#include "sim/gnmi_codec.h"

namespace dm::sim {
namespace {

grpc::Status to_status(const core::Error& error) {
  const auto code = error.code == core::Code::Unimplemented ? grpc::StatusCode::UNIMPLEMENTED
                                                            : grpc::StatusCode::INVALID_ARGUMENT;
  return {code, error.message};
}

bool is_counter(const model::Path& path) {
  const auto& elements = path.elements;
  return elements.size() > 2 && elements[elements.size() - 2].name == "counters";
}

}  // namespace

Device::Device(World world, const LabDevice& lab)
    : world_(world), name_(lab.name), timer_(*world.loop) {
  model_ = DeviceModel(lab.leaves, now_ns());
}

core::Result<std::unique_ptr<Device>> Device::start(World world, const LabDevice& lab,
                                                    std::uint16_t port, GnmiServer::Options options) {
  std::unique_ptr<Device> device(new Device(world, lab));
  Device* self = device.get();
  GnmiServer::Backend backend;
  backend.subscribe = [self](std::shared_ptr<Outlet> outlet, ::gnmi::SubscribeRequest request) {
    self->world_.loop->post([self, outlet = std::move(outlet), request = std::move(request)] {
      self->subscribe(outlet, request);
    });
  };
  backend.get = [self](::gnmi::GetRequest request, GnmiServer::GetDone done) {
    self->world_.loop->post([self, request = std::move(request), done = std::move(done)] {
      self->get(request, done);
    });
  };
  backend.capabilities = [self](GnmiServer::CapabilitiesDone done) {
    self->world_.loop->post([self, done = std::move(done)] { self->capabilities(done); });
  };
  auto server = GnmiServer::start(std::move(options), std::move(backend));
  if (!server) return server.error();
  device->server_ = *std::move(server);
  auto bound = device->relay().add(port, device->server_->port());
  if (!bound) return bound.error();
  device->port_ = *bound;
  return device;
}

std::string Device::address() const { return "127.0.0.1:" + std::to_string(port_); }

std::int64_t Device::now_ns() const { return world_.clock->wall_now().time_since_epoch().count(); }

std::size_t Device::streams() const {
  return static_cast<std::size_t>(std::count_if(subscribers_.begin(), subscribers_.end(),
                                                [](const auto& one) { return one->is_open(); }));
}

void Device::subscribe(std::shared_ptr<Outlet> outlet, const ::gnmi::SubscribeRequest& request) {
  subscribers_.remove_if([](const auto& one) { return !one->is_open(); });
  auto subscriber = Subscriber::from_request(request, *world_.schema, manners_, outlet);
  if (!subscriber) return outlet->finish(to_status(subscriber.error()));
  (*subscriber)->begin(model_, *world_.loop);
  subscribers_.push_back(*std::move(subscriber));
}

void Device::get(const ::gnmi::GetRequest& request, const GnmiServer::GetDone& done) const {
  if (!manners_.has_get) return done({grpc::StatusCode::UNIMPLEMENTED, "Get is not implemented"}, {});
  ::gnmi::GetResponse response;
  for (const ::gnmi::Path& asked : request.path()) {
    const auto path = path_from_proto(request.prefix(), asked);
    if (!path) return done(to_status(path.error()), {});
    if (const auto refusal = world_.schema->refusal(*path)) {
      return done({grpc::StatusCode::INVALID_ARGUMENT, *refusal}, {});
    }
    ::gnmi::Notification* notification = response.add_notification();  // EOS: timestamp 0
    if (!manners_.answers(request.prefix(), asked)) continue;
    for (const auto& [text, held] : model_.leaves()) {
      if (!shows(*path, held.leaf.path)) continue;
      ::gnmi::Update* update = notification->add_update();
      path_to_proto(held.leaf.path, *update->mutable_path());
      value_to_proto(held.leaf, *update->mutable_val());
    }
  }
  done(grpc::Status::OK, std::move(response));
}

void Device::capabilities(const GnmiServer::CapabilitiesDone& done) const {
  if (!manners_.has_capabilities) return done({grpc::StatusCode::UNIMPLEMENTED, "Capabilities is not implemented"}, {});
  ::gnmi::CapabilityResponse response;
  for (const std::string name : {"openconfig-interfaces", "openconfig-network-instance", "openconfig-bgp", "openconfig-vlan",
                                 "openconfig-system", "openconfig-lacp", "arista-exp-eos-vxlan", "arista-exp-eos-mlag",
                                 "arista-exp-eos-evpn"}) {
    ::gnmi::ModelData* model = response.add_supported_models();
    model->set_name(name);
    model->set_organization(name.starts_with("arista") ? "Arista Networks, Inc." : "OpenConfig working group");
    model->set_version(manners_.model_version);
  }
  for (const auto encoding : {::gnmi::JSON, ::gnmi::JSON_IETF, ::gnmi::ASCII}) response.add_supported_encodings(encoding);
  response.set_gnmi_version(manners_.gnmi_version);
  done(grpc::Status::OK, std::move(response));
}

void Device::apply(std::vector<Message> messages, bool ends_commit, std::function<void()> done) {
  if (messages.empty()) messages.emplace_back();
  for (Message& message : messages) queue_.push_back({std::move(message), false, {}});
  queue_.back().ends_commit = ends_commit;
  queue_.back().done = std::move(done);
  run_queue();
}

void Device::run_queue() {
  while (!is_waiting_ && !queue_.empty()) {
    Waiting& next = queue_.front();
    if (next.message.delay.count() > 0) {
      is_waiting_ = true;
      timer_.after(next.message.delay, [this] {
        is_waiting_ = false;
        queue_.front().message.delay = {};
        run_queue();
      });
      return;
    }
    const Waiting now = std::move(next);
    queue_.pop_front();
    say(now.message);
    if (now.ends_commit) {
      ++commits_;
      for (const auto& subscriber : subscribers_) subscriber->tell_commit(commits_);
    }
    if (now.done) now.done();
  }
}

void Device::say(const Message& message) {
  const std::int64_t now = now_ns();
  model_.apply(message, now);
  for (const auto& subscriber : subscribers_) subscriber->tell(message, now);
}

// Counters of one interface move in a burst; a few leaves, another few each time, are said again as they
// are (a heartbeat, or EOS' habit of re-sending a container).
void Device::make_noise() {
  subscribers_.remove_if([](const auto& one) { return !one->is_open(); });
  std::vector<const DeviceModel::Held*> again;
  Message burst;
  std::size_t index = 0;
  const std::size_t turn = noise_turn_++;
  for (const auto& [text, held] : model_.leaves()) {
    ++index;
    const auto* number = std::get_if<std::uint64_t>(&held.leaf.value.data);
    if (number != nullptr && is_counter(held.leaf.path)) {
      burst.updates.push_back({held.leaf.path, held.leaf.type, *number + 1 + index * 7 % 1000});
    } else if (index % 101 == turn % 101) {
      again.push_back(&held);
    }
  }
  for (const auto& subscriber : subscribers_) subscriber->repeat(again);
  say(burst);
}

core::Status Device::set_gate(GateState state) { return relay().set(port_, state); }

void Device::restart(std::vector<LeafValue> leaves) {
  relay().cut(port_);
  for (const auto& subscriber : subscribers_) subscriber->end();
  subscribers_.clear();
  queue_.clear();
  timer_.cancel();
  is_waiting_ = false;
  model_ = DeviceModel(std::move(leaves), now_ns());
}

}  // namespace dm::sim
