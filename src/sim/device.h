// One simulated switch: its leaves, its gNMI server, the wire in front of it, and who listens.
//
// Made and destroyed on the owner's thread, everything else on the fabric's loop, unless said otherwise.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "net/loop.h"
#include "sim/device_model.h"
#include "sim/gnmi_server.h"
#include "sim/manners.h"
#include "sim/relay.h"
#include "sim/schema_tree.h"
#include "sim/subscriber.h"

namespace dm::sim {

class Device {
 public:
  struct World {  // what all switches share; outlives them
    net::Loop* loop = nullptr;
    Relay* relay = nullptr;
    const SchemaTree* schema = nullptr;
    const core::Clock* clock = nullptr;
  };
  // Starts the gNMI server and the gate on 127.0.0.1:`port` (0: any). Error Unavailable.
  static core::Result<std::unique_ptr<Device>> start(World world, const LabDevice& lab,
                                                     std::uint16_t port, GnmiServer::Options options);
  // Ends the gNMI server and every RPC: on the owner's thread, while the loop still runs. The object
  // itself may go once the loop has ended.
  void stop_server() { server_.reset(); }

  const std::string& name() const { return name_; }         // any thread
  std::uint16_t port() const { return port_; }              // any thread
  std::string address() const;                              // any thread
  const DeviceModel& model() const { return model_; }
  std::size_t streams() const;

  // One after the other with their delays, behind what is still waiting; `done` after the last, which may be
  // the end of a commit.
  void apply(std::vector<Message> messages, bool ends_commit, std::function<void()> done);
  // Counters, state and unchanged leaves said again: what a switch tells without being changed.
  void make_noise();

  core::Status set_gate(GateState state);
  GateState gate() const { return relay().state(port_); }
  // For what is asked from now on; streams stay as they are.
  void set_manners(Manners manners) { manners_ = std::move(manners); }
  // As a reload: the streams break, and whoever comes back finds these leaves.
  void restart(std::vector<LeafValue> leaves);

 private:
  Device(World world, const LabDevice& lab);
  Relay& relay() const { return *world_.relay; }
  void subscribe(std::shared_ptr<Outlet> outlet, const ::gnmi::SubscribeRequest& request);
  void get(const ::gnmi::GetRequest& request, const GnmiServer::GetDone& done) const;
  void capabilities(const GnmiServer::CapabilitiesDone& done) const;
  void run_queue();
  void say(const Message& message);
  std::int64_t now_ns() const;

  struct Waiting {
    Message message;
    bool ends_commit = false;
    std::function<void()> done;  // after this one; may be empty
  };

  World world_;
  std::string name_;
  DeviceModel model_;
  Manners manners_;
  std::list<std::unique_ptr<Subscriber>> subscribers_;
  std::deque<Waiting> queue_;
  net::Timer timer_;
  bool is_waiting_ = false;
  std::uint64_t commits_ = 0;
  std::size_t noise_turn_ = 0;
  std::uint16_t port_ = 0;
  std::unique_ptr<GnmiServer> server_;
};

}  // namespace dm::sim
