#!/usr/bin/env python3
"""What bad input gets: a clear message with place and cure, a service that lives on with the last good state, and a /readyz
that tells. And `run` from the environment alone."""
import json
import os
import random
import resource
import socket
import subprocess
import threading

from harness import BUILD, MARKER, ROOT, Failure, Process, Session, base_config, http, wait_for, with_netbox

DESCRIPTION = "/interfaces/interface[name=Ethernet1]/config/description"
MTU = "/interfaces/interface[name=Ethernet1]/config/mtu"


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got!r}, expected {wanted!r}")


def expect_in(what, text, *parts):
    for part in parts:
        if part not in text:
            raise Failure(f"{what}: no {part!r} in {text!r}")


def run(*arguments):
    done = subprocess.run([str(BUILD / "drift-monitor"), *arguments], capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


def wait_ready(monitor, status, *parts):
    """Until /readyz answers so, and its reasons or warnings hold all the parts."""
    def said():
        code, body = monitor.readiness()
        texts = body["reasons"] if status != 200 else body["warnings"]
        is_so = code == status and (any(all(part in text for part in parts) for text in texts) if parts else not texts)
        return (code, body) if is_so else None
    return wait_for(f"/readyz {status} with {parts}", said)


def drift_is_told(session, device="leaf1"):
    """The service lives: a change and its repair are told."""
    session.fabric.leaf(device, MARKER, False)
    session.inbox.until(device, MARKER, "opened")
    session.fabric.leaf(device, MARKER, True)
    session.inbox.until(device, MARKER, "resolved")


class Scene:
    """A monitor of its own for one case."""

    def __init__(self, session, name):
        self.session, self.fabric = session, session.fabric
        self.config = with_netbox(base_config(session.fabric, session.folder, hold="100ms", group_window="50ms"), session.fabric)
        self.config["store"]["path"] = str(session.folder / f"{name}.db")
        self.config["intent"]["netbox"]["poll_interval"] = "1s"
        self.config["intent"]["netbox"]["full_refresh"] = "1s"  # every poll reads everything
        self.monitor = None

    def start(self, live=True):
        self.monitor = self.session.monitor(self.config)
        if live:
            self.monitor.wait_all(10)
        return self.monitor

    def reload(self):
        self.monitor.config_file.write_text(json.dumps(self.config))
        http("POST", self.monitor.url + "/api/v1/reload", "")


def unknown_device(scene):
    monitor = scene.start()
    code, _, err = run("check", "--config", str(monitor.config_file), "nosuch")
    expect("check of an unknown device", code, 2)
    expect_in("its message", err, "device 'nosuch' is not in the inventory")
    for path in ("/api/v1/devices/nosuch", "/api/v1/devices/nosuch/leaves"):
        code, body = monitor.ask(path)
        expect(path, code, 404)
        expect_in(path, body["detail"], "device 'nosuch' is not known here")
    wait_ready(monitor, 200)


def unreachable_netbox(scene):
    scene.fabric.post("netbox", '{"mode": "down"}')
    url = scene.fabric.ready["netbox"]["url"]
    monitor = scene.start(live=False)
    wait_ready(monitor, 503, "netbox was never reached", url, "is NetBox up, and intent.netbox.url (NETBOX_URL) its address?")
    code, _, err = run("check", "--config", str(monitor.config_file))
    expect("check without NetBox", code, 3)
    expect_in("check without NetBox", err, url)

    scene.fabric.post("netbox", '{"mode": "ok"}')
    wait_ready(monitor, 200)
    monitor.wait_all(10)
    scene.fabric.post("netbox", '{"mode": "down"}')
    wait_ready(monitor, 200, "intent: ", url, "the last good state stays in use")
    drift_is_told(scene.session)
    scene.fabric.post("netbox", '{"mode": "ok"}')
    wait_ready(monitor, 200)


def wrong_token(scene):
    scene.config["intent"]["netbox"]["token"] = "0123456789abcdef"
    monitor = scene.start(live=False)
    said = wait_ready(monitor, 503, "the token is refused", "set intent.netbox.token (NETBOX_TOKEN)", scene.fabric.ready["netbox"]["url"])
    if "0123456789abcdef" in json.dumps(said) + "".join(monitor.process.lines):
        raise Failure("the token is shown")
    code, _, err = run("check", "--config", str(monitor.config_file))
    expect("check with a wrong token", code, 3)
    expect_in("check with a wrong token", err, "the token is refused")

    scene.config["intent"]["netbox"]["token"] = scene.fabric.ready["netbox"]["token"]
    scene.reload()
    monitor.wait_all(10)
    scene.fabric.post("netbox", '{"mode": "status", "status": 403}')  # revoked later
    wait_ready(monitor, 200, "the token may not read this", "give its user the permission")
    drift_is_told(scene.session)
    scene.fabric.post("netbox", '{"mode": "ok"}')


def wrong_webhook_key(scene):
    right = scene.config["delivery"]["kestra"]["url"]
    scene.config["delivery"]["kestra"]["url"] = right.rsplit("/", 1)[0] + "/{key}"
    scene.config["delivery"]["kestra"]["key"] = "not-the-webhooks-key"
    monitor = scene.start()
    scene.fabric.leaf("leaf4", DESCRIPTION, "typo")
    said = wait_ready(monitor, 200, "delivery: ", "HTTP 404", "the key is wrong", "for leaf4")
    failure = monitor.get("/api/v1/status")["delivery"]["last_failure"]
    expect("last failure", (failure["device"], failure["last_answer"], failure["last_status"]), ("leaf4", "configuration", 404))
    if "not-the-webhooks-key" in json.dumps([said, failure]) + "".join(monitor.process.lines):
        raise Failure("the key is shown")

    del scene.config["delivery"]["kestra"]["key"]
    scene.config["delivery"]["kestra"]["url"] = right
    scene.reload()
    expect("the event that waited", scene.session.inbox.take("leaf4")["path"], DESCRIPTION)
    wait_ready(monitor, 200)
    scene.fabric.leaf("leaf4", DESCRIPTION, "host2")
    scene.session.inbox.until("leaf4", DESCRIPTION, "resolved")


def malformed_yaml(scene):
    file = scene.session.folder / "broken.yaml"
    file.write_text("drift: { hold: 2s\nstore: [\n")
    for command in ("run", "check", "config check"):
        code, _, err = run(*command.split(), "--config", str(file))
        expect(f"{command} with malformed YAML: {err}", code, 2)
        expect_in(command, err, f"{file}:2:")


def netbox_page_no_json(scene):
    monitor = scene.start()
    scene.fabric.post("netbox", '{"mode": "status", "status": 200, "path": "/api/ipam/vlans/*"}')
    monitor.ask("/api/v1/refresh", "POST")  # polls ask for what changed; this reads everything
    wait_ready(monitor, 200, "/api/ipam/vlans/: the answer is not JSON", "is intent.netbox.url the address of NetBox itself?")
    drift_is_told(scene.session)
    scene.fabric.post("netbox", '{"mode": "ok"}')
    wait_ready(monitor, 200)


def findings_are_listed(monitor, vrf):
    """For people and for programs, of all devices or one; never as drift."""
    code, out, err = run("findings", "--server", monitor.url)
    expect("findings: " + err, code, 0)
    expect_in("findings", out, "impossible_value", f"ipam.vrf:{vrf}", "leaf8", "4 findings")
    code, out, err = run("findings", "leaf8", "--server", monitor.url, "--output", "json")
    expect("findings of a device: " + err, code, 0)
    items = json.loads(out)["items"]
    expect("findings of a device", [(i["kind"], i["device"], i["object"]) for i in items],
           [("impossible_value", "leaf8", f"ipam.vrf:{vrf}")])
    expect("the metric", monitor.metric('intent_findings{kind="impossible_value"}'), 4)
    expect("findings of nobody", run("findings", "--server", "http://127.0.0.1:1")[0], 3)


def wrong_type(scene):
    """In the configuration, in NetBox, and from a device."""
    file = scene.session.folder / "types.yaml"
    file.write_text("drift:\n  hold: soon\ngnmi: { port: high }\n")
    code, _, err = run("config", "check", "--config", str(file))
    expect("config check", code, 2)
    expect_in("config check", err, f"{file}:2:9: ", f"{file}:3:15: ")

    monitor = scene.start()
    vrfs = json.loads((ROOT / "lab" / "netbox" / "ipam_vrfs_p1.json").read_text())["results"]
    vrf = next(v for v in vrfs if v["name"] == "gold")
    scene.fabric.netbox("PATCH", f"ipam/vrfs/{vrf['id']}", {"custom_fields": {"l3vni": "many"}})
    wait_for("the finding", lambda: any("'many' is no VNI (1 to 16777215); not compared" in w
                                        for w in monitor.get("/api/v1/status")["intent"]["warnings"]))
    findings_are_listed(monitor, vrf["id"])
    scene.fabric.netbox("PATCH", f"ipam/vrfs/{vrf['id']}", {"custom_fields": {"l3vni": vrf["custom_fields"]["l3vni"]}})

    scene.fabric.post("devices/leaf5/apply", {"messages": [{"update": [{"path": MTU, "type": "string", "value": "nine thousand"}]}]})
    drift_is_told(scene.session, "leaf5")
    leaf = next(v for v in monitor.get("/api/v1/devices/leaf5/leaves")["items"] if v["path"] == MTU)
    expect("the leaf as it came", leaf["value"], "nine thousand")
    wait_ready(monitor, 200)


def full_disk(scene):
    monitor = scene.start()
    pid = monitor.process.child.pid
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))  # no file may grow any more
    scene.fabric.leaf("leaf6", DESCRIPTION, "typo")
    wait_ready(monitor, 503, "store: " + scene.config["store"]["path"], "check free space and permissions")
    expect("alive", monitor.device("leaf6")["freshness"]["state"], "live")
    expect("nothing unrecorded is told", [e for e in scene.fabric.events() if e["body"]["device"] == "leaf6"], [])

    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    expect("told when it can be recorded", scene.session.inbox.take("leaf6")["path"], DESCRIPTION)
    wait_ready(monitor, 200)
    scene.fabric.leaf("leaf6", DESCRIPTION, "host3")
    scene.session.inbox.until("leaf6", DESCRIPTION, "resolved")


