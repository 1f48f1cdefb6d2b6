#!/usr/bin/env python3
"""Three of ten switches are taken out of NetBox: no verdict until an operator accepts the loss, then the truth again."""
import json
import os
import subprocess

from harness import BUILD, ROOT, Failure, Session, base_config, wait_for, with_netbox

GONE = ("leaf1", "leaf2", "leaf3")
CALL = "POST /api/v1/refresh?accept_loss=true"


def refresh(monitor, *options):
    done = subprocess.run([str(BUILD / "drift-monitor"), "refresh", *options], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "DRIFT_MONITOR_URL": monitor.url}, check=False)
    if done.returncode != 0:
        raise Failure(f"refresh {options} ended with {done.returncode}: {done.stderr}")


def remove_from_netbox(fabric):
    ids = {}
    for file in sorted((ROOT / "lab" / "netbox").glob("dcim_devices_p*.json")):
        ids.update({row["name"]: row["id"] for row in json.loads(file.read_text())["results"]})
    for name in GONE:
        fabric.netbox("DELETE", f"dcim/devices/{ids[name]}")


def verdicts(monitor):
    return {d["name"]: d["verdict"] for d in monitor.get("/api/v1/devices")["items"]}


def main():
    with Session("--no-noise") as session:
        config = with_netbox(base_config(session.fabric, session.folder), session.fabric)
        config["intent"]["netbox"]["poll_interval"] = "6h"  # only what is asked for is read
        monitor = session.monitor(config)
        monitor.wait_all(10)

        remove_from_netbox(session.fabric)
        refresh(monitor)
        monitor.wait_all(10, verdict="unknown")
        for said in (monitor.device("leaf5")["verdict_reason"], monitor.readiness()[1]["reasons"][0]):
            if CALL not in said or "3 of 10 devices vanished" not in said:
                raise Failure(f"neither what nor the cure: {said}")

        refresh(monitor)
        wait_for("the second reading to be refused too", lambda: monitor.metric('intent_loads_total{result="held"}') == 2)
        if set(verdicts(monitor).values()) != {"unknown"}:
            raise Failure(f"a refresh without --accept released the guard: {verdicts(monitor)}")

        refresh(monitor, "--accept")
        wanted = {f"leaf{n}": "in_sync" for n in range(4, 9)} | {"spine1": "in_sync", "spine2": "in_sync"} | dict.fromkeys(GONE, "unknown")
        wait_for("the verdicts to be back", lambda: verdicts(monitor) == wanted)
        if monitor.readiness()[0] != 200:
            raise Failure(f"still not ready: {monitor.readiness()}")
        print("the guard holds, says how it is released, and is released")


if __name__ == "__main__":
    main()
