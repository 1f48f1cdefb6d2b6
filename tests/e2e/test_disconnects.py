#!/usr/bin/env python3
"""Devices that are killed, half-open, or come back with another configuration: no false `missing`, `stale` in between,
the truth after the re-sync."""
from harness import MARKER, Failure, Session, base_config, with_netbox

DESCRIPTION = "/interfaces/interface[name=Ethernet11]/config/description"


def is_live(device):
    return device["freshness"]["state"] == "live"


def is_stale(device):
    return device["freshness"]["state"] == "stale" and device["freshness"]["reason"]


def marker_alone(session, device):
    """Nothing was told about the device before this marker."""
    session.fabric.leaf(device, MARKER, False)
    before = session.inbox.until(device, MARKER, "opened")
    session.fabric.leaf(device, MARKER, True)
    session.inbox.until(device, MARKER, "resolved")
    if before:
        raise Failure(f"{device}: told {sorted(before)} although nothing had changed")


def killed_and_back(session, monitor):
    session.fabric.post("devices/leaf1/kill")
    monitor.wait_device("leaf1", "stale", is_stale)
    session.fabric.post("devices/leaf1/start")
    monitor.wait_device("leaf1", "live again", lambda d: is_live(d) and d["verdict"] == "in_sync")
    marker_alone(session, "leaf1")


def half_open(session, monitor):
    session.fabric.post("devices/leaf2/freeze")
    device = monitor.wait_device("leaf2", "stale", is_stale)
    if device["verdict"] != "in_sync":
        raise Failure(f"a verdict was invented while stale: {device}")
    session.fabric.post("devices/leaf2/thaw")
    monitor.wait_device("leaf2", "live again", lambda d: is_live(d) and d["verdict"] == "in_sync")
    marker_alone(session, "leaf2")


def changed_while_away(session, monitor):
    """A drift opened, the device dies, comes back repaired at one place and changed at another."""
    session.fabric.leaf("leaf3", DESCRIPTION, "typo")
    session.inbox.until("leaf3", DESCRIPTION, "opened")
    session.fabric.post("devices/leaf3/kill")
    device = monitor.wait_device("leaf3", "stale", is_stale)
    if device["open_drifts"] != 1:
        raise Failure(f"an open drift was forgotten while stale: {device}")
    session.fabric.leaf("leaf3", DESCRIPTION, "spine1")
    session.fabric.leaf("leaf3", MARKER, False)
    session.fabric.post("devices/leaf3/start")
    told = {}
    while set(told) != {("resolved", DESCRIPTION), ("opened", MARKER)}:
        for difference in session.inbox.take("leaf3")["differences"]:
            told[(difference["action"], difference["path"])] = difference
        if set(told) - {("resolved", DESCRIPTION), ("opened", MARKER)}:
            raise Failure(f"told too much: {sorted(told)}")
    session.fabric.leaf("leaf3", MARKER, True)
    session.inbox.until("leaf3", MARKER, "resolved")


def restarted_as_another(session, monitor):
    """leaf5 comes back with leaf6's configuration: real differences, each once, and they resolve when it is leaf5 again."""
    session.fabric.post("devices/leaf5/restart", '{"device": "leaf6"}')
    monitor.wait_device("leaf5", "drifted", lambda d: is_live(d) and d["verdict"] == "drifted")
    opened = {d["path"] for d in session.inbox.take("leaf5")["differences"]}
    if not any("neighbor" in path for path in opened) or not any("address" in path for path in opened):
        raise Failure(f"another switch, but only this differs: {sorted(opened)}")
    session.fabric.post("devices/leaf5/restart")
    monitor.wait_device("leaf5", "in sync", lambda d: is_live(d) and d["verdict"] == "in_sync")
    resolved = {d["path"] for d in session.inbox.take("leaf5")["differences"]}
    if resolved != opened:
        raise Failure(f"opened and resolved disagree: {sorted(opened ^ resolved)}")
    marker_alone(session, "leaf5")


def empty_device(session, monitor):
    """A device that syncs with nothing at all is degraded, not missing everything."""
    session.fabric.post("devices/leaf6/restart", '{"leaves": []}')
    monitor.wait_device("leaf6", "degraded", lambda d: is_live(d) and d["verdict"] == "degraded")
    session.fabric.post("devices/leaf6/restart")
    monitor.wait_device("leaf6", "in sync", lambda d: is_live(d) and d["verdict"] == "in_sync")
    marker_alone(session, "leaf6")


def no_password_in_the_log(session, monitor):
    """Nothing of the credentials was written down."""
    if any("password" in line and "admin" in line for line in monitor.process.lines):
        raise Failure("a password was logged")


def main():
    with Session("--no-noise") as session:
        config = with_netbox(base_config(session.fabric, session.folder, hold="300ms", group_window="300ms"), session.fabric)
        config["gnmi"]["stale_after"] = "2s"
        monitor = session.monitor(config)
        monitor.wait_all(10)
        for step in (killed_and_back, half_open, changed_while_away, restarted_as_another, empty_device, no_password_in_the_log):
            step(session, monitor)
            print(f"{step.__name__}: ok", flush=True)


if __name__ == "__main__":
    main()
