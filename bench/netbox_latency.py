#!/usr/bin/env python3
"""How long from a change in NetBox to the new verdict: with webhooks, and with the change log alone.

fabric-sim's NetBox renames a VLAN, its switch keeps the old name; a new verdict is an event, and the event's POST is timed by
the webhook's face of the same machine. The webhook is delivered by this script right after the change: NetBox itself takes about 60 ms
for that (measured with 4.4), 100 ms for each further one of a burst. `hold` and `group_window` are 0. One change at a time.
"""
import argparse
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import random
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECRET = "netbox signs with this"


def seconds(text):
    whole, fraction = text.rstrip("Z").split(".")
    return datetime.datetime.fromisoformat(whole + "+00:00").timestamp() + float("0." + fraction)


def deliver(monitor, vlan):
    body = json.dumps({"event": "updated", "object_type": "ipam.vlan", "request_id": "5b5b", "data": {"id": vlan}}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha512).hexdigest()
    urllib.request.urlopen(urllib.request.Request(monitor.url + "/api/v1/hooks/netbox", body, method="POST",
                                                  headers={"Content-Type": "application/json", "X-Hook-Signature": signature}))


def measure(harness, session, monitor, vlan, changes, has_webhooks, pause):
    latencies, since = [], 0
    for number in range(changes):
        time.sleep(pause())  # anywhere between two polls
        name = "renamed-%d-%d" % (os.getpid(), number)
        begun = time.time()
        session.fabric.netbox("PATCH", "ipam/vlans/%d" % vlan, {"name": name})
        if has_webhooks:
            deliver(monitor, vlan)
        told = None
        while told is None:
            page = harness.http("GET", "%s/control/events?since=%d&wait=2s" % (session.fabric.url, since), timeout=120)
            since = page["next"]
            for item in page["items"]:
                wanted = [d for d in item["body"]["differences"] if d["desired_value"] == name]
                told = item["time"] if wanted and item["body"]["device"] == "leaf1" else told
        latencies.append(seconds(told) - begun)
    return sorted(latencies)


def show(what, got):
    of = lambda share: 1000 * got[min(int(share * len(got)), len(got) - 1)]  # noqa: E731
    print("%s, %d changes: p50 %.0f ms, p90 %.0f ms, max %.0f ms" % (what, len(got), of(0.5), of(0.9), 1000 * got[-1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--changes", type=int, default=30)
    parser.add_argument("--poll", type=float, default=5, help="poll_interval without webhooks, in seconds")
    options = parser.parse_args()
    os.environ["DM_BUILD"] = str(options.build.resolve())
    sys.path.insert(0, str(ROOT / "tests/e2e"))
    import harness
    rows = json.loads((ROOT / "lab" / "netbox" / "ipam_vlans_p1.json").read_text())["results"]
    vlan = next(row["id"] for row in rows if row["vid"] == 40)
    for has_webhooks in (True, False):
        with harness.Session("--no-noise") as session:
            config = harness.with_netbox(harness.base_config(session.fabric, session.folder, hold="0s", group_window="0s"), session.fabric)
            netbox = config["intent"]["netbox"]
            netbox.update({"poll_interval": "6h", "webhook_secret": SECRET} if has_webhooks else {"poll_interval": "%dms" % (1000 * options.poll)})
            monitor = session.monitor(config)
            monitor.wait_all(10)
            pause = (lambda: 0) if has_webhooks else (lambda: random.uniform(0, options.poll))
            got = measure(harness, session, monitor, vlan, options.changes, has_webhooks, pause)
        show("with webhooks" if has_webhooks else "polled every %g s" % options.poll, got)


if __name__ == "__main__":
    main()