def limit_passed_for_a_moment(scene):
    """What could not be held is gone again, and nobody says so: a new dump tells, and what else was missed meanwhile."""
    scene.config["limits"] = {"leaves_per_device": 700}
    monitor = scene.start()
    made = [f"/interfaces/interface[name=Z{number}]" for number in range(400)]
    values = [{"path": f"{entry}/config/description", "type": "string", "value": "x"} for entry in made]
    scene.fabric.post("devices/leaf1/apply", {"messages": [{"update": values}, {"delete": made}]})
    device = monitor.wait_device("leaf1", "degraded", lambda d: d["verdict"] == "degraded")
    expect_in("its reason", device["verdict_reason"], "leaves_per_device")
    vlan = "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=40]"
    name = scene.fabric.get_leaf("leaf1", f"{vlan}/config/name")
    scene.fabric.post("devices/leaf1/cli", "no vlan 40")
    scene.session.inbox.until("leaf1", vlan, "opened")
    device = monitor.device("leaf1")
    expect("its verdict", device["verdict"], "drifted")
    expect("its streams", device["streams"], 2)
    scene.fabric.post("devices/leaf1/cli", f"vlan 40\nname {name}")
    monitor.wait_all(10)


def sigterm(scene):
    """With a receiver that never answers: ends, and the event is sent again after the next start, saying so."""
    monitor = scene.start()
    scene.fabric.post("kestra", '{"mode": "hang"}')
    scene.fabric.leaf("leaf7", DESCRIPTION, "typo")
    first = wait_for("the POST", lambda: [e for e in scene.fabric.events() if e["body"]["device"] == "leaf7"])[0]
    monitor.end()
    scene.fabric.post("kestra", '{"mode": "ok"}')
    monitor.start()
    again = wait_for("the POST after the restart", lambda: [e for e in scene.fabric.events() if e["body"]["device"] == "leaf7"][1:])[0]
    expect("its id", again["event_id"], first["event_id"])
    expect("redelivered", (first["body"]["redelivered"], again["body"]["redelivered"]), (False, True))


