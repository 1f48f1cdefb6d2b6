#!/usr/bin/env python3
"""How long from a change on a switch to the POST at the webhook, with hold and group window 0.

fabric-sim's switches (official gRPC C++ servers) say a change; its webhook face notes when the POST arrives; both
times are of one machine's clock. Each event is on disk (SQLite, synced) before it is sent. One change at a time.
"""
import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e"))
from harness import http  # noqa: E402

PATH = "/interfaces/interface[name=Ethernet1]/config/description"


def seconds(text):
    whole, fraction = text.rstrip("Z").split(".")
    return datetime.datetime.fromisoformat(whole + "+00:00").timestamp() + float("0." + fraction)


def wait_for_file(path):
    while True:
        try:
            return json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            time.sleep(0.05)


def start(build, folder):
    sim = subprocess.Popen([build / "fabric-sim", "serve", "--quiet", "--hold", "0s", "--group-window", "0s",
                            "--write-config", folder / "dm.yaml", "--store", folder / "state.db",
                            "--api-listen", "127.0.0.1:0", "--ready-file", folder / "ready"])
    fabric = wait_for_file(folder / "ready")
    config = (folder / "dm.yaml").read_text().replace("group_window: 0s", "group_window: 0s, flap: { count: 0, window: 10m }")
    (folder / "dm.yaml").write_text(config)
    with open(folder / "log", "w") as log:
        monitor = subprocess.Popen([build / "drift-monitor", "run", "--config", folder / "dm.yaml"], stderr=log, stdout=log)
    return sim, monitor, fabric["control"]


def measure(control, changes):
    latencies, since, value = [], 0, 0
    while len(latencies) < changes:
        value += 1
        said = http("POST", control + "/control/devices/leaf1/apply",
                    {"messages": [{"update": [{"path": PATH, "type": "string", "value": "wrong %d" % value}]}]})
        while True:
            page = http("GET", "%s/control/events?since=%d&wait=2s" % (control, since), timeout=60)
            since = page["next"]
            found = [item for item in page["items"] if item["body"]["current_value"] == "wrong %d" % value]
            if found:
                latencies.append(seconds(found[0]["time"]) - seconds(said["begun"]))
                break
            if not page["items"] and value == 1:
                break  # the switch is not live yet: it said this in its first dump
    return sorted(latencies)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--changes", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="drift-monitor-bench-") as name:
        programs = []
        try:
            *programs, control = start(options.build.resolve(), pathlib.Path(name))
            measure(control, 5)
            got = measure(control, options.changes)
        finally:
            for program in reversed(programs):
                program.terminate()
                program.wait()
    of = lambda share: 1000 * got[min(int(share * len(got)), len(got) - 1)]  # noqa: E731
    print("change to POST, %d changes: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, max %.2f ms" % (len(got), of(0.5), of(0.9), of(0.99), 1000 * got[-1]))


if __name__ == "__main__":
    main()
