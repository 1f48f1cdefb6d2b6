#!/usr/bin/env python3
"""A device that says where a commit ends: its event is told there, however long `drift.group_window` is, and has all of it."""
from harness import ROOT, Failure, Session, base_config, with_files

DESCRIPTION = "/interfaces/interface[name=Ethernet1]/config/description"
OTHER = "/interfaces/interface[name=Ethernet11]/config/description"


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got!r}, expected {wanted!r}")


def set_leaf(session, path, value, commit):
    session.fabric.post("devices/leaf1/apply", {"messages": [{"update": [{"path": path, "type": "string", "value": value}]}], "commit": commit})


def told(session):
    event = session.inbox.take("leaf1")
    return event["action"], sorted(d["path"] for d in event["differences"])


def main():
    with Session("--no-noise") as session:
        before = {path: session.fabric.get_leaf("leaf1", path) for path in (DESCRIPTION, OTHER)}
        profile = session.folder / "eos.yaml"
        profile.write_text((ROOT / "profiles" / "arista-eos.yaml").read_text() + "\nconfig_subscription: true\n")
        config = with_files(base_config(session.fabric, session.folder, hold="100ms", group_window="5h"))
        config["gnmi"]["profile"] = str(profile)
        monitor = session.monitor(config)
        monitor.wait_all(10)

        # The first change outlasts its hold and waits for the end of its commit: one event has both.
        set_leaf(session, DESCRIPTION, "typo", commit=False)
        monitor.wait_device("leaf1", "half of the commit", lambda d: d["open_drifts"] + d["suspected_drifts"] == 1)
        set_leaf(session, OTHER, "typo", commit=True)
        expect("the commit", told(session), ("opened", sorted([DESCRIPTION, OTHER])))

        for path, value in before.items():
            set_leaf(session, path, value, commit=path == OTHER)
        expect("its repair", told(session), ("resolved", sorted([DESCRIPTION, OTHER])))

        set_leaf(session, OTHER, "typo again", commit=True)
        expect("the next commit", told(session), ("opened", [OTHER]))
    print("commit boundary: ok")


if __name__ == "__main__":
    main()
