#!/usr/bin/env python3
"""The same load to drift-monitor and to what else one could use: CPU per message and memory per device, side by side.

bench-peer plays the devices: 500 leaves each, then messages of one leaf at a fixed rate over all of them. drift-monitor
compares every leaf with an intent; the others only decode and keep or print it. What cannot be had on this machine is
printed as not measured, with what was missing. By hand, minutes; needs Go for gnmi_cli, PyPI for pygnmi.
"""
import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import fleet  # noqa: E402


class NotMeasured(Exception):
    pass


class Processes:
    """One or several processes that are measured as one."""

    def __init__(self, pids):
        self.pids = pids

    def cpu(self):
        total = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/stat") as text:
                fields = text.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / fleet.TICKS

    def memory(self):
        total = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/smaps_rollup") as text:
                total += sum(int(line.split()[1]) * 1024 for line in text if line.startswith("Private"))
        return total


def peer(build, rate):
    process = subprocess.Popen([os.path.join(build, "bench/bench-peer"), "--leaves", "500", "--load", "1", "--rate", str(rate)],
                               stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def measure(processes, rate, seconds, devices):
    """Per message and per device, while the load goes on."""
    time.sleep(2)
    before = processes.cpu()
    time.sleep(seconds)
    used = processes.cpu() - before
    return used, 1e6 * used / (rate * seconds), processes.memory() / devices / 1000


def drift_monitor(options):
    programs = fleet.Programs(options.build, options.devices, 500, True, ("--load", "1", "--rate", str(options.rate)))
    try:
        programs.wait_live(options.devices)
        return measure(Processes([programs.monitor.pid]), options.rate, options.seconds, options.devices)
    finally:
        programs.end()


def gnmi_cli(options):
    """OpenConfig's own client: a process for each device, which prints what it hears."""
    folder = os.path.join(fleet.ROOT, "build/interop/bin")
    built = subprocess.run([os.path.join(fleet.ROOT, "tests/interop/build_peers.sh"), "gnmi_cli"], capture_output=True, text=True)
    if built.returncode != 0:
        raise NotMeasured("gnmi_cli does not build here: " + built.stderr.strip().splitlines()[-1])
    device, port = peer(options.build, options.rate)
    devices = min(options.devices, 20)  # a process each
    clients = [subprocess.Popen([os.path.join(folder, "gnmi_cli"), "-address", f"127.0.0.1:{port}", "-insecure", "-query_type", "streaming",
                                 "-query", "interfaces", "-with_user_pass=false"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for _ in range(devices)]
    try:
        time.sleep(5)
        if any(client.poll() is not None for client in clients):
            raise NotMeasured("gnmi_cli ended at once")
        return measure(Processes([client.pid for client in clients]), options.rate, options.seconds, devices)
    finally:
        for client in clients:
            client.kill()
            client.wait()
        device.kill()
        device.wait()


def lines_of(path):
    with open(path, "rb") as lines:
        return sum(1 for _ in lines)


TELEGRAF = "github.com/influxdata/telegraf/cmd/telegraf@v1.37.2"
TELEGRAF_CONFIG = """
[agent]
  omit_hostname = true
  flush_interval = "1s"
  metric_buffer_limit = 1000000
[[inputs.gnmi]]
  addresses = [%s]
%s[[outputs.file]]
  files = ["%s"]
"""
TELEGRAF_SUBSCRIPTION = """
  [[inputs.gnmi.subscription]]
    name = "%s"
    origin = "openconfig"
    path = "/%s"
    subscription_mode = "on_change"
"""


def telegraf(options):
    """Telegraf with its gNMI input alone, one process for all devices; writes every leaf as a metric, as it would to a database."""
    with tempfile.TemporaryDirectory(prefix="drift-monitor-bench-") as folder:
        environment = {**os.environ, "GOBIN": folder}
        built = subprocess.run(["go", "install", "-tags", "custom,inputs.gnmi,outputs.file,serializers.influx", TELEGRAF],
                               env=environment, capture_output=True, text=True)
        if built.returncode != 0:
            raise NotMeasured("telegraf does not build here: " + built.stderr.strip().splitlines()[-1])
        device, port = peer(options.build, options.rate)
        config, metrics = os.path.join(folder, "telegraf.conf"), os.path.join(folder, "metrics")
        with open(config, "w") as out:
            subscriptions = "".join(TELEGRAF_SUBSCRIPTION % (tree, tree) for tree in ("interfaces", "network-instances", "system", "lacp", "arista"))
            out.write(TELEGRAF_CONFIG % (", ".join([f'"127.0.0.1:{port}"'] * options.devices), subscriptions, metrics))
        collector = subprocess.Popen([os.path.join(folder, "telegraf"), "--config", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(10)
            if collector.poll() is not None or not os.path.exists(metrics) or os.path.getsize(metrics) == 0:
                raise NotMeasured("telegraf hears nothing")
            before, begun = lines_of(metrics), time.monotonic()
            measured = measure(Processes([collector.pid]), options.rate, options.seconds, options.devices)
            heard = (lines_of(metrics) - before) / (time.monotonic() - begun)
            if heard < 0.8 * options.rate:
                raise NotMeasured(f"telegraf wrote {heard:.0f} of {options.rate} leaves a second")
            return measured
        finally:
            collector.kill()
            collector.wait()
            device.kill()
            device.wait()


def pygnmi(options):
    with tempfile.TemporaryDirectory(prefix="drift-monitor-bench-") as folder:
        python = os.path.join(folder, "bin/python3")
        made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True)
        if made.returncode == 0:
            made = subprocess.run([python, "-m", "pip", "install", "-q", "-r", os.path.join(HERE, "requirements.txt")], capture_output=True, text=True)
        if made.returncode != 0:
            raise NotMeasured("pygnmi cannot be installed here: " + (made.stderr.strip().splitlines() or ["?"])[-1])
        device, port = peer(options.build, options.rate)
        reader = subprocess.Popen([python, os.path.join(HERE, "pygnmi_reader.py"), f"127.0.0.1:{port}", str(options.devices)], stdout=subprocess.PIPE, text=True)
        try:
            if reader.stdout.readline() != "synced\n":
                raise NotMeasured("the pygnmi script did not sync")
            return measure(Processes([reader.pid]), options.rate, options.seconds, options.devices)
        finally:
            reader.kill()
            reader.wait()
            device.kill()
            device.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(fleet.ROOT, "build/release"))
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--rate", type=int, default=2000, help="messages a second over all devices; more than a peer can take measures nothing")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"{options.devices} devices, {options.rate} messages/s of one leaf, {options.seconds:.0f} s")
    for name, run in (("drift-monitor, comparing", drift_monitor), ("telegraf, writing metrics", telegraf),
                      ("gnmi_cli, printing", gnmi_cli), ("pygnmi script, storing", pygnmi)):
        try:
            used, micros, kilobytes = run(options)
        except NotMeasured as reason:
            print(f"{name:26} not measured: {reason}", flush=True)
            continue
        load = 100 * used / options.seconds
        note = "  (a whole core: it cannot keep up, the true cost is higher)" if load > 90 else ""
        print(f"{name:26} {micros:8.1f} µs CPU a message, {kilobytes:8.0f} KB a device{note}", flush=True)


if __name__ == "__main__":
    main()
