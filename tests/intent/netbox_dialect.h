// How releases of NetBox and of netbox-bgp say the same things differently, put on the recorded 4.4.10 with 0.17.0.
//
// Only differences that release notes and serializers of the two name, as far as an API client of ours can meet them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "intent/netbox_face.h"

namespace dm::intent::testing_support {

struct Dialect {
  std::string netbox;              // "4.6.8"
  std::string bgp;                 // "0.19.0"; empty: the plugin is not installed
  bool has_bgpsession = true;      // /api/plugins/bgp/bgpsession/, else only …/session/
  int minor() const { return std::stoi(netbox.substr(2)); }
  int bgp_minor() const { return bgp.empty() ? 0 : std::stoi(bgp.substr(2)); }
};

class DialectFace {
 public:
  explicit DialectFace(const Dialect& dialect) : dialect_(dialect) {
    face_.set_version(dialect.netbox);
    nlohmann::json status = nlohmann::json::parse(netbox_file("status.json"));
    status["netbox-version"] = dialect.netbox;
    status["plugins"] = nlohmann::json::object();
    if (!dialect.bgp.empty()) status["plugins"]["netbox_bgp"] = dialect.bgp;
    face_.set_status(status.dump());
    for (const char* path : {"/api/dcim/devices/", "/api/dcim/interfaces/", "/api/ipam/ip-addresses/", "/api/ipam/vlans/", "/api/ipam/vrfs/", "/api/vpn/l2vpns/"})
      edit(path, [this](nlohmann::json& row) { any(row); });
    edit("/api/dcim/devices/", [this](nlohmann::json& row) { device(row); });
    edit("/api/dcim/interfaces/", [this](nlohmann::json& row) { interface(row); });
    edit(kSessions, [this](nlohmann::json& row) { session(row); });
    edit(kGroups, [](nlohmann::json& row) {
      if (row["name"] == "evpn") row["import_policies"].push_back(policy());
    });
    if (dialect.bgp.empty()) {
      face_.remove_list(kSessions);
      face_.remove_list(kGroups);
    }
    if (!dialect.has_bgpsession) {
      face_.rename_list(kSessions, "/api/plugins/bgp/session/");
      face_.rename_list(kGroups, "/api/plugins/bgp/peer-group/");
    }
    if (dialect.minor() >= 5) face_.accept_token(kV2Token);
  }

  NetBoxFace& face() { return face_; }
  static constexpr const char* kV2Token = "nbt_0123456789ab.0123456789abcdef0123456789abcdef01234567";

 private:
  static constexpr const char* kSessions = "/api/plugins/bgp/bgpsession/";
  static constexpr const char* kGroups = "/api/plugins/bgp/bgppeergroup/";

  static nlohmann::json policy() {
    return {{"id", 9}, {"url", "http://netbox.example:8000/api/plugins/bgp/routing-policy/9/"}, {"display", "RP"}, {"name", "RP"}, {"description", ""}};
  }

  template <class Change>
  void edit(const std::string& path, Change change) {
    face_.edit(path, [&change](const std::string& text) {
      nlohmann::json row = nlohmann::json::parse(text);
      change(row);
      return row.dump();
    });
  }

  void any(nlohmann::json& row) const {
    if (dialect_.minor() >= 5) row["owner"] = nullptr;
    for (auto& [name, value] : row["custom_fields"].items()) {  // selections: objects since 4.7
      if (name == "drift_policy" && dialect_.minor() >= 7 && value.is_string())
        value = {{"value", value}, {"label", "A label"}};
    }
  }

  // A context that nobody reads unless it is asked for; 4.7 sends it whatever is excluded.
  void device(nlohmann::json& row) const {
    if (row["name"] == "spine2") {
      row["custom_fields"]["drift_policy"] = "ignore";
      any(row);
    }
    if (row["name"] == "leaf1" ) row["config_context"] = {{"drift_monitor", {{"/system/config/hostname", "of-the-context"}}}};
    if (dialect_.minor() < 4 && row["platform"].is_object()) row["platform"].erase("_depth");  // platforms below others: 4.4
  }

  void interface(nlohmann::json& row) const {
    if (dialect_.minor() < 7) return;
    row["channels"] = nlohmann::json::array();
    row["channel_id"] = nullptr;
  }

  void session(nlohmann::json& row) const {
    const bool is_groups = row["peer_group"].is_object() && row["peer_group"]["name"] == "evpn";
    if (is_groups && dialect_.bgp_minor() == 16) row["import_policies"].push_back(policy());  // 0.16 merges the group's in
    if (dialect_.bgp_minor() >= 18) {
      row["max_prefixes"] = nullptr;
      row["remote_as_macro"] = nullptr;
      row["extra_attributes"] = {{"anything", {1, 2, 3}}};
    }
    if (dialect_.bgp_minor() >= 20) row["remote_prefix"] = nullptr;
  }

  Dialect dialect_;
  NetBoxFace face_{10};
};

}  // namespace dm::intent::testing_support