class Relay:
    """The simulated switch on the port that a switch has, on a loopback address of this test's own."""

    def __init__(self, target):
        self.address = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(2, 254)}"
        host, port = target.rsplit(":", 1)
        self._target = (host, int(port))
        self._listener = socket.create_server((self.address, 6030))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def end(self):
        self._listener.close()


def environment_alone(scene):
    """Six variables and no file. (Two more only keep the test apart from what runs on this machine.)"""
    fabric, session = scene.fabric, scene.session
    relay = session.ending(Relay(fabric.ready["devices"]["leaf8"]))
    oob = {"id": 990_001, "address": relay.address + "/32"}
    fabric.netbox("POST", "ipam/ip-addresses", {**oob, "status": {"value": "active"}, "role": None, "vrf": None})
    rows = [row for file in sorted((ROOT / "lab" / "netbox").glob("dcim_devices_p*.json"))
            for row in json.loads(file.read_text())["results"]]
    for row in rows:
        if row["name"] == "leaf8":
            fabric.netbox("PATCH", f"dcim/devices/{row['id']}", {"oob_ip": oob})
        else:
            fabric.netbox("DELETE", f"dcim/devices/{row['id']}")
    prefix, key = fabric.ready["kestra"]["url"].rsplit("/", 1)
    environment = {"KESTRA_WEBHOOK_URL": prefix + "/{key}", "KESTRA_WEBHOOK_KEY": key,
                   "GNMI_USERNAME": fabric.ready["username"], "GNMI_PASSWORD": fabric.ready["password"],
                   "NETBOX_URL": fabric.ready["netbox"]["url"], "NETBOX_TOKEN": fabric.ready["netbox"]["token"]}
    apart = {"DRIFT_MONITOR_STORE": str(session.folder / "environment.db"), "DRIFT_MONITOR_LISTEN": "127.0.0.1:0"}
    service = session.ending(Process([str(BUILD / "drift-monitor"), "run"],
                                     env={"ASAN_OPTIONS": "detect_leaks=0", "PATH": os.environ["PATH"], **environment, **apart}))
    url = "http://" + service.wait_line(r"listens on (\S+)").group(1)
    wait_for("leaf8 in sync", lambda: [d for d in http("GET", url + "/api/v1/devices")["items"]
                                       if (d["name"], d["verdict"], d["freshness"]["state"]) == ("leaf8", "in_sync", "live")])
    fabric.leaf("leaf8", DESCRIPTION, "typo")
    event = session.inbox.take("leaf8")
    expect("the event", (event["device"], event["path"], event["current_value"], event["action"]), ("leaf8", DESCRIPTION, "typo", "opened"))
    if key in json.dumps(event) + "".join(service.lines):
        raise Failure("the key is shown")


CASES = (unknown_device, unreachable_netbox, wrong_token, wrong_webhook_key, malformed_yaml, netbox_page_no_json, wrong_type, full_disk,
         limit_passed_for_a_moment, sigterm, environment_alone)


def main():
    with Session("--no-noise") as session:
        for case in CASES:
            scene = Scene(session, case.__name__)
            case(scene)
            if scene.monitor:
                scene.monitor.end()
            print(f"{case.__name__}: ok", flush=True)


if __name__ == "__main__":
    main()
