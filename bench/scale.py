#!/usr/bin/env python3
"""Large fleets: how long until all are live, what a device costs, what a reconnect storm and long churn do.

bench-peer plays all devices, each with 500 leaves that are judged against the lab's leaf1. By hand: takes minutes, with
--churn 1200 more than twenty. CPU is that of drift-monitor alone.
"""
import argparse
import os
import resource
import time

import fleet


def timed(action):
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def cpu_of(programs, action):
    before = programs.cpu()
    seconds = timed(action)
    return seconds, programs.cpu() - before


def wait_lost(programs):
    while programs.get("/api/v1/status")["freshness"]["live"] > 0:
        time.sleep(0.1)


def scale(build, devices, idle):
    begun = time.monotonic()
    programs = fleet.Programs(build, devices, 500, True)
    programs.wait_live(devices)
    connect, connect_cpu = time.monotonic() - begun, programs.cpu()
    time.sleep(2)
    memory, before = programs.memory(), programs.cpu()
    time.sleep(idle)
    idle_cpu = (programs.cpu() - before) / idle
    print(f"{devices} devices: all live after {connect:.0f} s, {1000 * connect_cpu / devices:.2f} ms CPU each; "
          f"{memory / devices / 1000:.0f} KB each, {memory / 1e6:.0f} MB in all; idle {100 * idle_cpu:.2f} % of a core", flush=True)
    programs.end_peer()
    wait_lost(programs)

    def storm():
        programs.start_peer("--port", str(programs.port))
        programs.wait_live(devices)
    seconds, cpu = cpu_of(programs, storm)
    time.sleep(2)
    print(f"  after the devices restarted: all live again after {seconds:.0f} s, {1000 * cpu / devices:.2f} ms CPU each, "
          f"{programs.memory() / 1e6:.0f} MB", flush=True)
    programs.end()


def churn(build, devices, seconds, rate):
    """Re-sends at `rate`, and every tenth of the time all devices restart."""
    programs = fleet.Programs(build, devices, 500, True, ("--load", "1", "--rate", str(rate)))
    programs.wait_live(devices)
    time.sleep(2)
    first, begun = programs.memory(), time.monotonic()
    print(f"churn: {devices} devices, {rate} messages/s, all restarted ten times in {seconds} s: {first / 1e6:.0f} MB at first", flush=True)
    for turn in range(1, 11):
        time.sleep(max(0, begun + turn * seconds / 10 - time.monotonic()))
        programs.end_peer()
        wait_lost(programs)
        programs.start_peer("--port", str(programs.port), "--load", "1", "--rate", str(rate))
        programs.wait_live(devices)
        print(f"  {time.monotonic() - begun:.0f} s: {programs.memory() / 1e6:.0f} MB, {programs.cpu():.0f} s CPU so far", flush=True)
    messages = sum(device["messages"] for device in programs.get("/api/v1/devices?limit=1000")["items"])
    print(f"  {messages} messages of the first 1,000 devices", flush=True)
    programs.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(fleet.ROOT, "build/release"))
    parser.add_argument("--devices", type=int, nargs="*", default=[1000, 5000, 10000])
    parser.add_argument("--idle", type=float, default=10, help="seconds over which idle CPU is measured")
    parser.add_argument("--churn", type=float, default=0, help="seconds of churn with 1,000 devices; 0: none")
    parser.add_argument("--rate", type=int, default=12000, help="messages a second of the churn")
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for devices in options.devices:
        scale(options.build, devices, options.idle)
    if options.churn:
        churn(options.build, 1000, options.churn, options.rate)


if __name__ == "__main__":
    main()
