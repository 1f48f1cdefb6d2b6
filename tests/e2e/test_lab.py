#!/usr/bin/env python3
"""The lab through real streams: ten switches, 61 manual changes, exactly the expected drifts and, undone, exactly
their resolutions. usage: test_lab.py netbox|files"""
import concurrent.futures
import json
import sys

from harness import MARKER, ROOT, Failure, Session, base_config, with_files, with_netbox


PLAYED = 61


def same(wanted, told):
    """Entry values may hold more or less than the scripted ones, depending on what is subscribed; yet never nothing of them."""
    if isinstance(wanted, dict) and isinstance(told, dict):
        shared = wanted.keys() & told.keys()
        return (bool(shared) or not wanted) and all(told[name] == wanted[name] for name in shared)
    return wanted == told


def expected(change, source, netbox):
    rows = netbox.get(change["id"], change["expect"]) if source == "netbox" else change["expect"]
    return [row for row in rows if row["kind"] != "none"]


def until_marker(inbox, device, rows, action, set_marker):
    """What is told up to the marker's event. What only a Get shows is waited for before the marker is touched."""
    told = {}
    for row in rows:
        key = (action, row["object"])
        while row.get("tier") == "get" and key not in told:
            for difference in inbox.take(device)["differences"]:
                told.setdefault((difference["action"], difference["path"]), []).append(difference)
    set_marker()
    for key, differences in inbox.until(device, MARKER, action).items():
        told.setdefault(key, []).extend(differences)
    return told


def check_opened(change, rows, told):
    wanted = {("opened", row["object"]): row for row in rows}
    problems = [f"unexpected {key}: {told[key]}" for key in told if key not in wanted]
    for key, row in wanted.items():
        if key not in told:
            problems.append(f"missing {key}")
            continue
        if len(told[key]) != 1:
            problems.append(f"{key} was told {len(told[key])} times")
        difference = told[key][-1]
        if difference["difference"] != row["kind"]:
            problems.append(f"{key} is {difference['difference']}, expected {row['kind']}")
        for field, value in (("desired_value", row["desired"]), ("current_value", row["current"])):
            if not same(value, difference[field]):
                problems.append(f"{key}: {field} is {difference[field]!r}, expected {value!r}")
    if problems:
        raise Failure(f"{change['id']} on {change['device']}:\n  " + "\n  ".join(problems))


def check_resolved(change, rows, told):
    wanted = {("resolved", row["object"]) for row in rows}
    if set(told) != wanted:
        raise Failure(f"{change['id']} on {change['device']} undone: told {sorted(told)}, expected {sorted(wanted)}")
    twice = sorted(key for key, differences in told.items() if len(differences) != 1)
    if twice:
        raise Failure(f"{change['id']} on {change['device']} undone: told more than once: {twice}")


def play_device(session, device, changes, source, netbox):
    fabric, inbox = session.fabric, session.inbox
    played = 0
    for change in changes:
        rows = expected(change, source, netbox)
        fabric.post(f"devices/{device}/change/{change['id']}")
        check_opened(change, rows, until_marker(inbox, device, rows, "opened", lambda: fabric.leaf(device, MARKER, False)))
        fabric.post(f"devices/{device}/revert/{change['id']}")
        check_resolved(change, rows, until_marker(inbox, device, rows, "resolved", lambda: fabric.leaf(device, MARKER, True)))
        played += 1
    return played


def check_read(monitor):
    """What has no ON_CHANGE was read and agrees before anything is changed."""
    leaves = {leaf["path"]: leaf["verdict"] for leaf in monitor.get("/api/v1/devices/leaf1/leaves")["items"]}
    for path in ("/arista/eos/mlag/config/domain-id",
                 "/arista/eos/evpn/evpn-instances/evpn-instance[name=40]/route-target/config/import"):
        if leaves.get(path) != "in_sync":
            raise Failure(f"leaf1 {path} is {leaves.get(path)}")


def main(source):
    changes = json.loads((ROOT / "lab" / "changes.json").read_text())
    netbox = json.loads((ROOT / "lab" / "changes-netbox.json").read_text())
    with Session() as session:
        config = base_config(session.fabric, session.folder)
        config["gnmi"]["get_interval"] = "1s"
        config = with_netbox(config, session.fabric) if source == "netbox" else with_files(config)
        monitor = session.monitor(config)
        monitor.wait_all(10)
        check_read(monitor)
        by_device = {}
        for change in changes:
            by_device.setdefault(change["device"], []).append(change)
        with concurrent.futures.ThreadPoolExecutor(len(by_device)) as pool:
            played = [pool.submit(play_device, session, device, mine, source, netbox) for device, mine in by_device.items()]
            failures = [str(p.exception()) for p in played if p.exception()]
        if failures:
            raise Failure("\n".join(failures))
        total = sum(p.result() for p in played)
        if total != PLAYED:
            raise Failure(f"{total} changes were played, expected {PLAYED}")
        monitor.wait_all(10)
        status = monitor.get("/api/v1/status")
        if status["open_drifts"] != 0:
            raise Failure(f"open drifts at the end: {status}")
        print(f"{source}: {total} changes on 10 switches: every drift and every resolution as expected")


if __name__ == "__main__":
    main(sys.argv[1])
