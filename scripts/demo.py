#!/usr/bin/env python3
"""The demo of drift-monitor: starts fabric-sim and drift-monitor, types changes on switches, and tells what
drift-monitor saw, what it POSTed, and that the repair was seen too. Python's standard library only."""
import argparse
import datetime
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

START_DEADLINE = 120.0  # seconds until everything is live
EVENT_DEADLINE = 90.0   # seconds for one event: generous, a slow machine is no failure

NI = "/network-instances/network-instance[name=default]"
BGP = NI + "/protocols/protocol[identifier=BGP][name=BGP]/bgp"
VLAN34 = "/interfaces/interface[name=Vlan34]/routed-vlan/ipv4/addresses"

# What is typed, the differences it must give, and how it is put right again.
STORIES = [
    {"title": "A description with a typo", "device": "leaf1",
     "typed": ["interface Ethernet1", "description hots1"],
     "expect": [("different", "/interfaces/interface[name=Ethernet1]/config/description")],
     "undo": ["interface Ethernet1", "description host1"]},
    {"title": "A VLAN nobody asked for", "device": "leaf2",
     "typed": ["vlan 50", "name rogue"],
     "expect": [("unexpected", NI + "/vlans/vlan[vlan-id=50]")],
     "undo": ["no vlan 50"]},
    {"title": "A VLAN that is gone", "device": "leaf6",
     "typed": ["no vlan 40"],
     "expect": [("missing", NI + "/vlans/vlan[vlan-id=40]")],
     "undo": ["vlan 40", "name test-l2-vxlan"]},
    {"title": "The wrong VNI", "device": "leaf1",
     "typed": ["interface Vxlan1", "vxlan vlan 40 vni 110041"],
     "expect": [("different", "/interfaces/interface[name=Vxlan1]/arista-vxlan/vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni")],
     "undo": ["interface Vxlan1", "vxlan vlan 40 vni 110040"]},
    {"title": "A BGP session shut for maintenance, and forgotten", "device": "spine1",
     "typed": ["router bgp 65000", "neighbor 10.0.250.13 shutdown"],
     "expect": [("different", BGP + "/neighbors/neighbor[neighbor-address=10.0.250.13]/config/enabled")],
     "undo": ["router bgp 65000", "no neighbor 10.0.250.13 shutdown"]},
    {"title": "Another address on an SVI", "device": "leaf3",
     "typed": ["interface Vlan34", "ip address 10.34.34.22/24"],
     "expect": [("missing", VLAN34 + "/address[ip=10.34.34.2]"), ("unexpected", VLAN34 + "/address[ip=10.34.34.22]")],
     "undo": ["interface Vlan34", "ip address 10.34.34.2/24"]},
]


class Failure(Exception):
    """Something the demo needs did not happen; the text says what."""


# ---- the terminal ----------------------------------------------------------------------------------

COLOURED = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
WIDTH = max(72, min(110, shutil.get_terminal_size((100, 24)).columns))
RED, GREEN, YELLOW, CYAN, BOLD, DIM = "31", "32", "33", "36", "1", "2"


def paint(text, *codes):
    return "\x1b[%sm%s\x1b[0m" % (";".join(codes), text) if COLOURED else text


def say(text=""):
    print(text, flush=True)


def rule(text):
    say()
    say(paint("── " + text + " ", BOLD) + paint("─" * max(3, WIDTH - len(text) - 4), DIM))


def row(name, text):
    say("    %s %s" % (paint("%-10s" % name, DIM), text))


def shorten(text, width):
    return text if len(text) <= width else text[: width - 1] + "…"


def shorten_path(path, width):
    """The end of a path says most: whole elements are left out from the front."""
    if len(path) <= width:
        return path
    depth, cut = 0, 0
    for at, character in enumerate(path):
        depth += (character == "[") - (character == "]")
        if character == "/" and depth == 0 and at > 0:
            cut = at
            if len(path) - at + 1 <= width:
                break
    return "…" + path[cut:]


def value_text(value):
    if value is None:
        return paint("(absent)", DIM)
    return shorten(json.dumps(value, ensure_ascii=False), WIDTH - 18)


