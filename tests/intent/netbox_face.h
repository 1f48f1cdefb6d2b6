// A NetBox for tests: the recorded lists behind a real HTTP server, paged as NetBox pages them.
//
// Like the real one it caps `limit`, ignores parameters it does not know, answers 403 to a wrong
// token and 400 to a device that does not exist, and builds `next` from a host that is not its own.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/http_server.h"
#include "core/text.h"
#include "intent/netbox_faults.h"

namespace dm::intent::testing_support {

class NetBoxFace {
 public:
  using Override = std::function<std::optional<api::Response>(const api::Request&)>;

  // `page_cap`: MAX_PAGE_SIZE of this server.
  explicit NetBoxFace(std::size_t page_cap = 50) : page_cap_(page_cap) {
    load("/api/dcim/devices/", {"dcim_devices_excl_cc_p1"});
    load("/api/dcim/interfaces/",
         {"dcim_interfaces_ordering_id_p1", "dcim_interfaces_ordering_id_p2",
          "dcim_interfaces_ordering_id_p3"});
    load("/api/ipam/ip-addresses/", {"ipam_ip-addresses_p1", "ipam_ip-addresses_p2"});
    load("/api/ipam/vlans/", {"ipam_vlans_p1"});
    load("/api/ipam/vrfs/", {"ipam_vrfs_p1"});
    load("/api/vpn/l2vpns/", {"vpn_l2vpns_p1"});
    load("/api/plugins/bgp/bgpsession/",
         {"plugins_bgp_bgpsession_p1", "plugins_bgp_bgpsession_p2"});
    load("/api/plugins/bgp/bgppeergroup/", {"plugins_bgp_peer-group_p1"});
    load("/api/ipam/vlan-groups/", {"ipam_vlan-groups_p1"});
    for (const char* empty : {"/api/dcim/regions/", "/api/dcim/site-groups/", "/api/dcim/locations/"}) rows_[empty];
    rows_["/api/dcim/sites/"] = {{1, 0, R"({"id":1,"name":"EVPN Lab","region":null,"group":null,"asns":[]})"}};
    rows_["/api/core/object-changes/"];  // nothing changed lately
    status_ = netbox_file("status.json");
    auto started =
        api::HttpServer::start_deferred({}, [this](const api::Request& request, api::Respond respond) {
          handle(request, std::move(respond));
        });
    EXPECT_TRUE(started) << (started ? "" : started.error().message);
    if (started) server_ = std::move(*started);
  }

  std::string url() const { return "http://" + server_->address(); }
  static std::string token() { return "0123456789abcdef0123456789abcdef01234567"; }

  // Asked first for every request; nullopt = the ordinary answer. Any thread.
  void override_with(Override override) {
    const std::lock_guard lock(mutex_);
    override_ = std::move(override);
  }
  // What happens to the next requests of `path`, one after the other; `path` may end in `*`.
  void script(const std::string& path, std::vector<Fault> faults) {
    const std::lock_guard lock(mutex_);
    scripts_.emplace_back(path, std::deque<Fault>(faults.begin(), faults.end()));
  }
  bool is_script_over() const {
    const std::lock_guard lock(mutex_);
    return std::all_of(scripts_.begin(), scripts_.end(), [](const auto& script) { return script.second.empty(); });
  }
  // What happens to every request from now on; nullopt: it is answered properly again.
  void break_down(std::optional<Fault> fault) {
    const std::lock_guard lock(mutex_);
    breakdown_ = std::move(fault);
  }
  // From now on: "4.6.8" knows `start`. What netbox-bgp's filters know is another matter.
  void set_version(const std::string& version) {
    const std::lock_guard lock(mutex_);
    version_ = version;
    status_ = replaced(netbox_file("status.json"), "4.4.10", version);
  }
  void set_status(const std::string& json) {
    const std::lock_guard lock(mutex_);
    status_ = json;
  }
  void accept_token(const std::string& token) {
    const std::lock_guard lock(mutex_);
    other_token_ = "Bearer " + token;
  }
  // Rewrites each row of a list.
  void edit(const std::string& path, const std::function<std::string(const std::string&)>& change) {
    const std::lock_guard lock(mutex_);
    for (Row& row : rows_[path]) row.json = change(row.json);
  }
  void remove_list(const std::string& path) {
    const std::lock_guard lock(mutex_);
    rows_.erase(path);
  }
  void rename_list(const std::string& path, const std::string& to) {
    const std::lock_guard lock(mutex_);
    rows_[to] = std::exchange(rows_[path], {});
    rows_.erase(path);
  }
  // Keyset parameters are ignored for this list.
  void without_keyset(const std::string& path) {
    const std::lock_guard lock(mutex_);
    offset_only_.insert(path);
  }
  void remove_device(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(rows_["/api/dcim/interfaces/"], [id](const Row& row) { return row.device == id; });
    gone_devices_.insert(id);
  }
  // A row of the change log: the object is not what it was.
  void log_change(const std::string& type, std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    auto& log = rows_["/api/core/object-changes/"];
    const std::uint64_t row = 534 + log.size();
    log.push_back({row, 0, fmt::format(R"({{"id":{},"time":"2026-11-22T16:00:00Z","changed_object_type":"{}","changed_object_id":{}}})", row, type, id)});
  }
  void clear(const std::string& path) {
    const std::lock_guard lock(mutex_);
    rows_[path].clear();
  }
  std::vector<api::Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::size_t count_of(const std::string& path) const {
    const auto seen = requests();
    return static_cast<std::size_t>(
        std::count_if(seen.begin(), seen.end(),
                      [&path](const api::Request& request) { return request.path == path; }));
  }

