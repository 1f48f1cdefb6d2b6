// NetBox's objects as we last read them, by id, and what the newest reading changed. Pure.
//
// Rows hold others in brief (a port its VLANs, a member its LAG, a session its addresses), and NetBox logs no change
// of a row when what is nested in it is renamed: so what is read of an object is written into the rows that hold it.
// Lives on the intent thread. Memory: about 1 KB an interface.
#pragma once

#include "intent/netbox/mapping.h"
#include "intent/netbox/need.h"
#include "intent/netbox/tables.h"

namespace dm::intent::netbox {

class Store {
 public:
  const Tables& tables() const { return tables_; }
  const DeviceRow* device(std::uint64_t id) const;  // null: not read

  // What has one of the tags; and the list of devices, which may be filtered by tags.
  Need holders_of(const std::set<std::uint64_t>& tags) const;

  struct Applied {
    Touched touched;
    Need follow_up;  // rows that name an object which is gone, interfaces of new devices
  };
  // `rows` is the answer to `need`, each table sorted by id: what was asked for and is not in it is gone.
  Applied apply(const Need& need, Tables rows);

  // NetBox refused to know these devices when they were asked for: they are gone.
  Applied drop_devices(const DeviceIds& devices);

 private:
  Tables tables_;
};

}  // namespace dm::intent::netbox