# ---- HTTP ------------------------------------------------------------------------------------------

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def http(method, url, body=None, timeout=30.0):
    """Status and parsed JSON (None when it is none)."""
    data = None if body is None else body.encode()
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with OPENER.open(request, timeout=timeout) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    try:
        return status, json.loads(text)
    except ValueError:
        return status, None


def answers(method, url, timeout=5.0):
    """As http(), and (0, None) while nobody listens."""
    try:
        return http(method, url, timeout=timeout)
    except OSError:
        return 0, None


# ---- the two programs ------------------------------------------------------------------------------


class Program:
    """A child with its output in a file. In a session of its own: Ctrl-C is for the demo, which ends it."""

    def __init__(self, name, command, log_file):
        self.name, self.log_file = name, log_file
        if not os.access(command[0], os.X_OK):
            raise Failure("%s is not built (make build)" % command[0])
        with open(log_file, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)

    def check(self):
        if self.process.poll() is None:
            return
        with open(self.log_file, errors="replace") as log:
            tail = "".join(log.readlines()[-15:])
        raise Failure("%s ended with code %d:\n%s" % (self.name, self.process.returncode, tail))

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def free_port(wanted):
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return probe.getsockname()[1]
            except OSError:
                continue
    raise Failure("no free port on 127.0.0.1")


class Demo:
    def __init__(self, build, directory):
        self.build, self.directory = build, directory
        self.programs = []
        self.seen = 0  # sequence of the newest event read
        self.fabric, self.api = None, None

    def path(self, name):
        return os.path.join(self.directory, name)

    def wait_until(self, what, ready):
        deadline = time.monotonic() + START_DEADLINE
        while True:
            for program in self.programs:
                program.check()
            found = ready()
            if found:
                return found
            if time.monotonic() > deadline:
                raise Failure("not within %d s: %s (logs in %s)" % (START_DEADLINE, what, self.directory))
            time.sleep(0.05)

    def start(self):
        port = free_port(8080)
        self.api = "http://127.0.0.1:%d" % port
        config, ready = self.path("drift-monitor.yaml"), self.path("fabric.json")
        self.programs.append(Program("fabric-sim", [
            os.path.join(self.build, "fabric-sim"), "serve", "--quiet", "--write-config", config, "--store",
            self.path("state.db"), "--api-listen", "127.0.0.1:%d" % port, "--ready-file", ready],
            self.path("fabric-sim.log")))
        self.wait_until("fabric-sim listens", lambda: os.path.exists(ready))
        with open(ready) as file:
            self.fabric = json.load(file)
        self.programs.append(Program("drift-monitor", [
            os.path.join(self.build, "drift-monitor"), "run", "--config", config], self.path("drift-monitor.log")))

    def live_devices(self):
        """How many devices are live and without open drift; None while the API is not there."""
        status, page = answers("GET", self.api + "/api/v1/devices?limit=1000")
        if status != 200 or not isinstance(page, dict):
            return None
        return [device for device in page.get("items", [])
                if device.get("freshness", {}).get("state") == "live" and not device.get("open_drifts")
                and device.get("verdict") != "unknown"]

    def wait_live(self):
        count = len(self.fabric["devices"])
        self.wait_until("all switches live and without drift", lambda: len(self.live_devices() or []) == count)

    def type(self, device, lines):
        status, answer = http("POST", "%s/control/devices/%s/cli" % (self.fabric["control"], device), "\n".join(lines))
        if status != 200:
            raise Failure("%s refused: %s" % (device, (answer or {}).get("error", status)))
        return instant(answer["begun"])

    def events(self, device, wanted):
        """Yields the accepted events of a device until `wanted` says that there are enough."""
        deadline = time.monotonic() + EVENT_DEADLINE
        while time.monotonic() < deadline:
            for program in self.programs:
                program.check()
            _, page = http("GET", "%s/control/events?since=%d&accepted=true&wait=5s"
                           % (self.fabric["control"], self.seen), timeout=60)
            for item in page["items"]:
                self.seen = item["sequence"]
                if isinstance(item["body"], dict) and item["body"].get("device") == device:
                    yield item
                if wanted():
                    return
        return

    def end(self):
        for program in reversed(self.programs):
            program.end()


