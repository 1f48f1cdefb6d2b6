// The control API of the fabric: what a person or a test does to it. Described in docs/fabric-sim.md.
//
// Lives on the fabric's loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_server.h"
#include "sim/device.h"
#include "sim/http_face.h"
#include "sim/kestra_face.h"
#include "sim/lab.h"
#include "sim/netbox_face.h"

namespace dm::sim {

using Devices = std::map<std::string, std::unique_ptr<Device>>;

class Control {
 public:
  struct Parts {  // all outlive the control
    const Lab* lab = nullptr;
    const core::Clock* clock = nullptr;
    Devices* devices = nullptr;
    KestraFace* kestra = nullptr;
    NetBoxFace* netbox = nullptr;
    HttpFace* kestra_http = nullptr;
    HttpFace* netbox_http = nullptr;
    bool* is_noisy = nullptr;
  };
  explicit Control(Parts parts) : parts_(parts) {}

  void handle(const api::Request& request, api::Respond respond);

 private:
  using Segments = std::vector<std::string_view>;
  void on_device(const api::Request& request, const Segments& segments, api::Respond respond);
  void apply(Device& device, std::vector<Message> messages, bool ends_commit, api::Respond respond);
  void run_cli(Device& device, const api::Request& request, api::Respond respond);
  void run_change(Device& device, std::string_view id, bool is_revert, api::Respond respond);
  api::Response restart(Device& device, const std::string& body);
  api::Response order_face(const std::string& body, HttpFace& http, const std::function<void(FaultPlan)>& take);
  api::Response status() const;
  api::Response changes() const;
  void events(const api::Request& request, api::Respond respond);

  Parts parts_;
};

}  // namespace dm::sim
