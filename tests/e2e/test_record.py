#!/usr/bin/env python3
"""record -> replay: what the service tells of a change, its recording tells too; recordings of other servers."""
import json
import lzma
import pathlib
import signal
import subprocess

from harness import BUILD, ROOT, Failure, Process, Session, base_config, wait_for, with_files

DESCRIPTION = "/interfaces/interface[name=Ethernet1]/config/description"
MLAG_DOMAIN = "/arista/eos/mlag/config/domain-id"  # read by Get
DATA = ROOT / "tests" / "data" / "gnmi"


def drift_monitor(*arguments):
    done = subprocess.run([str(BUILD / "drift-monitor"), *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got!r}, expected {wanted!r}")


def told(event):
    """What an event says, without ids, clocks and whose service it was."""
    return (event["action"], [(d["path"], d["difference"], d["current_value"], d["desired_value"], d["severity"], d["device_timestamp"])
                              for d in event["differences"]])


def records_what_the_service_sees(session):
    """A manual change while both run; the recording is ended by a signal."""
    config = with_files(base_config(session.fabric, session.folder))
    config["gnmi"]["get_interval"] = "1s"
    monitor = session.monitor(config)
    monitor.wait_all(10)
    recording = session.folder / "leaf1.rec"
    recorder = session.ending(Process([str(BUILD / "drift-monitor"), "record", "leaf1", "-o", str(recording), "--config",
                                       str(monitor.config_file)]))
    recorder.wait_line("leaf1: live")
    events = []
    for path, value in ((DESCRIPTION, "typo"), (DESCRIPTION, "host1"), (MLAG_DOMAIN, "typo")):
        session.fabric.leaf("leaf1", path, value)
        events.append(told(session.inbox.take("leaf1")))
    wait_for("the recording to hold the answer", lambda: recording.read_bytes().count(b"typo") >= 2)
    expect("record, ended by a signal", recorder.end(), 0)

    code, out, err = drift_monitor("replay", recording, "--config", monitor.config_file, "--output", "json")
    expect("replay: " + out + err, code, 1)
    answer = json.loads(out)
    replayed = [told(event) for event in answer["events"]]
    expect("events of the replay", [(a, [d[:5] for d in e]) for a, e in replayed], [(a, [d[:5] for d in e]) for a, e in events])
    expect("and their times", replayed[:2], events[:2])  # the answer to a Get has the time it was asked
    device = answer["devices"][0]
    expect("the end", [(d["path"], d["current_value"]) for d in device["differences"]], [(MLAG_DOMAIN, "typo")])
    expect("whose it is", (device["device"], device["freshness"], device["streams"]), ("leaf1", "live", 1))
    expect("a second recording to the same file", drift_monitor(
        "record", "leaf1", "-o", recording, "--config", monitor.config_file)[0], 2)
    shows_pace(recording, monitor)
    scrubs(session, recording, monitor)
    fits_its_profile(recording)
    survives_a_kill(session, monitor)


def shows_pace(recording, monitor):
    """At a thousand times the speed the end is the same, and events come as lines."""
    code, out, err = drift_monitor("replay", recording, "--config", monitor.config_file, "--speed", "1000")
    expect("replay at a speed: " + err, code, 1)
    for part in ("opened", "resolved", DESCRIPTION, "is typo, should be host1"):
        if part not in out:
            raise Failure(f"replay at a speed: no {part!r} in\n{out}")


def scrubs(session, recording, monitor):
    """Without its words a recording still shows each change of its places."""
    sent = session.folder / "send.rec"
    code, out, err = drift_monitor("scrub", recording, "-o", sent, "--names")
    expect("scrub: " + out + err, code, 0)
    for word in (b"typo", b"host1"):
        if word in sent.read_bytes():
            raise Failure(f"{word} is left in the scrubbed recording")
    events = {}
    for file in (recording, sent):
        _, out, err = drift_monitor("replay", file, "--device", "leaf1", "--config", monitor.config_file, "--output", "json")
        events[file] = [d["action"] for e in json.loads(out)["events"] for d in e["differences"] if d["path"] == DESCRIPTION]
    expect("events of the original", events[recording], ["opened", "resolved"])
    # No word is what the intent says: wrong from the start, and changed.
    expect("events of the scrubbed one", (events[sent][0], set(events[sent][1:])), ("opened", {"changed"}))
    expect("scrub to an existing file", drift_monitor("scrub", recording, "-o", sent)[0], 2)


def fits_its_profile(recording):
    code, out, err = drift_monitor("profile", "test", "arista-eos", recording, "--output", "json")
    expect("profile test: " + err, code, 1)  # leaf1 has no IPv6, no virtual address, no bgp/global/evpn
    answer = json.loads(out)
    silent = [p["path"].rsplit("/", 1)[1] for p in answer["paths"] if p["leaves"] == 0]
    expect("paths that got nothing", silent, ["addresses", "arista-varp", "evpn", "config"])  # the last: apply-policy
    expect("what was read by Get", [p["leaves"] > 0 for p in answer["paths"] if p["mode"] == "get"], [True, True])
    expect("profile check", drift_monitor("profile", "check", "sonic")[0], 0)
    code, out, _ = drift_monitor("profile", "show", "nxos")
    expect("profile show", (code, out), (0, (ROOT / "profiles" / "nxos.yaml").read_text()))
    expect("profile check of none", drift_monitor("profile", "check", "/nonexistent.yaml")[0], 2)


def survives_a_kill(session, monitor):
    """What was written stays readable when the recorder is killed."""
    recording = session.folder / "killed.rec"
    recorder = session.ending(Process([str(BUILD / "drift-monitor"), "record", "leaf2", "-o", str(recording), "--config",
                                       str(monitor.config_file)]))
    recorder.wait_line("leaf2: live")
    recorder.child.send_signal(signal.SIGKILL)
    recorder.child.wait()
    code, out, err = drift_monitor("replay", recording, "--config", monitor.config_file, "--output", "json")
    device = json.loads(out)["devices"][0]
    expect("freshness of a killed recording: " + err, (device["freshness"], device["differences"]), ("live", []))
    expect("its exit code", code in (0, 3), True)  # 3: killed before the paths of mode get were read


def keeps_what_cannot_be_reached(session):
    config_file = session.folder / "dead.json"
    config = base_config(session.fabric, session.folder)
    session.fabric.post("devices/leaf3/kill")
    config_file.write_text(json.dumps(config))
    code, _, err = drift_monitor("record", "leaf3", "-o", session.folder / "dead.rec", "--config", config_file, "--duration", "1s")
    expect("record of a dead device: " + err, code, 3)
    code, out, _ = drift_monitor("replay", session.folder / "dead.rec")
    expect("replay of it", code, 3)
    if "never" not in out:
        raise Failure(f"replay of a device that was never reached:\n{out}")


def records_what_is_asked_otherwise(session):
    """What a device does not take as configured is recorded as the service asks it: sampled, and read by Subscribe ONCE."""
    interfaces, vlans = "/interfaces/interface/config", "/network-instances/network-instance[name=*]/vlans/vlan/config"
    description = "/interfaces/interface[name=Ethernet11]/config/description"
    vlan = "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=40]"  # not wanted on leaf4
    session.fabric.post("devices/leaf4/manners", {"no_on_change": [interfaces, vlans], "no_sample": [vlans], "get": False})
    config = with_files(base_config(session.fabric, session.folder))
    config["gnmi"].update(sample_interval="1s", get_interval="1s", paths=[{"path": p, "mode": "off"} for p in ("/arista/eos/mlag", "/arista/eos/evpn")])
    config_file, recording = session.folder / "modes.json", session.folder / "leaf4.rec"
    config_file.write_text(json.dumps(config))
    recorder = session.ending(Process([str(BUILD / "drift-monitor"), "record", "leaf4", "-o", str(recording), "--config", str(config_file)]))
    recorder.wait_line("leaf4: live")
    for path, word in ((description, "sampled typo"), (vlan + "/config/name", "read typo")):
        session.fabric.leaf("leaf4", path, word)
        wait_for(f"the recording to hold '{word}'", lambda: word.encode() in recording.read_bytes())
    expect("record, ended by a signal", recorder.end(), 0)

    del config["gnmi"]["sample_interval"]  # the recording has its own
    config_file.write_text(json.dumps(config))
    code, out, err = drift_monitor("replay", recording, "--config", config_file, "--output", "json")
    expect("replay: " + out[-2000:] + err, code, 1)
    device = json.loads(out)["devices"][0]
    expect("what is wrong at the end", sorted((d["path"], d["current_value"]) for d in device["differences"]),
           [(description, "sampled typo"), (vlan, {"config/name": "read typo"})])
    expect("freshness", device["freshness"], "live")
    session.fabric.post("devices/leaf4/manners", "{}")


def plays_other_servers(folder):
    """Every recording there is, and the one of a thousand VLANs that became two."""
    for file in sorted(DATA.glob("*.pb")):
        code, _, err = drift_monitor("replay", file, "--profile", "openconfig")
        expect(f"replay of {file.name}: {err}", (code, err), (3, ""))
    large = pathlib.Path(folder) / "vlans.pb"
    large.write_bytes(lzma.decompress((DATA / "lemming-10-1000vlans.pb.xz").read_bytes()))
    intent = pathlib.Path(folder) / "intent.yaml"
    vlan = "/network-instances/network-instance[name=DEFAULT]/vlans/vlan[vlan-id={}]/config/name"
    intent.write_text(json.dumps({"devices": {"vlans": {"leaves": {vlan.format(2): "NEW2", vlan.format(3): "V3"}}}}))
    code, out, err = drift_monitor("replay", large, "--profile", "openconfig", "--intent", intent, "--output", "json")
    expect("replay of 1,000 VLANs: " + err, code, 1)
    answer = json.loads(out)
    expect("the leaves that stay", sorted((leaf["path"].split("/vlans/")[1], leaf["value"]) for leaf in answer["devices"][0]["leaves"]),
           sorted((f"vlan[vlan-id={n}]/{leaf}", value) for n, name in ((1, "V1"), (2, "NEW2"))
                  for leaf, value in (("vlan-id", n), ("config/vlan-id", n), ("config/name", name), ("config/status", "ACTIVE"))))
    expect("what is told", [(e["action"], e["path"], e["current_value"]) for e in answer["events"]],
           [("opened", vlan.format(2), "V2"), ("resolved", vlan.format(2), "NEW2"), ("opened", vlan.format(3), None)])
    expect("messages", answer["devices"][0]["messages"], 7994)


def main():
    with Session("--no-noise") as session:
        records_what_the_service_sees(session)
        records_what_is_asked_otherwise(session)
        keeps_what_cannot_be_reached(session)
        plays_other_servers(session.folder)
    print("record and replay: ok")


if __name__ == "__main__":
    main()
