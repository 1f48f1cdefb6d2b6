#!/usr/bin/env python3
"""Switches that do not take every path as ON_CHANGE, or not every form of a request: what they sample, what is read and what
is asked otherwise is compared like the rest."""
from harness import MARKER, Failure, Session, base_config, with_netbox

INTERFACES = "/interfaces/interface/config"
VLANS = "/network-instances/network-instance[name=*]/vlans/vlan/config"
DESCRIPTION = "/interfaces/interface[name=Ethernet11]/config/description"
VLAN = "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=40]"


def modes(device):
    return {path["path"]: path["mode"] for path in device["paths"]}


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got!r}, expected {wanted!r}")


def asked_otherwise(session, monitor):
    device = monitor.wait_device("leaf1", "in sync", lambda d: d["verdict"] == "in_sync" and d["freshness"]["state"] == "live")
    expect("mode of the interfaces", modes(device)[INTERFACES], "sample")
    expect("mode of the VLANs", modes(device)[VLANS], "once")
    expect("quarantined", device["quarantined_paths"], [])
    reason = next(path["reason"] for path in device["paths"] if path["path"] == INTERFACES)
    if "the device does not take it as on_change: INVALID_ARGUMENT: ON_CHANGE Streaming mode invalid" not in reason:
        raise Failure(f"reason of the mode: {reason}")
    expect("mode of the others", modes(monitor.device("leaf2"))[INTERFACES], "on_change")


def sampled_is_compared(session, monitor):
    session.fabric.leaf("leaf1", DESCRIPTION, "typo")
    expect("kind", session.inbox.take("leaf1")["differences"][0]["difference"], "different")
    session.fabric.leaf("leaf1", DESCRIPTION, "spine1")
    expect("before the repair", session.inbox.until("leaf1", DESCRIPTION, "resolved"), {})
    session.fabric.post("devices/leaf1/apply", {"messages": [{"delete": [DESCRIPTION]}]})
    told = session.inbox.take("leaf1")["differences"]
    expect("what is not repeated", [(d["difference"], d["path"]) for d in told], [("missing", DESCRIPTION)])
    session.fabric.leaf("leaf1", DESCRIPTION, "spine1")
    expect("before the repair", session.inbox.until("leaf1", DESCRIPTION, "resolved"), {})


def read_is_compared(session, monitor):
    name = VLAN + "/config/name"
    before = session.fabric.get_leaf("leaf1", name)
    session.fabric.leaf("leaf1", name, "typo")
    told = session.inbox.take("leaf1")["differences"]
    expect("what was read", [(d["difference"], d["path"]) for d in told], [("different", name)])
    session.fabric.leaf("leaf1", name, before)
    expect("before the repair", session.inbox.until("leaf1", name, "resolved"), {})


def taken_again(session, monitor):
    """A switch that was upgraded: the configured mode is tried on request."""
    session.fabric.post("devices/leaf1/manners", "{}")
    monitor.ask("/api/v1/reload", "POST")
    device = monitor.wait_device("leaf1", "as configured", lambda d: modes(d)[INTERFACES] == modes(d)[VLANS] == "on_change")
    expect("reason", [p["reason"] for p in device["paths"] if p["path"] in (INTERFACES, VLANS)], [None, None])
    session.fabric.leaf("leaf1", MARKER, False)
    expect("told before the marker", session.inbox.until("leaf1", MARKER, "opened"), {})


def other_software(session, monitor):
    """A switch that was upgraded and restarts: what it refused is asked for as configured, by what it says of itself. One that
    says nothing of itself (leaf3), or takes everything (spine1), is left alone."""
    fallen = monitor.wait_device("leaf4", "as it takes it", lambda d: modes(d)[INTERFACES] == "sample" and d["software"])
    expect("software", (fallen["software"]["gnmi_version"], fallen["software"]["models"]), ("0.7.0", 9))
    session.fabric.post("devices/leaf4/restart")
    same = monitor.wait_device("leaf4", "back", lambda d: d["streams"] > fallen["streams"] and d["freshness"]["state"] == "live")
    expect("mode after a restart", modes(same)[INTERFACES], "sample")

    session.fabric.post("devices/leaf4/manners", {"model_version": "2.0.0"})
    session.fabric.post("devices/leaf4/restart")
    device = monitor.wait_device("leaf4", "as configured", lambda d: modes(d)[INTERFACES] == modes(d)[VLANS] == "on_change"
                                 and d["freshness"]["state"] == "live")
    expect("streams: one to hear of it, one as configured", device["streams"], same["streams"] + 2)
    monitor.process.wait_line("leaf4: the device runs other software \\(gNMI 0.7.0, 9 models, ")
    expect("same software", device["software"]["fingerprint"] == fallen["software"]["fingerprint"], False)
    for name, streams in (("leaf3", 2), ("spine1", 1)):
        expect(f"{name}, left alone", (monitor.device(name)["software"], monitor.device(name)["streams"]), (None, streams))


def asked_in_another_form(session, monitor):
    """leaf3 takes what it does not answer: no origin and all keys is its form, and nothing of the others is disturbed."""
    device = monitor.wait_device("leaf3", "in sync", lambda d: d["verdict"] == "in_sync" and d["freshness"]["state"] == "live")
    reason = next(path["reason"] for path in device["paths"] if path["path"] == INTERFACES)
    expect("reason", reason, "asked with no origin, keys written out: the device says nothing otherwise")
    session.fabric.leaf("leaf3", DESCRIPTION, "typo")
    session.inbox.until("leaf3", DESCRIPTION, "opened")
    expect("streams of leaf3", monitor.device("leaf3")["streams"], 2)
    expect("streams of a spine", monitor.device("spine1")["streams"], 1)


def main():
    with Session("--no-noise") as session:
        session.fabric.post("devices/leaf1/manners", {"no_on_change": [INTERFACES, VLANS], "no_sample": [VLANS], "get": False})
        session.fabric.post("devices/leaf3/manners", {"only_origin": "", "needs_keys": True, "capabilities": False})
        session.fabric.post("devices/leaf4/manners", {"no_on_change": [INTERFACES, VLANS], "no_sample": [VLANS], "get": False})
        config = with_netbox(base_config(session.fabric, session.folder, hold="300ms", group_window="300ms"), session.fabric)
        config["gnmi"].update(sample_interval="1s", get_interval="1s", paths=[{"path": p, "mode": "off"} for p in ("/arista/eos/mlag", "/arista/eos/evpn")])
        monitor = session.monitor(config)
        for step in (asked_otherwise, sampled_is_compared, read_is_compared, asked_in_another_form, other_software, taken_again):
            step(session, monitor)
            print(f"{step.__name__}: ok", flush=True)


if __name__ == "__main__":
    main()
