// Collects what is intended for one device, and the findings on the way.
//
// Of two expectations for one path the first stays; if they disagree, that is a finding.
// Value-like; lives on the intent thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/expectation.h"
#include "model/finding.h"

namespace dm::intent::netbox {

// `relative` ("config/name") below `base`; `keys` belong to its last element.
model::Path below(model::Path base, std::string_view relative,
                  std::vector<model::PathKey> keys = {});

model::Path interface_path(std::string_view name);
model::Path subinterface_path(std::string_view interface_name, std::uint64_t index);
model::Path instance_path(std::string_view vrf);  // network instance
model::Path bgp_path(std::string_view vrf);

class IntentBuilder {
 public:
  // `findings` outlives the builder; each gets the device's name.
  IntentBuilder(std::string device, std::vector<model::Finding>& findings)
      : device_(std::move(device)), findings_(&findings) {}

  void equal(model::Path path, model::Value value, const model::Provenance& from);
  void absent(model::Path path, const model::Provenance& from);
  void one_of(model::Path path, std::vector<model::Value> values, const model::Provenance& from);
  void set(model::Path path, model::ValueList members, const model::Provenance& from);
  void entry(model::Path path, const model::Provenance& from);
  // Nothing at or below the pattern is compared, whatever else is said of it.
  void unmanaged(model::Path pattern);
  // What nobody intends at or below the pattern must be absent.
  void strict(model::Path pattern);
  // Extra entries of the list are drift (schema text).
  void complete(std::string_view list);
  // Nothing is said of the list or leaf (schema text), and why.
  void not_compared(std::string_view what, std::string why);
  void find(model::FindingKind kind, const model::Provenance& at, std::string_view message);

  model::DeviceIntent finish() &&;

 private:
  void add(model::Path path, model::Rule rule, std::vector<model::Value> values,
           const model::Provenance& from);

  std::string device_;
  std::vector<model::Finding>* findings_;
  std::map<std::string, model::Expectation> leaves_;
  std::map<std::string, model::EntryExpectation> entries_;
  std::map<std::string, model::Path> unmanaged_;
  std::map<std::string, model::Path> strict_;
  std::map<std::string, model::ListPolicy> lists_;
  std::map<std::string, std::string> not_compared_;
};

}  // namespace dm::intent::netbox
