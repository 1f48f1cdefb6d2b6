#!/usr/bin/env python3
"""A VLAN is renamed in NetBox: the verdict changes by a webhook, and without one by the change log. After a restart while
NetBox is down it is what it was."""
import hashlib
import hmac
import json
import urllib.error
import urllib.request

from harness import ROOT, Failure, Session, base_config, wait_for, with_netbox

SECRET = "netbox signs with this"


def deliver(monitor, body, secret=SECRET):
    """As NetBox's worker does; the status of the answer."""
    raw = json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha512).hexdigest()
    request = urllib.request.Request(monitor.url + "/api/v1/hooks/netbox", raw, method="POST",
                                     headers={"Content-Type": "application/json", "X-Hook-Signature": signature})
    try:
        return urllib.request.urlopen(request, timeout=60).status
    except urllib.error.HTTPError as refused:
        return refused.code


def vlan_on_leaf1():
    rows = json.loads((ROOT / "lab" / "netbox" / "ipam_vlans_p1.json").read_text())["results"]
    return next(row for row in rows if row["vid"] == 40)


def verdict(monitor):
    return monitor.device("leaf1")["verdict"]


def main():
    vlan = vlan_on_leaf1()
    hook = {"event": "updated", "object_type": "ipam.vlan", "request_id": "5b5b", "data": {"id": vlan["id"]}}
    with Session("--no-noise") as session:
        config = with_netbox(base_config(session.fabric, session.folder), session.fabric)
        config["intent"]["netbox"]["poll_interval"] = "6h"  # only what a webhook names is read
        config["intent"]["netbox"]["webhook_secret"] = SECRET
        monitor = session.monitor(config)
        monitor.wait_all(10)
        loads = monitor.metric('intent_loads_total{result="ok"}')

        session.fabric.netbox("PATCH", f"ipam/vlans/{vlan['id']}", {"name": "renamed"})
        if deliver(monitor, hook, "somebody else") != 401:
            raise Failure("a webhook with a wrong signature was taken")
        if deliver(monitor, {**hook, "context": {"active_branch": {"id": 1, "schema_id": "abcdefgh"}}}) != 202:
            raise Failure("a webhook of a branch was not understood")
        if monitor.metric('intent_loads_total{result="ok"}') != loads:
            raise Failure("a webhook that is none led to a reading")
        if deliver(monitor, hook) != 202:
            raise Failure("a good webhook was refused")
        wait_for("the webhook to change the verdict", lambda: verdict(monitor) == "drifted")

        config["intent"]["netbox"]["poll_interval"] = "1s"
        monitor.config_file.write_text(json.dumps(config))
        status, answer = monitor.ask("/api/v1/reload", "POST")
        if status != 200:
            raise Failure(f"reload: {answer}")
        session.fabric.netbox("PATCH", f"ipam/vlans/{vlan['id']}", {"name": vlan["name"]})
        wait_for("the change log to change the verdict back", lambda: verdict(monitor) == "in_sync")
        session.fabric.netbox("PATCH", f"ipam/vlans/{vlan['id']}", {"name": "renamed-again"})
        wait_for("the change log to change the verdict", lambda: verdict(monitor) == "drifted")

        monitor.end()
        session.fabric.post("netbox", {"status": 502})
        monitor.start()
        monitor.wait_device("leaf1", "judged by what NetBox said before", lambda d: d["verdict"] == "drifted")
        status, ready = monitor.readiness()
        if status != 200 or "read before this start" not in " ".join(ready["warnings"]):
            raise Failure(f"the age of the intent is not told: {ready}")
        session.fabric.post("netbox", {"mode": "ok"})
        session.fabric.netbox("PATCH", f"ipam/vlans/{vlan['id']}", {"name": vlan["name"]})
        wait_for("NetBox to be believed again", lambda: verdict(monitor) == "in_sync")

        good, repeats = monitor.metric('intent_loads_total{result="ok"}'), monitor.metric("netbox_repeats_total")
        failed = monitor.metric('intent_loads_total{result="failed"}')
        session.fabric.post("netbox", {"mode": "status", "status": 502, "times": 2, "path": "/api/ipam/vlans/"})
        monitor.ask("/api/v1/refresh", "POST")
        wait_for("a page that fails twice to be asked for again", lambda: monitor.metric("netbox_repeats_total") == repeats + 2)
        wait_for("the reading to succeed", lambda: monitor.metric('intent_loads_total{result="ok"}') > good)
        if monitor.metric('intent_loads_total{result="failed"}') != failed:
            raise Failure("one page that failed in passing cost a reading")
        print("a webhook, and without one the change log, changes the verdict")


if __name__ == "__main__":
    main()
