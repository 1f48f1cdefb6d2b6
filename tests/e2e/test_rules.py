#!/usr/bin/env python3
"""Rules: what they hide before and while they are in force, and what a verdict rests on."""
import json
import re

from harness import Failure, Session, base_config, wait_for, with_netbox
from test_commands import expect, expect_in, run

DESCRIPTION = "/interfaces/interface[name=Ethernet1]/config/description"
MTU = "/interfaces/interface[name=Ethernet1]/config/mtu"
VLAN = "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=3999]"
RULES = [{"device": "leaf*", "labels": {"role": "leaf"}, "path": "/interfaces/interface/config/description", "current": "MAINT*", "reason": "hands off"},
         {"path": "/network-instances/**/vlans/vlan", "difference": "missing"}]


def rules_test(session, config, file):
    """One shot: per rule what it hides; a rule that is only tried shows what it would hide on top."""
    code, out, err = run("rules", "test", "--config", file, "leaf1", "leaf2")
    expect("rules test: " + out + err, code, 0)
    expect_in("rules test", out, "ignore[0] leaf* role=leaf /interfaces/interface/config/description current 'MAINT*': hands off")
    expect_in("rules test", out, "MAINT until Friday")
    expect_in("a rule without use", out, "ignore[1] * /network-instances/**/vlans/vlan if missing\n  hides nothing")
    expect_in("what is left", out, "1 differences are hidden by no rule")

    code, out, err = run("rules", "test", "--config", file, "--output", "json", "leaf1", "--rule", "{ path: /network-instances/**, difference: unexpected }")
    expect("rules test of one more: " + out + err, code, 0)
    rules = json.loads(out)["rules"]
    expect("tried", [(r["rule"], [h["path"] for h in r["hides"]]) for r in rules],
           [("ignore[0]", [DESCRIPTION]), ("ignore[1]", []), ("the tried rule", [VLAN])])
    expect("what is left", json.loads(out)["not_hidden"], 0)

    code, _, err = run("rules", "test", "--config", file, "--rule", "{ pth: /x }")
    expect("a wrong rule", code, 2)
    expect_in("a wrong rule", err, "pth")


def running_service(session, config):
    monitor = session.monitor(config)
    monitor.wait_device("leaf1", "drifted", lambda device: device["verdict"] == "drifted")
    wait_for("the rule's hit", lambda: monitor.get("/api/v1/rules")["items"][0]["hides"] == 1)
    rule = monitor.get("/api/v1/rules")["items"][0]
    expect("whom it hides", (rule["rule"], rule["devices"], rule["hits"]), ("ignore[0]", ["leaf1"], 1))

    def explain(path, *more):
        code, out, err = run("explain", "leaf1", path, "--server", monitor.url, *more)
        expect(f"explain {path}: {err}", code, 0)
        return out

    told = explain("/openconfig-interfaces:interfaces/interface[name=Ethernet1]/config/description")
    for part in ("leaf1 " + DESCRIPTION, "is        text, configuration", "watched   /interfaces/interface/config (on_change)",
                 "device    MAINT until Friday", "intended  equal host1, by netbox dcim.interface:",
                 "rule      ignored by ignore[0]: leaf* role=leaf", "verdict   ignored"):
        expect_in("explain", told, part)
    if not re.search(r"by netbox dcim\.interface:\d+ description  http", told):
        raise Failure(f"explain does not name the field:\n{told}")
    told = json.loads(explain(VLAN, "--output", "json"))
    expect("verdict", (told["verdict"], told["schema"]["kind"], told["rules"]["list"]["is_authoritative"]), ("unexpected", "entry", True))
    expect("drift", told["drift"]["path"], VLAN)
    expect_in("a leaf as intended", explain(MTU), "verdict")
    told = json.loads(explain(VLAN + "/config/vlan-id", "--output", "json"))
    expect_in("what is in an unexpected entry", told["rules"]["spoken_for_by"], "is unexpected as a whole")

    expect("explain of no device", run("explain", "leaf99", MTU, "--server", monitor.url)[0], 2)
    expect("explain of no path", run("explain", "leaf1", "interfaces[", "--server", monitor.url)[0], 2)
    expect("explain without service", run("explain", "leaf1", MTU, "--server", "http://127.0.0.1:1")[0], 3)

    session.fabric.leaf("leaf1", DESCRIPTION, "typo")
    session.inbox.until("leaf1", DESCRIPTION, "opened")
    session.fabric.leaf("leaf1", DESCRIPTION, "MAINT again")
    session.inbox.until("leaf1", DESCRIPTION, "resolved")


def main():
    with Session("--no-noise") as session:
        config = with_netbox(base_config(session.fabric, session.folder, hold="100ms", group_window="50ms"), session.fabric)
        config["inventory"]["devices"] = [d for d in config["inventory"]["devices"] if d["name"] in ("leaf1", "leaf2")]
        config["compare"] = {**config.get("compare", {}), "ignore": RULES}
        session.fabric.leaf("leaf1", DESCRIPTION, "MAINT until Friday")
        session.fabric.leaf("leaf1", VLAN + "/config/vlan-id", 3999)
        file = session.folder / "rules.json"
        file.write_text(json.dumps(config))
        rules_test(session, config, str(file))
        running_service(session, config)
        print("rules test, explain, /rules: ok")


if __name__ == "__main__":
    main()
