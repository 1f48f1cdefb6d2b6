#!/usr/bin/env python3
"""What a fleet costs the running service: memory and CPU per device, with bench-peer as all the devices.

Starts drift-monitor with 1 and with N devices and divides the difference by N - 1. Everything listens on
127.0.0.1. Prints one line for each measurement; --json prints them as JSON.
"""
import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TICKS = os.sysconf("SC_CLK_TCK")


class Programs:
    """The peer and the service, and where their files are."""

    def __init__(self, build, devices, leaves, with_intent, peer_options=()):
        self.folder = tempfile.mkdtemp(prefix="drift-monitor-bench-")
        self.peer_command = [os.path.join(build, "bench/bench-peer"), "--leaves", str(leaves)]
        self.port = self.start_peer(*peer_options)
        config = os.path.join(self.folder, "drift-monitor.yaml")
        with open(config, "w") as out:
            self.write_config(out, self.port, devices, with_intent)
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.monitor = subprocess.Popen([os.path.join(build, "drift-monitor"), "run", "--config", config],
                                        stderr=self.log, stdout=self.log)
        self.api = self.wait_for_address()

    def start_peer(self, *options):
        self.peer = subprocess.Popen([*self.peer_command, *options], stdout=subprocess.PIPE, text=True)
        return int(self.peer.stdout.readline())

    def end_peer(self):
        self.peer.kill()
        self.peer.wait()

    def write_config(self, out, port, devices, with_intent):
        out.write("store: { path: %s/state.db }\napi: { listen: \"127.0.0.1:0\" }\n" % self.folder)
        # bench-peer knows no Get.
        out.write("gnmi: { paths: [ { path: /arista/eos/mlag, mode: \"off\" }, { path: /arista/eos/evpn, mode: \"off\" } ] }\n")
        out.write("inventory:\n  devices:\n")
        for i in range(devices):
            out.write("    - { name: device%d, address: \"127.0.0.1:%d\" }\n" % (i, port))
        if not with_intent:
            return
        with open(os.path.join(ROOT, "tests/data/fabric/intent-files/leaf1.yaml")) as text:
            leaf1 = text.read()
        head, body = leaf1.split("  leaf1:\n", 1)
        for first in range(0, devices, 1000):  # limits.intent_file_bytes
            with open(os.path.join(self.folder, "intent-%d.yaml" % first), "w") as intent:
                intent.write(head)
                for i in range(first, min(first + 1000, devices)):
                    intent.write("  device%d:\n%s" % (i, body))
        out.write("intent: { files: [ \"intent-*.yaml\" ] }\n")

    def wait_for_address(self):
        end = time.monotonic() + 600
        while time.monotonic() < end:
            self.log.flush()
            with open(self.log.name) as text:
                for line in text:
                    if " listens on " in line:
                        return "http://" + line.split(" listens on ")[1].strip()
            if self.monitor.poll() is not None:
                break
            time.sleep(0.05)
        sys.exit("drift-monitor did not start; its log: %s" % self.log.name)

    def get(self, path):
        with urllib.request.urlopen(self.api + path, timeout=60) as answer:
            return json.load(answer)

    def wait_live(self, devices):
        while True:
            live = self.get("/api/v1/status")["freshness"]["live"]
            if live == devices:
                return
            time.sleep(0.1)

    def memory(self):
        with open("/proc/%d/smaps_rollup" % self.monitor.pid) as text:
            return sum(int(line.split()[1]) * 1024 for line in text if line.startswith("Private"))

    def cpu(self):
        with open("/proc/%d/stat" % self.monitor.pid) as text:
            fields = text.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def end(self):
        self.monitor.terminate()
        self.monitor.wait()
        self.end_peer()
        shutil.rmtree(self.folder)


def measure(build, devices, leaves, with_intent, idle):
    programs = Programs(build, devices, leaves, with_intent)
    programs.wait_live(devices)
    time.sleep(2)  # counters are flushed, the view is published
    result = {"memory": programs.memory(), "cpu": programs.cpu()}
    time.sleep(idle)
    result["idle_cpu"] = (programs.cpu() - result["cpu"]) / idle if idle else 0.0
    programs.end()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build/release"))
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--idle", type=float, default=10, help="seconds over which idle CPU is measured")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rows = []
    for leaves, with_intent in ((1, False), (500, False), (500, True)):
        one = measure(options.build, 1, leaves, with_intent, 0)
        many = measure(options.build, options.devices, leaves, with_intent, options.idle)
        rows.append({"devices": options.devices, "leaves": leaves, "intent": with_intent,
                     "bytes_per_device": round((many["memory"] - one["memory"]) / (options.devices - 1)),
                     "connect_cpu_ms_per_device": round(1000 * (many["cpu"] - one["cpu"]) / (options.devices - 1), 3),
                     "idle_cpu_percent": round(100 * many["idle_cpu"], 2),
                     "memory_total": many["memory"]})
        if not options.json:
            row = rows[-1]
            print("%(devices)d devices, %(leaves)d leaves each, intent: %(intent)s: %(bytes_per_device)d bytes and "
                  "%(connect_cpu_ms_per_device).3f ms CPU to live for each; idle %(idle_cpu_percent).2f %% CPU for all; "
                  "%(memory_total)d bytes in all" % row, flush=True)
    if options.json:
        print(json.dumps(rows))


if __name__ == "__main__":
    main()
