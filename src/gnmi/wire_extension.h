// What a gNMI extension of a SubscribeResponse says: the end of a commit, and nothing else that is of use here.
//
// One that is unknown or malformed says nothing: it never makes its message unreadable. Source: gNMI
// config-subscription extension (gnmi_ext.proto, Extension field 6). Pure; any thread.
#pragma once

#include <string_view>

namespace dm::gnmi {

// True for config_subscription.sync_done with `done`. `extension`: the bytes of one Extension.
bool is_commit_done(std::string_view extension);

}  // namespace dm::gnmi
