"""drift-monitor and fabric-sim as processes, for end-to-end tests. Standard library only.

Waiting is always for something that must come (an event, a state); silence is proved by a marker change whose
event arrives in order behind whatever could have come before it.
"""
import collections
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("DM_BUILD", ROOT / "build" / "release"))
PATIENCE = int(os.environ.get("DM_PATIENCE", 180))  # seconds until a test gives up on something that must come

MARKER = "/interfaces/interface[name=Management0]/config/enabled"


class Failure(Exception):
    pass


def http(method, url, body=None, timeout=PATIENCE):
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, method=method)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.loads(answer.read() or b"null")


def wait_for(what, condition):
    """Polls until condition() gives something true; its last value is in the failure."""
    deadline = time.monotonic() + PATIENCE
    seen = None
    while time.monotonic() < deadline:
        try:
            seen = condition()
            if seen:
                return seen
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            seen = error
        time.sleep(0.05)
    raise Failure(f"waited for {what}; last seen: {seen}")


class Process:
    """A child whose standard error is kept; ended by its own id."""

    def __init__(self, arguments, **options):
        self.lines = []
        self._new_line = threading.Condition()
        self.child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", **options)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stderr:
            with self._new_line:
                self.lines.append(line.rstrip())
                self._new_line.notify_all()

    def wait_line(self, pattern):
        deadline = time.monotonic() + PATIENCE
        with self._new_line:
            while True:
                for line in self.lines:
                    found = re.search(pattern, line)
                    if found:
                        return found
                if self.child.poll() is not None and not self._new_line.wait(0.5):
                    raise Failure(f"{self.child.args[0]} ended with {self.child.returncode}:\n" + "\n".join(self.lines[-20:]))
                if time.monotonic() > deadline:
                    raise Failure(f"no line like {pattern}:\n" + "\n".join(self.lines[-20:]))
                self._new_line.wait(1)

    def end(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(30)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                raise Failure("did not end on SIGTERM within 30 s")
        return self.child.returncode


class Fabric:
    def __init__(self, folder, *options):
        self.ready_file = folder / "sim.json"
        self.process = Process([str(BUILD / "fabric-sim"), "serve", "--quiet", "--lab", str(ROOT / "lab"),
                                "--ready-file", str(self.ready_file), *options])
        self.ready = wait_for("fabric-sim", self._read_ready)
        self.url = self.ready["control"]

    def _read_ready(self):
        if self.process.child.poll() is not None:
            raise Failure("fabric-sim ended:\n" + "\n".join(self.process.lines))
        try:
            return json.loads(self.ready_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def post(self, path, body=None):
        return http("POST", self.url + "/control/" + path, body if body is not None else "")

    def leaf(self, device, path, value):
        kind = "bool" if isinstance(value, bool) else "uint" if isinstance(value, int) else "string"
        return self.post(f"devices/{device}/apply", {"messages": [{"update": [{"path": path, "type": kind, "value": value}]}]})

    def get_leaf(self, device, path):
        query = urllib.parse.urlencode({"path": path})
        return http("GET", f"{self.url}/control/devices/{device}/leaves?{query}")["items"][0]["value"]

    def netbox(self, method, object, body=None, branch=None):
        """Changes an object of NetBox as a user would, in main or in a branch."""
        return http(method, f"{self.url}/control/netbox/objects/{object}" + (f"?branch={branch}" if branch else ""), body)

    def events(self):
        return http("GET", self.url + "/control/events?since=0")["items"]

    def end(self):
        self.process.end()


class Inbox:
    """Events accepted by the webhook, handed out per device in order of arrival."""

    def __init__(self, fabric):
        self._queues = collections.defaultdict(queue.Queue)
        self._fabric = fabric
        self._ended = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        since = 0
        while not self._ended:
            try:
                page = http("GET", f"{self._fabric.url}/control/events?since={since}&accepted=true")
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                return
            since = page["next"]
            time.sleep(0.05)
            for item in page["items"]:
                self._queues[item["body"]["device"]].put(item["body"])

    def take(self, device):
        try:
            return self._queues[device].get(timeout=PATIENCE)
        except queue.Empty:
            raise Failure(f"{device}: no event came") from None

    def until(self, device, path, action):
        """Differences (path -> difference) of this device up to the event that has (path, action), that one left out."""
        told = {}
        while True:
            event = self.take(device)
            for difference in event["differences"]:
                told.setdefault((difference["action"], difference["path"]), []).append(difference)
            if (action, path) in told:
                told.pop((action, path))
                return told

    def end(self):
        self._ended = True


class Monitor:
    def __init__(self, folder, config):
        self.config_file = folder / "drift-monitor.json"  # JSON is YAML
        self.config_file.write_text(json.dumps(config, indent=1))
        self.start()

    def start(self):
        self.process = Process([str(BUILD / "drift-monitor"), "run", "--config", str(self.config_file)],
                               env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.url = "http://" + self.process.wait_line(r"listens on (\S+)").group(1)

    def get(self, path):
        return http("GET", self.url + path)

    def device(self, name):
        return self.get(f"/api/v1/devices/{name}")

    def ask(self, path, method="GET", token=None):
        """Status code and body, whatever the status."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(self.url + path, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())

    def readiness(self):
        return self.ask("/readyz")

    def metric(self, name, token=None):
        """The value of drift_monitor_<name>; 0 while it has none."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with urllib.request.urlopen(urllib.request.Request(self.url + "/metrics", headers=headers), timeout=PATIENCE) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(f"drift_monitor_{name} "):
                    return float(line.rsplit(" ", 1)[1])
        return 0

    def wait_device(self, name, what, condition):
        return wait_for(f"{name} {what}", lambda: (lambda d: d if condition(d) else None)(self.device(name)))

    def wait_all(self, count, verdict="in_sync"):
        def ready():
            items = self.get("/api/v1/devices")["items"]
            bad = [f"{d['name']}: {d['verdict']} {d['verdict_reason']} {d['freshness']} {d['last_error']}" for d in items
                   if d["verdict"] != verdict or d["freshness"]["state"] != "live"]
            self.unready = bad or f"{len(items)} of {count} devices"
            return len(items) == count and not bad
        try:
            wait_for("all devices", ready)
        except Failure:
            raise Failure(f"not all devices are {verdict}: {self.unready}\n" + "\n".join(self.process.lines[-15:])) from None

    def kill(self):
        self.process.child.kill()
        self.process.child.wait()

    def end(self):
        code = self.process.end()
        if code != 0:
            raise Failure(f"drift-monitor ended with {code}:\n" + "\n".join(self.process.lines[-20:]))


def base_config(fabric, folder, **drift):
    intent = json.loads((ROOT / "lab" / "intent.json").read_text())
    return {
        "gnmi": {"username": fabric.ready["username"], "password": fabric.ready["password"]},
        "inventory": {"devices": [{"name": n, "address": a} for n, a in fabric.ready["devices"].items()]},
        "compare": {"lists": [{"path": path, "policy": policy} for path, policy in intent["lists"].items()]},
        "drift": {"hold": "700ms", "group_window": "150ms", "flap": {"count": 1000, "window": "1m"}, **drift},
        "delivery": {"kestra": {"url": fabric.ready["kestra"]["url"],
                                "actions": ["opened", "changed", "resolved"]}},
        "store": {"path": str(folder / "state.db")},
        "api": {"listen": "127.0.0.1:0"},
    }


def with_netbox(config, fabric):
    config["intent"] = {"netbox": {"url": fabric.ready["netbox"]["url"], "token": fabric.ready["netbox"]["token"]}}
    return config


def with_files(config):
    config["intent"] = {"files": [str(ROOT / "tests" / "data" / "fabric" / "intent-files" / "*.yaml")]}
    return config


class Session:
    """A folder, a fabric and what is to be ended; a failure keeps the folder and says where it is."""

    def __init__(self, *sim_options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dm-e2e-"))
        self._sim_options = sim_options
        self._ends = []

    def __enter__(self):
        self.fabric = self.ending(Fabric(self.folder, *self._sim_options))
        self.inbox = self.ending(Inbox(self.fabric))
        return self

    def ending(self, thing):
        self._ends.append(thing)
        return thing

    def monitor(self, config):
        return self.ending(Monitor(self.folder, config))

    def __exit__(self, kind, error, trace):
        for thing in reversed(self._ends):
            try:
                thing.end()
            except Failure:
                if error is None:
                    raise
        if error is None:
            shutil.rmtree(self.folder)
        else:
            print(f"kept: {self.folder}", file=sys.stderr)
        return False
