// One gNMI stream of a simulated switch: what it asked for, and what it is told.
//
// Lives on the fabric's loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "net/loop.h"
#include "sim/device_model.h"
#include "sim/manners.h"
#include "sim/outlet.h"
#include "sim/schema_tree.h"

namespace dm::sim {

class Subscriber {
 public:
  // Error InvalidArgument or Unimplemented: what EOS, or a switch of such manners, answers to such a request.
  static core::Result<std::unique_ptr<Subscriber>> from_request(const ::gnmi::SubscribeRequest& request,
                                                                const SchemaTree& schema, const Manners& manners,
                                                                std::shared_ptr<Outlet> outlet);

  // The first dump and sync_response; then, for SAMPLE and heartbeats, repetitions by `loop`'s timers,
  // for which `model` must outlive this object. ONCE ends here.
  void begin(const DeviceModel& model, net::Loop& loop);
  // What it is to know of a change.
  void tell(const Message& message, std::int64_t timestamp_ns);
  // The boundary of a commit, if it asked for boundaries (extension config_subscription).
  void tell_commit(std::uint64_t id);
  // Says these leaves again, one message each.
  void repeat(const std::vector<const DeviceModel::Held*>& leaves);
  // The switch goes away.
  void end() { outlet_->abort({grpc::StatusCode::UNAVAILABLE, "the switch restarts"}); }
  bool is_open() const { return outlet_->is_open(); }

 private:
  struct Entry {
    model::Path path;
    bool is_sample = false;
    core::Duration interval{0};  // of samples or heartbeats; 0: none
  };

  Subscriber() = default;
  bool wants(const model::Path& path) const;
  bool hears_of_delete(const model::Path& path) const;
  void dump(const DeviceModel& model, const Entry* only);
  void send(const model::Path& path, const DeviceModel::Held& held);
  void schedule(const DeviceModel& model, std::size_t entry);

  std::shared_ptr<Outlet> outlet_;
  std::string target_;
  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<net::Timer>> timers_;
  bool is_once_ = false;
  bool is_updates_only_ = false;
  bool wants_commits_ = false;  // and then configuration only
};

// Trees that EOS gives by Get only.
bool is_get_only(const model::Path& path);

}  // namespace dm::sim
