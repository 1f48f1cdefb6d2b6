#!/usr/bin/env python3
"""check --netbox-branch: what merging a branch would open, change and close."""
import json
import urllib.request

from harness import Session, base_config, with_netbox
from test_commands import expect, expect_in, run

BRANCH = "a1b2c3d4"
DESCRIPTION = "/interfaces/interface[name=Ethernet1]/config/description"


def interface(session, device, name):
    netbox = session.fabric.ready["netbox"]
    request = urllib.request.Request(netbox["url"] + "/api/dcim/interfaces/?limit=1000", headers={"Authorization": "Token " + netbox["token"]})
    with urllib.request.urlopen(request) as answer:
        rows = json.load(answer)["results"]
    return next(row["id"] for row in rows if row["device"]["name"] == device and row["name"] == name)


def describe(session, device, text, branch=None):
    session.fabric.netbox("PATCH", f"dcim/interfaces/{interface(session, device, 'Ethernet1')}", {"description": text}, branch)


def main():
    with Session("--no-noise") as session:
        file = session.folder / "preview.json"
        file.write_text(json.dumps(with_netbox(base_config(session.fabric, session.folder), session.fabric)))

        def preview(*more):
            return run("check", "--config", str(file), "--netbox-branch", BRANCH, *more)

        code, _, err = preview()
        expect("a NetBox without branches: " + err, code, 2)
        expect_in("a NetBox without branches", err, "netbox-branching is not installed")

        # On the switches: leaf1 was changed to what the branch intends, leaf3 to what nobody does.
        session.fabric.leaf("leaf1", DESCRIPTION, "uplink of host1")
        session.fabric.leaf("leaf3", DESCRIPTION, "typo")
        describe(session, "leaf1", "uplink of host1", BRANCH)
        describe(session, "leaf2", "uplink of host2", BRANCH)
        describe(session, "leaf3", "uplink of host3", BRANCH)
        code, out, err = preview("--output", "json")
        expect("a branch that opens drifts: " + err, code, 1)
        effects = [(e["device"], e["merge"], e["path"], e["desired_value"]) for e in json.loads(out)["effects"]]
        expect("effects", effects, [("leaf1", "closes", DESCRIPTION, "host1"), ("leaf2", "opens", DESCRIPTION, "uplink of host2"),
                                    ("leaf3", "changes", DESCRIPTION, "uplink of host3")])
        code, out, _ = preview("leaf1", "leaf2", "leaf3")
        expect("the same as a table", code, 1)
        expect_in("the table", out, f"merging branch {BRANCH} would open 1, close 1 and change 1 of the drifts; 0 stay as they are")

        code, out, _ = preview("leaf1")
        expect("a branch that only closes: " + out, code, 0)
        code, _, err = run("check", "--config", str(file), "--netbox-branch", "ffffffff")
        expect("an unknown branch: " + err, code, 2)
        expect_in("an unknown branch", err, "is that the schema_id of a branch")
        expect("a name instead of an id", run("check", "--config", str(file), "--netbox-branch", "my branch")[0], 2)
        code, out, _ = run("check", "--config", str(file), "leaf2")
        expect("main is as before: " + out, code, 0)
        print("check --netbox-branch: ok")


if __name__ == "__main__":
    main()
