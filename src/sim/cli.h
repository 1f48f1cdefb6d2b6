// Manual changes as a person types them on EOS, translated into what the switch then says over gNMI.
//
// Known: hostname · vlan N, name, state · interface X with description, shutdown, mtu, load-interval,
// switchport …, channel-group, mlag, ip address · interface Vxlan1 with vxlan … · router bgp with
// router-id, neighbor …, vrf X, rd · vrf instance; most with `no`. Pure: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "sim/device_model.h"

namespace dm::sim {

// The one message that takes `model` to where these lines lead; empty when nothing changes.
// Error InvalidArgument: `% Invalid input (line 2: …)`, and nothing is to be applied.
core::Result<Message> translate_cli(const DeviceModel& model, const std::vector<std::string>& lines,
                                    std::int64_t now_ns);

// Lines of a text; `;` separates too.
std::vector<std::string> cli_lines(std::string_view text);

}  // namespace dm::sim