 private:
  struct Row {
    std::uint64_t id = 0;
    std::uint64_t device = 0;
    std::string json;
    std::string name = {};  // of devices
  };

  void load(const std::string& path, const std::vector<std::string>& files) {
    simdjson::dom::parser parser;
    for (const std::string& file : files) {
      const std::string text = netbox_file("paged50/" + file + ".json");
      for (const simdjson::dom::element row : simdjson::dom::array(parser.parse(text)["results"])) {
        Row kept{row["id"].get_uint64().value(), 0, simdjson::minify(row)};
        simdjson::dom::element device;
        if (path == "/api/dcim/interfaces/") kept.device = row["device"]["id"].get_uint64().value();
        if (path == "/api/dcim/devices/") kept.name = row["name"].get_string().value();
        rows_[path].push_back(std::move(kept));
      }
    }
    std::sort(rows_[path].begin(), rows_[path].end(),
              [](const Row& a, const Row& b) { return a.id < b.id; });
  }

  static std::size_t number(const api::Request& request, const std::string& name,
                            std::size_t otherwise) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? otherwise : std::stoul(found->second);
  }

  static std::vector<std::uint64_t> values(const api::Request& request, const std::string& name) {
    std::vector<std::uint64_t> ids;
    const std::string_view target = request.target;
    for (const auto pair :
         core::split(target.substr(std::min(target.find('?') + 1, target.size())), '&')) {
      if (pair.starts_with(name + "=")) ids.push_back(std::stoul(std::string(pair.substr(name.size() + 1))));
    }
    return ids;
  }

  struct Late {
    api::Respond respond;
    api::Response response;
    int later = 0;
  };

  std::optional<Fault> next_fault(const api::Request& request) {
    if (breakdown_) return breakdown_;
    for (auto& [path, faults] : scripts_) {
      const bool is_prefix = path.ends_with('*') && request.path.starts_with(std::string_view(path).substr(0, path.size() - 1));
      if (faults.empty() || !(is_prefix || request.path == path)) continue;
      const Fault fault = faults.front();
      faults.pop_front();
      return fault;
    }
    return std::nullopt;
  }

