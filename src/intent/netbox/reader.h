// What can be asked of NetBox, one method per question. rest_reader.h asks it over HTTP; tests answer from memory.
// Lives on the intent thread, but abort().
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "intent/netbox/changes.h"
#include "intent/netbox/need.h"
#include "intent/netbox/tables.h"

namespace dm::intent::netbox {

struct ReadAnswer {
  Tables rows;          // each table sorted by id, each row once
  DeviceIds vanished;   // devices whose interfaces were asked for and that NetBox does not know any more
  std::map<ObjectKind, std::vector<std::string>> warnings;  // what there is to say about each list that was read
};

class Reader {
 public:
  virtual ~Reader() = default;

  // Who answers, and in which version: before a full reading.
  virtual core::Status connect() = 0;
  // `need.is_everything`: all lists, but no interfaces; those are asked for by device.
  virtual core::Result<ReadAnswer> read(const Need& need) = 0;

  // The newest rows of the change log with ids below `before` (0: the newest of all), newest first, about 100 of them.
  // Errors PermissionDenied, NotFound: there is no change log for us.
  virtual core::Result<std::vector<ChangeRow>> newest_changes(std::uint64_t before) = 0;
  // Error ResourceExhausted: too many to follow one by one.
  virtual core::Result<std::vector<ChangeRow>> changes(const ChangeCursor::Query& query) = 0;

  // What there is to say about the devices that are in scope, all of them being known.
  virtual std::vector<std::string> scope_warnings(const std::vector<DeviceRow>&) const { return {}; }

  // How long NetBox asked to be left alone in its last refusal; zero: it did not.
  virtual core::Duration retry_after() const { return core::Duration::zero(); }
  // How often something was asked again because it had failed.
  virtual std::uint64_t repeats() const { return 0; }
  virtual void abort() {}
  // "https://netbox.example/netbox"
  virtual std::string base_url() const = 0;
};

}  // namespace dm::intent::netbox
