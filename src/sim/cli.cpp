#include "sim/cli.h"

#include "core/text.h"
#include "sim/cli_session.h"

namespace dm::sim {
namespace {

const std::string kDefault = "/network-instances/network-instance[name=default]";

std::string vlan_path(std::uint64_t id) { return kDefault + "/vlans/vlan[vlan-id=" + std::to_string(id) + "]"; }

std::string default_vlan_name(std::uint64_t id) {
  const std::string digits = std::to_string(id);
  return "VLAN" + std::string(4 - digits.size(), '0') + digits;
}

// A switch that says defaults has a status at every VLAN.
bool says_vlan_defaults(const DeviceModel& model) {
  for (const auto& [path, held] : model.leaves()) {
    if (path.starts_with(kDefault + "/vlans/") && path.ends_with("/config/status")) return true;
  }
  return false;
}

void enter_vlan(CliSession& session, std::uint64_t id) {
  const std::string base = vlan_path(id);
  if (session.model().has_at_or_below(base + "/config")) return;
  session.set(base + "/vlan-id", "uint", id);
  session.set_twins(base, "vlan-id", "uint", id);
  session.set_twins(base, "name", "string", default_vlan_name(id));
  if (!says_vlan_defaults(session.model())) return;
  session.set_twins(base, "status", "enum", "ACTIVE");
  session.set_twins(base, "mac-learning", "bool", true);
}

bool vlan_line(CliSession& session, std::uint64_t id, Words& words) {
  const std::string base = vlan_path(id);
  if (words.take("name")) {
    const std::string name = words.is_negated() ? default_vlan_name(id) : words.text();
    if (name.empty()) return false;
    session.set_twins(base, "name", "string", name);
    return true;
  }
  if (words.take("state")) {
    const bool is_suspended = !words.is_negated() && words.take("suspend");
    if (!is_suspended && !words.is_negated() && !words.take("active")) return false;
    session.set_twins(base, "status", "enum", is_suspended ? "SUSPENDED" : "ACTIVE");
    return true;
  }
  return false;
}

// Where the next line is typed: `interface X`, `vlan N`, `router bgp N`, its `vrf X`.
class Prompt {
 public:
  explicit Prompt(CliSession& session) : session_(session) {}

  // Empty when understood, else what is wrong.
  std::string line(std::string_view text) {
    const std::string_view bare = core::trim(text);
    if (bare.empty() || bare.starts_with('!')) return {};
    Words words(text);
    if (leaves(words)) return {};
    if (Words in_mode(text); mode_line(in_mode)) return {};
    Words again(text);
    return global_line(again);
  }

 private:
  enum class Mode { Global, Interface, Vlan, Bgp, BgpVrf };

  bool leaves(Words& words) {
    if (words.is_negated()) return false;
    if (words.take("exit")) {
      mode_ = mode_ == Mode::BgpVrf ? Mode::Bgp : Mode::Global;
      return true;
    }
    const bool ends = words.take("end") || words.take("configure") || words.take("write");
    if (ends) mode_ = Mode::Global;
    return ends;
  }

  bool mode_line(Words& words) {
    switch (mode_) {
      case Mode::Global: return false;
      case Mode::Interface:
        return interface_ == "Vxlan1" ? vxlan_line(session_, words)
                                      : interface_line(session_, interface_, words);
      case Mode::Vlan: return vlan_line(session_, vlan_, words);
      case Mode::Bgp:
      case Mode::BgpVrf:
        if (!words.is_negated() && words.take("vrf")) return enter_bgp_vrf(words.text());
        return bgp_line(session_, mode_ == Mode::Bgp ? "default" : vrf_, words);
    }
    return false;
  }

  bool enter_bgp_vrf(const std::string& name) {
    if (name.empty()) return false;
    vrf_ = name;
    mode_ = Mode::BgpVrf;
    return true;
  }

  std::string global_line(Words& words) {
    const bool no = words.is_negated();
    if (words.take("hostname")) return hostname(no ? "localhost" : words.text());
    if (words.take("vlan")) return vlan(words.number(1, 4094), no);
    if (words.take("interface")) return interface(interface_name(words), no);
    if (words.take("router") && words.take("bgp") && !no) return router_bgp(words.number(1, 4294967295));
    if (no && words.take("vrf") && words.take("instance")) return no_vrf(words.text());
    return "Invalid input";
  }

  std::string hostname(const std::string& name) {
    if (name.empty()) return "Incomplete command";
    session_.set_twins("/system", "hostname", "string", name);
    return {};
  }

  std::string vlan(std::optional<std::uint64_t> id, bool no) {
    if (!id) return "Invalid input";
    mode_ = no ? Mode::Global : Mode::Vlan;
    vlan_ = *id;
    if (no) {
      session_.erase(vlan_path(*id));
    } else {
      enter_vlan(session_, *id);
    }
    return {};
  }

  std::string interface(const std::string& name, bool no) {
    if (name.empty()) return "Invalid input";
    mode_ = no ? Mode::Global : Mode::Interface;
    interface_ = name;
    if (no) {
      session_.erase("/interfaces/interface[name=" + name + "]");
      return {};
    }
    return enter_interface(session_, name) ? "" : "Interface does not exist";
  }

  std::string router_bgp(std::optional<std::uint64_t> as) {
    if (!as) return "Invalid input";
    const model::Value running = session_.model().value(
        kDefault + "/protocols/protocol[identifier=BGP][name=BGP]/bgp/global/config/as");
    if (!running.is_absent() && running != model::Value(*as)) {
      return "BGP is already running with AS number " + model::to_display(running);
    }
    mode_ = Mode::Bgp;
    return {};
  }

  std::string no_vrf(const std::string& name) {
    if (name.empty() || name == "default") return "Invalid input";
    mode_ = Mode::Global;
    session_.erase("/network-instances/network-instance[name=" + name + "]");
    return {};
  }

  CliSession& session_;
  Mode mode_ = Mode::Global;
  std::string interface_, vrf_;
  std::uint64_t vlan_ = 0;
};

}  // namespace

core::Result<Message> translate_cli(const DeviceModel& model, const std::vector<std::string>& lines,
                                    std::int64_t now_ns) {
  CliSession session(model, now_ns);
  Prompt prompt(session);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string complaint = prompt.line(lines[i]);
    if (complaint.empty()) continue;
    return core::Error{core::Code::InvalidArgument,
                       "% " + complaint + " (line " + std::to_string(i + 1) + ": " + lines[i] + ")"};
  }
  return std::move(session).finish();
}

std::vector<std::string> cli_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string_view line : core::split(text, '\n')) {
    for (std::string_view part : core::split(line, ';')) {
      if (part.ends_with('\r')) part.remove_suffix(1);
      while (part.starts_with(' ')) part.remove_prefix(1);
      if (!part.empty()) lines.emplace_back(part);
    }
  }
  return lines;
}

}  // namespace dm::sim
