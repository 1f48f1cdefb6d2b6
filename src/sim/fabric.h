// The whole simulated fabric in one object: switches, NetBox's face, Kestra's face, and the control API.
//
// One loop thread owns all state; gRPC, the relay and the HTTP faces have threads of their own. Start and
// destroy it on one thread; the accessors and call() may be used from any thread but the loop's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/http_server.h"
#include "sim/kestra_face.h"
#include "sim/lab.h"

namespace dm::sim {

class Fabric {
 public:
  struct Options {
    std::string lab_directory;
    std::shared_ptr<const Lab> lab;    // read before; null: read from lab_directory
    std::vector<std::string> devices;  // names; empty: all of the lab
    std::uint16_t gnmi_base_port = 0;  // of the first switch, the next ones follow; 0: free ports
    std::string control_listen = "127.0.0.1:0", netbox_listen = "127.0.0.1:0", kestra_listen = "127.0.0.1:0";
    std::string username = "admin", password = "admin";  // both empty: no check
    std::string netbox_token = "0123456789abcdef0123456789abcdef01234567";
    std::string kestra_key = "drift-monitor-demo-key";
    bool is_noisy = false;  // counters and re-sends about every 2 s
    bool is_tls = false;    // gNMI under TLS with certificate()
    std::function<void(const Arrival&)> on_arrival;  // on the loop
  };
  // Error: lab files, taken ports, an unknown device.
  static core::Result<std::unique_ptr<Fabric>> start(Options options);
  ~Fabric();

  std::vector<std::string> device_names() const;
  std::string device_address(const std::string& name) const;  // host:port; empty: not simulated
  std::string control_url() const;
  std::string netbox_url() const;
  std::string kestra_url() const;       // of the webhook, with the key
  const Options& options() const;
  const std::string& certificate() const;  // PEM, empty without TLS

  // A request to the control API without HTTP: call("POST", "/control/devices/leaf1/cli", "…").
  api::Response call(const std::string& method, const std::string& target, const std::string& body = {});

 private:
  struct Impl;
  explicit Fabric(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The lab that comes with the program: $FABRIC_SIM_LAB, beside the installed program, or in the sources.
std::string default_lab_directory();

}  // namespace dm::sim