def instant(text):
    """Seconds since 1970 of an RFC 3339 time in UTC with nanoseconds."""
    whole, fraction = text.rstrip("Z").split(".")
    parsed = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return parsed.timestamp() + float("0." + fraction)


def key(difference):
    return (difference.get("difference"), difference.get("path"))


# ---- telling ---------------------------------------------------------------------------------------


def show_typed(device, lines):
    prompt = ""
    for line in lines:
        say("    %s %s" % (paint("%s(config%s)#" % (device, prompt), CYAN), paint(line, BOLD)))
        word = line.split()[0]
        if line == lines[0]:
            prompt = {"interface": "-if", "vlan": "-vlan", "router": "-bgp"}.get(word, "")


def show_event(item, began):
    body = item["body"]
    action = body.get("action", "?")
    colour = {"opened": RED, "resolved": GREEN}.get(action, YELLOW)
    took = "%d ms after it was typed" % round((instant(item["time"]) - began) * 1000)
    say("  %s %s  %s" % (paint("●", colour), paint("%-9s" % action, colour, BOLD), paint(took, DIM)))


def show_differences(body):
    for difference in body.get("differences") or [body]:
        row(difference.get("difference", "?"), shorten_path(difference.get("path", "?"), WIDTH - 16))
        row("  has", value_text(difference.get("current_value")))
        row("  wants", value_text(difference.get("desired_value")))
        intent = difference.get("intent") or {}
        if intent.get("source"):
            row("  says", "%s %s" % (intent["source"], intent.get("object", "")))


def show_post(item):
    body = item["body"]
    names = ["device", "path", "current_value", "timestamp", "desired_value", "difference", "severity", "action",
             "event_id", "difference_count", "open_count", "remediation"]
    say("    %s" % paint("POST to Kestra, %d bytes, answered %d:" % (item["body_bytes"], item["status"]), DIM))
    for name in names:
        if name in body:
            text = json.dumps(body[name], ensure_ascii=False)
            if name != "path":  # the one that is read off here
                text = shorten(text, WIDTH - 28)
            say("      %s %s" % (paint("%-20s" % ('"%s":' % name), CYAN), text))


def tell(demo, number, story):
    """One change and its repair. Returns what did not happen."""
    device, expected = story["device"], set(story["expect"])
    rule("%d/%d  %s" % (number, len(STORIES), story["title"]))
    show_typed(device, story["typed"])
    began = demo.type(device, story["typed"])
    opened = set()
    for item in demo.events(device, lambda: expected <= opened):
        show_event(item, began)
        if item["body"].get("action") in ("opened", "changed"):
            show_differences(item["body"])
            show_post(item)
            opened |= {key(one) for one in item["body"].get("differences") or [item["body"]]}
    missing = ["%s %s was never told" % one for one in sorted(expected - opened)]
    missing += ["%s %s was told and is wrong" % one for one in sorted(opened - expected)]

    say()
    show_typed(device, story["undo"])
    began = demo.type(device, story["undo"])
    paths, resolved = {path for _, path in expected & opened}, set()
    for item in demo.events(device, lambda: paths <= resolved) if paths else []:
        show_event(item, began)
        if item["body"].get("action") == "resolved":
            resolved |= {one.get("path") for one in item["body"].get("differences") or [item["body"]]}
            for path in sorted(resolved & paths):
                row("as wanted", shorten_path(path, WIDTH - 16))
    missing += ["%s was never told resolved" % path for path in sorted(paths - resolved)]
    for text in missing:
        say("  %s %s" % (paint("✗", RED, BOLD), text))
    return missing


