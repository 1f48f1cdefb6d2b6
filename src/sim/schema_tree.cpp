#include "sim/schema_tree.h"

#include <vector>

#include "core/check.h"

namespace dm::sim {
namespace {

// Valid on EOS, absent from the lab's switches: accepted, and nothing is said about them.
constexpr const char* kAlsoKnown[] = {
    "/interfaces/interface/subinterfaces/subinterface/ipv6/addresses/address/config/ip",
    "/interfaces/interface/subinterfaces/subinterface/ipv6/addresses/address/config/prefix-length",
    "/interfaces/interface/routed-vlan/ipv6/addresses/address/config/ip",
    "/interfaces/interface/routed-vlan/ipv6/addresses/address/config/prefix-length",
    "/interfaces/interface/arista-vxlan/config/vlan-to-vnis/vlan-to-vni/vni",
    "/interfaces/interface/arista-vxlan/state/vlan-to-vnis/vlan-to-vni/vni",
    "/interfaces/interface/arista-varp/virtual-address/config/ip",
    "/interfaces/interface/ethernet/switched-vlan/config/trunk-groups",
    "/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor/apply-policy/config/import-policy",
    "/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor/apply-policy/config/export-policy",
    "/network-instances/network-instance/policy-forwarding/policies/policy/config/policy-id",
    "/network-instances/network-instance/fdb/mac-table/entries/entry/state/mac-address",
    "/components/component/state/name",
    "/lldp/interfaces/interface/neighbors/neighbor/state/system-name",
    "/system/state/current-datetime",
    "/system/state/boot-time",
    "/system/config/login-banner",
    "/routing-policy/policy-definitions/policy-definition/config/name",
};

}  // namespace

SchemaTree::SchemaTree(const Lab& lab) {
  for (const LabDevice& device : lab.devices) {
    for (const LeafValue& leaf : device.leaves) add(leaf.path);
  }
  for (const Change& change : lab.changes) {
    for (const Message& message : change.messages) {
      for (const LeafValue& leaf : message.updates) add(leaf.path);
    }
  }
  for (const char* text : kAlsoKnown) {
    const auto path = model::parse_path(text);
    CHECK(path.has_value(), "a path of the table above does not parse");
    add(*path);
  }
}

void SchemaTree::add(const model::Path& path) {
  Node* node = &root_;
  for (const model::PathElement& element : path.elements) node = &node->children[element.name];
}

std::optional<std::string> SchemaTree::refusal(const model::Path& path) const {
  std::vector<const Node*> nodes{&root_};
  std::string parent;
  for (const model::PathElement& element : path.elements) {
    if (element.name == "..." || element.name == "**") return std::nullopt;
    std::vector<const Node*> next;
    for (const Node* node : nodes) {
      for (const auto& [name, child] : node->children) {
        if (element.name == "*" || element.name == name) next.push_back(&child);
      }
    }
    if (next.empty()) {
      return "path invalid: failed to access node \"" + element.name + "\" in node \"" + parent + "\"";
    }
    nodes = std::move(next);
    parent = element.name;
  }
  return std::nullopt;
}

}  // namespace dm::sim
