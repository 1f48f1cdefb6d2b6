// Asks NetBox's REST API for devices in scope, and for the tables that the mapping reads.
//
// Asks for no more than is used: interface and address rows cost NetBox up to ten times as much with the fields that
// are left out here. Every device that comes back is held against the scope (device_filter.h). Lives on the intent
// thread, but abort().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "intent/netbox/client.h"
#include "intent/netbox/device_filter.h"
#include "intent/netbox/reader.h"

namespace dm::intent::netbox {

// Which devices are read.
struct Scope {
  bool is_inventory = false;       // devices come from NetBox: those that `filter` finds
  std::string filter;              // query string; empty: all devices
  std::vector<std::string> names;  // else: the devices of the configuration
};

class RestReader final : public Reader {
 public:
  // What is read of devices besides their row, each at its price.
  struct Extras {
    bool config_contexts = false;
    std::optional<std::uint64_t> template_id;  // rendered for each device; nullopt: nothing is
    bool site_asns = false;                    // the sites, for their AS numbers
    bool vlan_scopes = false;                  // VLAN groups, and the places they may be scoped to
  };
  RestReader(Client::Options options, Scope scope, Extras extras);

  core::Status connect() override;
  core::Result<ReadAnswer> read(const Need& need) override;
  core::Result<std::vector<ChangeRow>> newest_changes(std::uint64_t before) override;
  core::Result<std::vector<ChangeRow>> changes(const ChangeCursor::Query& query) override;
  std::vector<std::string> scope_warnings(const std::vector<DeviceRow>& devices) const override;
  core::Duration retry_after() const override { return client_.retry_after(); }
  std::uint64_t repeats() const override { return client_.repeats(); }
  void abort() override { client_.abort(); }
  std::string base_url() const override { return client_.base_url(); }

 private:
  // What is asked of the list of devices, and what came of it.
  struct Devices {
    std::vector<DeviceFilter> filters;  // each a list of its own; none: nothing is asked
    std::vector<std::uint64_t> ids;     // only these, of one filter; none: all
    std::vector<std::vector<DeviceRow>> found;
  };
  core::Result<Devices> devices_of(const Need& need) const;
  ListQuery query_for(const Devices& asked, const DeviceFilter& filter) const;
  core::Status take_some(Devices& asked, ReadAnswer& answer) const;
  core::Result<std::vector<DeviceFilter>> filters() const;
  void drop_unasked(std::vector<DeviceRow>& devices) const;
  bool reads(ObjectKind kind) const;
  void add_objects(const Need& need, Tables& rows, std::vector<ListJob>& jobs) const;
  core::Status take_all(Devices& asked, ReadAnswer& answer);
  ListQuery device_query(const std::string& parameters) const;
  core::Status render(std::vector<DeviceRow>& devices);
  void take_sessions(const ReadReport& report, ReadAnswer& answer) const;
  void tell_refused(const Need& need, const ReadReport& report, ReadAnswer& answer) const;

  Scope scope_;
  Extras extras_;
  Client client_;
  ServerStatus status_;
};

}  // namespace dm::intent::netbox