def told_wrong(demo):
    """What was told, of any switch, beyond the stories: something else, or one opening twice (a lost answer, which the
    demo does not stage, would excuse that)."""
    wanted = {(story["device"],) + one for story in STORIES for one in story["expect"]}
    places = {(device, path) for device, _, path in wanted}
    _, page = http("GET", demo.fabric["control"] + "/control/events?since=0&accepted=true")
    opened, wrong = set(), []
    for item in page["items"]:
        device, action = item["body"].get("device"), item["body"].get("action")
        for one in item["body"].get("differences") or [item["body"]]:
            drift = (device,) + key(one)
            is_wanted = (device, one.get("path")) in places if action == "resolved" else drift in wanted
            if not is_wanted:
                wrong.append("%s: %s %s was told (%s) and is wrong" % (drift + (action,)))
            elif action == "opened" and drift in opened:
                wrong.append("%s: %s %s was told twice" % drift)
            if action == "opened":
                opened.add(drift)
    return wrong


def show_start(demo, seconds):
    say()
    say(paint("drift-monitor", BOLD) + " watches %d simulated EOS switches (gNMI), compares them with NetBox and hands"
        % len(demo.fabric["devices"]))
    say("every drift to Kestra. All switches are live and as intended, %.1f s after the start." % seconds)
    say()
    row("switches", ", ".join(sorted(demo.fabric["devices"])))
    row("NetBox", demo.fabric["netbox"]["url"] + paint("  (recorded answers)", DIM))
    row("Kestra", demo.fabric["kestra"]["url"].rsplit("/", 1)[0] + "/…" + paint("  (webhook face)", DIM))


def show_end(failures):
    rule("The end")
    if failures:
        for text in failures:
            say("  %s %s" % (paint("✗", RED, BOLD), text))
    else:
        say("  %s %d changes, every drift was told once and every repair was seen." % (paint("✓", GREEN, BOLD), len(STORIES)))


def show_urls(demo):
    say()
    row("API", demo.api + "/api/v1/devices")
    row("", demo.api + "/api/v1/drifts")
    row("metrics", demo.api + "/metrics")
    row("fabric", demo.fabric["control"] + "/control/status")
    row("config", demo.path("drift-monitor.yaml"))
    row("logs", demo.path("drift-monitor.log"))
    say()
    say("  Type something yourself; events are shown here as they arrive:")
    say("    %s cli leaf5 'interface Ethernet11; mtu 1500' --control %s"
        % (os.path.relpath(os.path.join(demo.build, "fabric-sim")), demo.fabric["control"]))
    say("  Ctrl-C ends.")
    say()


def follow(demo):
    while True:
        for program in demo.programs:
            program.check()
        _, page = http("GET", "%s/control/events?since=%d&wait=2s" % (demo.fabric["control"], demo.seen), timeout=60)
        for item in page["items"]:
            demo.seen = item["sequence"]
            if not isinstance(item["body"], dict):
                continue
            body = item["body"]
            action = body.get("action", "?")
            colour = {"opened": RED, "resolved": GREEN}.get(action, YELLOW)
            say("  %s %s %s" % (paint("●", colour), paint("%-9s" % action, colour, BOLD), body.get("device")))
            show_differences(body)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="directory of the built programs")
    parser.add_argument("--once", action="store_true", help="end after the stories; exit 0 only if all events came")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.makedirs(options.build, exist_ok=True)
    directory = tempfile.mkdtemp(prefix="demo-", dir=options.build)
    demo = Demo(options.build, directory)
    is_good = False
    try:
        began = time.monotonic()
        demo.start()
        demo.wait_live()
        show_start(demo, time.monotonic() - began)
        failures = []
        for number, story in enumerate(STORIES, 1):
            failures += tell(demo, number, story)
        failures += told_wrong(demo)
        show_end(failures)
        is_good = not failures
        if not options.once:
            show_urls(demo)
            follow(demo)
        return 0 if is_good else 1
    except Failure as failure:
        say(paint("demo: ", RED, BOLD) + str(failure))
        return 1
    except KeyboardInterrupt:
        say()
        return 0 if is_good else 130
    finally:
        demo.end()
        if is_good:
            shutil.rmtree(directory, ignore_errors=True)  # after a failure the logs are kept


if __name__ == "__main__":
    sys.exit(main())
