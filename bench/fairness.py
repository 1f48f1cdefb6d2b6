#!/usr/bin/env python3
"""Does one loud device hold up the quiet ones? From a change on a switch to the POST, and from start to all devices live,
without and with a device that says 10,000 messages a second, or as many as are taken.

One switch of fabric-sim changes; bench-peer plays the other devices. drift-monitor runs on one loop thread. By hand.
"""
import argparse
import pathlib
import resource
import subprocess
import sys
import time

import latency

sys.path.insert(0, str(latency.ROOT / "tests/e2e"))
import harness  # noqa: E402

NO_GET = [{"path": "/arista/eos/mlag", "mode": "off"}, {"path": "/arista/eos/evpn", "mode": "off"}]  # bench-peer knows no Get


def peer(build, *options):
    process = subprocess.Popen([build / "bench/bench-peer", *options], stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def run(build, quiet, loud, changes):
    """`loud`: options of the loud device's peer, or None. Latencies, and seconds until all were live."""
    peers = [peer(build, "--leaves", "500")] + ([peer(build, "--leaves", "500", *loud)] if loud else [])
    try:
        with harness.Session("--no-noise") as session:
            config = harness.with_files(harness.base_config(session.fabric, session.folder, hold="0s", group_window="0s"))
            config["drift"]["flap"] = {"count": 0, "window": "10m"}
            devices = [d for d in config["inventory"]["devices"] if d["name"] == "leaf1"]
            names = ["loud"] if loud else []
            names += [f"quiet{i}" for i in range(quiet)]
            for name in names:
                port = peers[1 if name == "loud" else 0][1]
                devices.append({"name": name, "address": f"127.0.0.1:{port}", "gnmi": {"paths": NO_GET}})
            config["inventory"]["devices"] = devices
            begun = time.monotonic()
            monitor = session.monitor(config)
            while monitor.get("/api/v1/status")["freshness"]["live"] < len(devices):
                time.sleep(0.05)
            live = time.monotonic() - begun
            latency.measure(session.fabric.url, 5)
            return latency.measure(session.fabric.url, changes), live
    finally:
        for process, _ in peers:
            process.kill()
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=latency.ROOT / "build/release")
    parser.add_argument("--quiet", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=300)
    options = parser.parse_args()
    harness.BUILD = options.build.resolve()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for name, loud in (("no loud device", None), ("one at 10,000 messages/s", ("--load", "1", "--rate", "10000")),
                       ("one at what is taken", ("--load", "20"))):
        got, live = run(options.build.resolve(), options.quiet, loud, options.changes)
        p50, p99 = (1000 * got[int(share * len(got))] for share in (0.5, 0.99))
        print(f"{options.quiet} quiet devices, {name}: change to POST p50 {p50:.2f} ms, p99 {p99:.2f} ms, max {1000 * got[-1]:.2f} ms; "
              f"all live after {live:.1f} s", flush=True)


if __name__ == "__main__":
    main()
