#!/usr/bin/env python3
"""kill -9 at random moments while changes flow and the receiver fails half of the time: in the end every drift was
accepted at least once, and an event was accepted twice only where its answer was withheld or its receiver of the answer
killed. usage: test_crash.py [SEED]"""
import concurrent.futures
import random
import sys
import threading

from harness import Failure, Session, base_config, http, wait_for, with_netbox

ROUNDS = 12
PORTS = ["Ethernet1", "Ethernet10", "Ethernet11", "Ethernet12"]
LEAFS = [f"leaf{n}" for n in range(1, 9)]


class Pool(concurrent.futures.ThreadPoolExecutor):
    def end(self):
        self.shutdown()


def change_for_a_while(session, rng, final, stop):
    while not stop.is_set():
        device, port = rng.choice(LEAFS), rng.choice(PORTS)
        path = f"/interfaces/interface[name={port}]/config/description"
        value = f"wrong-{rng.randrange(10**6)}"
        session.fabric.leaf(device, path, value)
        final[(device, path)] = value
        stop.wait(rng.uniform(0.02, 0.2))


def main(seed):
    rng = random.Random(seed)
    print(f"seed {seed}")
    with Session() as session:
        fabric = session.fabric
        config = with_netbox(base_config(fabric, session.folder, hold="100ms", group_window="50ms"), fabric)
        monitor = session.monitor(config)
        monitor.wait_all(10)
        final, stop, kills = {}, threading.Event(), []
        pool = session.ending(Pool())
        writer = pool.submit(change_for_a_while, session, random.Random(seed + 1), final, stop)
        try:
            for _ in range(ROUNDS):
                if writer.done():
                    writer.result()  # it does not end by itself: says why it did
                mode = rng.choice([{"mode": "withhold"}, {"mode": "status", "status": 503}, {"mode": "drop"}])
                fabric.post("kestra", {**mode, "percent": 50, "seed": rng.randrange(10**6)})
                stop.wait(rng.uniform(0.3, 1.5))
                monitor.kill()
                before = arrivals(fabric)
                monitor.start()
                kills.append((before, arrivals(fabric)))
        finally:
            stop.set()
        writer.result()
        fabric.post("kestra", {"mode": "ok"})
        for (device, path), value in final.items():
            wait_for(f"{device} {path} accepted as {value}", lambda: last_told(fabric, device, path) == value)
        wait_for("an empty outbox", lambda: monitor.get("/api/v1/status")["delivery"]["pending"] == 0)
        check_recorded(monitor, fabric)
        print(f"{len(final)} drifts, {check_duplicates(fabric, kills)} events accepted twice, each with its answer lost")


def arrivals(fabric):
    return http("GET", fabric.url + "/control/status")["kestra"]["arrivals"]


def last_told(fabric, device, path):
    value = None
    for item in fabric.events():
        if not item["accepted"] or item["body"]["device"] != device:
            continue
        for difference in item["body"]["differences"]:
            if difference["path"] == path and difference["action"] != "resolved":
                value = difference["current_value"]
    return value


def check_recorded(monitor, fabric):
    accepted = {item["event_id"] for item in fabric.events() if item["accepted"]}
    cursor, recorded = "", []
    while True:
        page = monitor.get(f"/api/v1/events?limit=500&cursor={cursor}")
        recorded += [event["id"] for event in page["items"]]
        if not page["next_cursor"]:
            break
        cursor = page["next_cursor"]
    lost = [event for event in recorded if event not in accepted]
    if lost or not recorded:
        raise Failure(f"{len(lost)} of {len(recorded)} recorded events were never accepted: {lost[:5]}")


def check_duplicates(fabric, kills):
    """`kills`: how many POSTs had arrived right after each kill, and when its successor listened. In between came what was
    on its way, and what the successor sent at once."""
    count = 0
    accepted = {}  # event -> its newest acceptance
    for item in fabric.events():
        if not item["accepted"]:
            continue
        if item["header_event_id"] != item["event_id"]:
            raise Failure(f"header and body disagree: {item}")
        earlier = accepted.get(item["event_id"])
        if earlier:
            count += 1
            if item["body"]["redelivered"] is not True:
                raise Failure(f"accepted twice without saying so: {item['event_id']}")
            was_killed = any(earlier["sequence"] <= after and before < item["sequence"] for before, after in kills)
            if earlier["answered"] and not was_killed:
                raise Failure(f"sent again although it was answered and nobody died: {item['event_id']}")
        accepted[item["event_id"]] = item
    return count


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20261123)
