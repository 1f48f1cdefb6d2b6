// What reading NetBox costs us: a full reading of 500 devices with 60 interfaces each, and one changed interface.
//
// NetBox is a list server in this process, on a thread of its own, that answers from memory at once: what NetBox
// itself needs for such answers (minutes of CPU) is in docs/setup/netbox.md. CPU is that of the intent thread alone.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "api/http_server.h"
#include "core/check.h"
#include "core/text.h"
#include "intent/netbox/netbox_source.h"
#include "ranges.h"

namespace dm::bench {
namespace {

constexpr std::uint64_t kDevices = 500, kInterfaces = 60, kAddresses = 20, kVlans = 200;

double thread_cpu_milliseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

std::size_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::string brief(std::uint64_t id, const std::string& name) {
  return fmt::format(R"({{"id":{0},"url":"http://netbox/api/x/{0}/","display":"{1}","name":"{1}","slug":"{1}","description":""}})", id, name);
}

std::string vlan_brief(std::uint64_t id) {
  return fmt::format(R"({{"id":{0},"url":"http://netbox/api/ipam/vlans/{0}/","display":"vlan{0}","vid":{0},"name":"vlan{0}","description":""}})", id);
}

class NetBox {
 public:
  NetBox() {
    for (std::uint64_t id = 1; id <= kVlans; ++id) add_vlan(id);
    for (std::uint64_t id = 1; id <= kDevices; ++id) add_device(id);
    for (const char* path : {"/api/ipam/vrfs/", "/api/plugins/bgp/bgpsession/", "/api/core/object-changes/"}) rows_[path];
    auto server = api::HttpServer::start({}, [this](const api::Request& request) { return answer(request); });
    CHECK(server.has_value(), "a free port");
    server_ = std::move(*server);
  }

  std::string url() const { return "http://" + server_->address(); }

  // As a user does: one port, one row of the change log.
  void change_interface(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    auto& interfaces = rows_.at("/api/dcim/interfaces/");
    const auto at = std::find_if(interfaces.begin(), interfaces.end(), [id](const Row& row) { return row.id == id; });
    at->json = interface(id, at->device, at->name, ++changes_);
    rows_.at("/api/core/object-changes/").push_back(
        {changes_, 0, "", fmt::format(R"({{"id":{},"time":"2026-11-22T16:00:00Z","changed_object_type":"dcim.interface","changed_object_id":{}}})", changes_, id)});
  }

 private:
  struct Row {
    std::uint64_t id = 0, device = 0;
    std::string name, json;
  };

  static std::string interface(std::uint64_t id, std::uint64_t device, const std::string& name, std::uint64_t mark) {
    std::string tagged;
    for (std::uint64_t i = 0; i < 3; ++i) tagged += (i == 0 ? "" : ",") + vlan_brief(1 + (id + i) % kVlans);
    return fmt::format(
        R"({{"id":{0},"display_url":"http://netbox/dcim/interfaces/{0}/","device":{1},"name":"{2}","type":{{"value":"25gbase-x-sfp28","label":"SFP28"}},"enabled":true,"parent":null,"lag":null,"mtu":9214,"speed":null,"duplex":null,"mgmt_only":false,"description":"to host {3}","mode":{{"value":"tagged","label":"Tagged"}},"untagged_vlan":null,"tagged_vlans":[{4}],"qinq_svlan":null,"vrf":null,"custom_fields":{{"mlag_id":null,"mlag_peer_link":null}}}})",
        id, brief(device, fmt::format("sw{}", device)), name, mark, tagged);
  }

  void add_vlan(std::uint64_t id) {
    rows_["/api/vpn/l2vpns/"].push_back(
        {id, 0, "", fmt::format(R"({{"id":{0},"display_url":"http://netbox/vpn/l2vpns/{0}/","identifier":{1},"name":"l2vpn{0}","type":{{"value":"vxlan-evpn","label":"x"}},"status":{{"value":"active","label":"Active"}},"import_targets":[],"export_targets":[]}})", id, 10'000 + id)});
    rows_["/api/ipam/vlans/"].push_back(
        {id, 0, "", fmt::format(R"({{"id":{0},"display_url":"http://netbox/ipam/vlans/{0}/","vid":{0},"name":"vlan{0}","status":{{"value":"active","label":"Active"}},"site":null,"group":null,"l2vpn_termination":{{"id":{0},"l2vpn":{1}}},"tags":[]}})", id, brief(id, fmt::format("l2vpn{}", id)))});
  }

  void add_device(std::uint64_t id) {
    const std::string name = fmt::format("sw{}", id);
    rows_["/api/dcim/devices/"].push_back(
        {id, id, name, fmt::format(R"({{"id":{0},"display_url":"http://netbox/dcim/devices/{0}/","name":"{1}","status":{{"value":"active","label":"Active"}},"role":{2},"site":{3},"platform":null,"primary_ip":null,"oob_ip":null,"tags":[],"custom_fields":{{"asn":{4}}}}})", id, name, brief(1, "leaf"), brief(1, "dc1"), 65'000 + id)});
    auto& interfaces = rows_["/api/dcim/interfaces/"];
    auto& addresses = rows_["/api/ipam/ip-addresses/"];
    for (std::uint64_t i = 0; i < kInterfaces; ++i) {
      const std::string port = i == 0 ? "Loopback1" : fmt::format("Ethernet{}", i);
      interfaces.push_back({interfaces.size() + 1, id, port, interface(interfaces.size() + 1, id, port, 0)});
      if (i >= kAddresses) continue;
      addresses.push_back(
          {addresses.size() + 1, id, "", fmt::format(R"({{"id":{0},"display_url":"http://netbox/ipam/ip-addresses/{0}/","address":"10.{1}.{2}.{3}/31","vrf":null,"status":{{"value":"active","label":"Active"}},"role":null,"assigned_object_type":"dcim.interface","assigned_object_id":{4},"custom_fields":{{"virtual_ip":false}}}})", addresses.size() + 1, id / 250, id % 250, i, interfaces.size())});
    }
  }

  static std::vector<std::uint64_t> numbers(const api::Request& request, std::string_view name) {
    std::vector<std::uint64_t> found;
    for (const auto pair : core::split(std::string_view(request.target).substr(std::min(request.target.find('?') + 1, request.target.size())), '&')) {
      if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
        found.push_back(std::stoull(std::string(pair.substr(name.size() + 1))));
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  api::Response answer(const api::Request& request) {
    if (request.path == "/api/status/") return {.body = R"({"netbox-version":"4.4.10","plugins":{"netbox_bgp":"0.17.0"}})"};
    const std::lock_guard lock(mutex_);
    const auto rows = rows_.find(request.path);
    if (rows == rows_.end()) return {.status = 404, .body = R"({"detail":"Not found."})"};
    const auto devices = numbers(request, "device_id"), ids = numbers(request, "id"), above = numbers(request, "id__gt"), limit = numbers(request, "limit");
    const auto is_among = [](const std::vector<std::uint64_t>& values, std::uint64_t value) {
      return values.empty() || std::binary_search(values.begin(), values.end(), value);
    };
    std::size_t count = 0;
    std::string results;
    for (const Row& row : rows->second) {
      if ((!above.empty() && row.id <= above.front()) || !is_among(devices, row.device) || !is_among(ids, row.id)) continue;
      if (++count <= limit.at(0)) results += (results.empty() ? "" : ",") + row.json;
    }
    return {.body = fmt::format(R"({{"count":{},"next":null,"previous":null,"results":[{}]}})", count, results)};
  }

  std::mutex mutex_;
  std::map<std::string, std::vector<Row>> rows_;
  std::uint64_t changes_ = 0;
  std::unique_ptr<api::HttpServer> server_;
};

std::unique_ptr<intent::netbox::NetBoxSource> source_of(const NetBox& netbox, const core::Clock& clock) {
  config::NetBox settings;
  settings.url = netbox.url();
  return intent::netbox::make_netbox_source(settings, {true, "", {}}, 6030, {}, clock);
}

void NetBoxFullReading(benchmark::State& state) {
  NetBox netbox;
  const core::SystemClock clock;
  for (auto _ : state) {
    const std::size_t before = bytes_in_use();
    const double cpu = thread_cpu_milliseconds();
    const auto source = source_of(netbox, clock);
    const auto loaded = source->load({});
    CHECK(loaded.has_value() && loaded->devices.size() == kDevices, "everything is read");
    state.counters["CPU ms"] = thread_cpu_milliseconds() - cpu;
    state.counters["MB held"] = static_cast<double>(bytes_in_use() - before) / 1e6;
  }
}

void NetBoxOneChangedInterface(benchmark::State& state) {
  NetBox netbox;
  const core::SystemClock clock;
  const auto source = source_of(netbox, clock);
  CHECK(source->load({}).has_value(), "everything is read");
  std::uint64_t id = 0;
  double cpu = 0;
  for (auto _ : state) {
    netbox.change_interface(1 + (id += 61) % (kDevices * kInterfaces));
    const double before = thread_cpu_milliseconds();
    CHECK(source->load({}).has_value(), "the change is read");
    cpu += thread_cpu_milliseconds() - before;
  }
  state.counters["CPU ms"] = cpu / static_cast<double>(state.iterations());
}

void NetBoxNothingNew(benchmark::State& state) {
  NetBox netbox;
  const core::SystemClock clock;
  const auto source = source_of(netbox, clock);
  CHECK(source->load({}).has_value(), "everything is read");
  double cpu = 0;
  for (auto _ : state) {
    const double before = thread_cpu_milliseconds();
    CHECK(source->load({}).has_value(), "nothing is read");
    cpu += thread_cpu_milliseconds() - before;
  }
  state.counters["CPU ms"] = cpu / static_cast<double>(state.iterations());
}

BENCHMARK(NetBoxFullReading)->Iterations(1)->Unit(benchmark::kMillisecond)->Apply(with_range);
BENCHMARK(NetBoxOneChangedInterface)->Iterations(20)->Unit(benchmark::kMillisecond)->Apply(with_range);
BENCHMARK(NetBoxNothingNew)->Iterations(20)->Unit(benchmark::kMillisecond)->Apply(with_range);

}  // namespace
}  // namespace dm::bench
