// The devices of one event loop: adds, replaces and removes them, hands them their intent, publishes
// what they are.
//
// Its own thread runs the loop; every public method may be called from any thread and posts to it.
#pragma once

#include <functional>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fleet/device.h"
#include "fleet/status.h"
#include "model/expectation.h"

namespace dm::fleet {

class Shard {
 public:
  struct Options {
    const core::Clock& clock;
    core::Logger& log;
    metrics::Registry& metrics;
    core::Limits limits;
    // Makes a batch durable; `done` may come from any thread, and comes once for each call. Null:
    // nothing is recorded (one-shot checks).
    std::function<void(model::LedgerBatch, std::function<void(const core::Status&)>)> commit;
    core::Duration commit_retry = std::chrono::seconds(1);  // how often a disk that refuses is asked again
  };
  explicit Shard(Options options);
  ~Shard();  // ends every stream, waits for the commits on their way, then ends the thread
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // The complete set of devices. Unchanged ones keep their stream; others are started or stopped.
  // `open` holds the stored open drifts of devices that may be new.
  void set_devices(std::vector<DeviceSpec> specs, std::map<std::string, std::vector<model::Drift>> open);
  void set_intent(std::shared_ptr<const model::IntentSnapshot> intent);
  void retry_all();  // devices that wait in a backoff try again at once

  std::shared_ptr<const FleetView> view() const;
  // Leaves of one device as of now; nullopt: no such device.
  std::future<std::optional<std::vector<LeafStatus>>> leaves(std::string device);
  // Differences of one device as of now, whatever their hold time (one-shot checks).
  std::future<std::optional<std::vector<model::Difference>>> differences(std::string device);
  // What the rules of compare.ignore hide of one device as of now.
  std::future<std::optional<std::vector<Ignored::Hidden>>> ignored(std::string device);
  // Why one leaf or list entry has the verdict it has now.
  std::future<std::optional<Explanation>> explain(std::string device, model::Path path);
  // Called on the loop's thread after the view changed.
  void set_on_view(std::function<void()> callback);

 private:
  // Asks one device on the loop; nullopt: there is no such device.
  template <class T, class Question>
  std::future<std::optional<T>> ask(std::string device, Question question);
  void apply(std::vector<DeviceSpec> specs, std::map<std::string, std::vector<model::Drift>> open);
  void start(DeviceSpec spec, Device::Past past);
  void retire(Device& device);
  Device::Past newcomer(const DeviceSpec& spec, std::vector<model::Drift> open);
  void commit(const model::LedgerBatch& batch, std::function<void(const core::Status&)> done);
  void stop_if_committed();
  void give_intent(Device& device);
  void publish_soon();
  void publish();
  // What all devices share that are asked and read alike: the paths, and how they are spelled on the wire.
  struct Spellings {
    std::shared_ptr<const schema::Profile> profile;  // of one of them
    std::unique_ptr<model::PathTable> paths;
    std::shared_ptr<gnmi::PathMemo> memo;
    std::map<std::string, std::shared_ptr<gnmi::PathShare>> shares;  // of the devices that ever were
  };
  Spellings& spellings_of(const std::shared_ptr<const schema::Profile>& profile);

  Options options_;
  net::Loop loop_;
  net::Timer publish_timer_;
  bool is_publish_due_ = false;
  gnmi::DialLimiter dials_;
  gnmi::LoginGuard logins_;
  std::size_t all_paths_ = 0;  // of the tables in spellings_
  std::list<Spellings> spellings_;
  std::map<std::string, std::unique_ptr<Device>> devices_;
  std::map<std::string, std::unique_ptr<Recorder>> leaving_;  // of removed devices, until all is written
  std::size_t commits_ = 0;  // on their way
  bool is_ending_ = false;
  std::map<std::string, bool> is_dirty_;
  std::map<std::string, std::shared_ptr<const DeviceStatus>> statuses_;
  std::shared_ptr<const model::IntentSnapshot> intent_;
  std::function<void()> on_view_;
  mutable std::mutex view_mutex_;  // guards view_ only
  std::shared_ptr<const FleetView> view_;
  std::thread thread_;
};

}  // namespace dm::fleet
