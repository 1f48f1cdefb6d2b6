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
  // `warnings` outlives the builder; lines get the device's name in front.
  IntentBuilder(std::string device, std::vector<std::string>& warnings)
      : device_(std::move(device)), warnings_(&warnings) {}

  void equal(model::Path path, model::Value value, const model::Provenance& from);
  void absent(model::Path path, const model::Provenance& from);
  void one_of(model::Path path, std::vector<model::Value> values, const model::Provenance& from);
  void set(model::Path path, model::ValueList members, const model::Provenance& from);
  void entry(model::Path path, const model::Provenance& from);
  void unmanaged(model::Path path);
  void unfilled(std::string_view list);
  void warn(std::string_view finding);

  model::DeviceIntent finish() &&;

 private:
  void add(model::Path path, model::Rule rule, std::vector<model::Value> values,
           const model::Provenance& from);

  std::string device_;
  std::vector<std::string>* warnings_;
  std::map<std::string, model::Expectation> leaves_;
  std::map<std::string, model::EntryExpectation> entries_;
  std::map<std::string, model::Path> unmanaged_;
  std::vector<std::string> unfilled_;
};

}  // namespace dm::intent::netbox