  void handle(const api::Request& request, api::Respond respond) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    const Fault fault = next_fault(request).value_or(Fault{Fault::Kind::Late, {}, 0});
    if (fault.kind == Fault::Kind::Silence) return held_.push_back({std::move(respond), {}, -1});
    api::Response response = fault.kind == Fault::Kind::Answer ? fault.response : answer(request);
    response.drop = fault.kind == Fault::Kind::Drop;
    if (fault.kind == Fault::Kind::Half) response.body.resize(response.body.size() / 2);
    if (fault.later > 0) return held_.push_back({std::move(respond), std::move(response), fault.later});
    respond(std::move(response));
    for (Late& late : held_) {
      if (--late.later == 0) late.respond(std::move(late.response));
    }
    std::erase_if(held_, [](const Late& late) { return late.later == 0; });
  }

  api::Response answer(const api::Request& request) {
    if (override_) {
      if (auto response = override_(request)) return *response;
    }
    const auto authorization = request.headers.find("authorization");
    if (authorization == request.headers.end())
      return {403, "application/json", netbox_file("errors/missing_token.json"), {}};
    const bool is_bearer = authorization->second.starts_with("Bearer");
    if (is_bearer && authorization->second != other_token_)
      return {403, "application/json", netbox_file("errors/bearer_v1_token.json"), {}};
    if (!is_bearer && authorization->second != "Token " + token())
      return {403, "application/json", netbox_file("errors/bad_token.json"), {}};
    if (!request.path.ends_with('/')) return {301, "text/html; charset=utf-8", "", {{"Location", request.path + "/"}}};
    if (request.path == "/api/status/") return {200, "application/json", status_, {}};
    const auto rows = rows_.find(request.path);
    if (rows == rows_.end())
      return {404, "text/html; charset=utf-8", netbox_file("errors/not_found_path.html"), {}};
    return page(request, rows->second);
  }

  static bool is_asked(const std::vector<std::uint64_t>& values, std::uint64_t value) {
    return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
  }

  api::Response page(const api::Request& request, const std::vector<Row>& rows) const {
    const std::vector<std::uint64_t> devices = values(request, "device_id"), ids = values(request, "id");
    for (const std::uint64_t device : devices) {
      if (!gone_devices_.contains(device)) continue;
      return {400, "application/json",
              replaced(netbox_file("errors/filter_nonexistent_id.json"), "999999", std::to_string(device)), {}};
    }
    const bool has_keyset = !offset_only_.contains(request.path);
    const bool has_start = has_keyset && version_ >= "4.6" && request.query.contains("start");
    if (has_start && (request.query.contains("offset") || request.query.contains("ordering")))
      return {400, "application/json", R"({"detail":"start excludes offset and ordering"})", {}};
    const std::size_t above = has_start ? number(request, "start", 0) - 1 : has_keyset ? number(request, "id__gt", 0) : 0;
    std::vector<const Row*> found;
    for (const Row& row : rows) {
      const bool is_named = row.name.empty() || !request.query.contains("name") ||
                            request.target.find("name=" + row.name + "&") != std::string::npos;
      if (is_named && row.id > above && is_asked(devices, row.device) && is_asked(ids, row.id)) found.push_back(&row);
    }
    const std::size_t limit = std::min(number(request, "limit", 50), page_cap_);
    const std::size_t offset = number(request, "offset", 0);
    std::string results;
    const bool excludes = version_ < "4.7" && request.query.contains("exclude");  // 4.7 ignores it
    for (std::size_t i = offset; i < std::min(offset + limit, found.size()); ++i) {
      results += (results.empty() ? "" : ",") + (excludes ? replaced(found[i]->json, "\"config_context\":", "\"_\":") : found[i]->json);
    }
    const bool is_last = offset + limit >= found.size();
    const std::string next = is_last ? "null"
                                     : fmt::format("\"http://127.0.0.1:1{}?limit={}&offset={}\"",
                                                   request.path, limit, offset + limit);
    return {200,
            "application/json",
            fmt::format(R"({{"count":{},"next":{},"previous":null,"results":[{}]}})",
                        has_start ? "null" : std::to_string(found.size()), next, results),
            {}};
  }

  std::size_t page_cap_;
  std::string status_, version_ = "4.4.10", other_token_;
  std::set<std::string> offset_only_;
  std::set<std::uint64_t> gone_devices_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Row>> rows_;
  Override override_;
  std::vector<std::pair<std::string, std::deque<Fault>>> scripts_;
  std::optional<Fault> breakdown_;
  std::vector<Late> held_;
  std::vector<api::Request> requests_;
  std::unique_ptr<api::HttpServer> server_;
};

}  // namespace dm::intent::testing_support
