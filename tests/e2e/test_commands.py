#!/usr/bin/env python3
"""The commands as a user types them: output, exit codes, and no secret in either."""
import json
import os
import subprocess

from harness import BUILD, Failure, Session, base_config, with_netbox

DESCRIPTION = "/interfaces/interface[name=Ethernet1]/config/description"
MLAG_DOMAIN = "/arista/eos/mlag/config/domain-id"  # read by Get


def run(*arguments, environment=None):
    done = subprocess.run([str(BUILD / "drift-monitor"), *arguments], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **(environment or {})}, check=False)
    return done.returncode, done.stdout, done.stderr


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got!r}, expected {wanted!r}")


def expect_in(what, text, part):
    if part not in text:
        raise Failure(f"{what}: no {part!r} in\n{text}")


def checks(session, config_file):
    code, out, err = run("check", "--config", config_file)
    expect("check of a fabric as intended: " + out + err, code, 0)
    expect_in("check", out, "10 of 10 devices are what they should be")

    session.fabric.leaf("leaf1", DESCRIPTION, "typo")
    session.fabric.leaf("leaf1", MLAG_DOMAIN, "typo")
    code, out, _ = run("check", "--config", config_file, "--output", "json", "leaf1", "leaf2")
    expect("check with drift", code, 1)
    devices = {d["device"]: d["differences"] for d in json.loads(out)["devices"]}
    expect("differences", [(d["path"], d["current_value"], d["desired_value"]) for d in devices["leaf1"]],
           [(MLAG_DOMAIN, "typo", "leafs"), (DESCRIPTION, "typo", "host1")])
    expect("of the other device", devices["leaf2"], [])
    session.fabric.leaf("leaf1", DESCRIPTION, "host1")
    session.fabric.leaf("leaf1", MLAG_DOMAIN, "leafs")

    session.fabric.post("devices/leaf2/kill")
    code, out, _ = run("check", "--config", config_file, "leaf2")
    expect("check of a dead device", code, 3)
    expect_in("check of a dead device", out, "leaf2")
    session.fabric.post("devices/leaf2/start")

    expect("check of an unknown device", run("check", "--config", config_file, "leaf99")[0], 2)
    expect("an unknown option", run("check", "--nonsense")[0], 2)


def what_was_not_checked(session, config):
    """A check does not pass what it could not look at, and says what limits it."""
    file = session.folder / "limits.json"
    config["inventory"]["devices"].append({"name": "leaf99"})
    file.write_text(json.dumps(config))
    session.fabric.post("netbox", '{"mode": "status", "status": 404, "path": "/api/plugins/bgp/*"}')
    code, out, err = run("check", "--config", str(file))
    expect("check with a device without address: " + out + err, code, 3)
    expect_in("check with a device without address", out, "leaf99  no address: give it a primary or out-of-band IP")
    expect_in("check with a device without address", out, "10 of 11 devices")
    expect_in("check without sessions", err, "BGP neighbors are not compared")
    code, out, _ = run("check", "--config", str(file), "--output", "json", "leaf99")
    expect("check of a device without address", code, 3)
    expect_in("its warnings", " ".join(json.loads(out)["warnings"]), "BGP neighbors are not compared")
    session.fabric.post("netbox", '{"mode": "ok"}')


def malformed_intent_file(session, config):
    intent = session.folder / "intent.yaml"
    intent.write_text("devices:\n  leaf1:\n    leaves:\n      /interfaces/interface/config/mtu: 1500\n")
    file = session.folder / "files.json"
    file.write_text(json.dumps({**config, "intent": {"files": [str(intent)]}}))
    for command in ("run", "check", "config check", "intent leaf1"):
        code, _, err = run(*command.split(), "--config", str(file))
        expect(f"{command} with a malformed intent file: {err}", code, 2)
        expect_in(command, err, f"{intent}:4:7: ")


def shows(config_file, token):
    code, out, _ = run("intent", "leaf1", DESCRIPTION, "--config", config_file)
    expect("intent", code, 0)
    expect_in("intent", out, '"host1"')
    expect_in("intent", out, "dcim.interface:")

    code, out, err = run("config", "show", "--config", config_file)
    expect("config show", code, 0)
    expect_in("config show", out, "intent.netbox.token")
    if token in out + err:
        raise Failure("config show prints the NetBox token")

    code, _, err = run("config", "check", "--config", "/nonexistent.yaml")
    expect("config check of no file: " + err, code, 2)
    expect_in("version", run("version")[1], "drift-monitor ")


def keeps_intended_secrets(session):
    """A password in an intent file, below an entry that is missing, is printed by no command."""
    neighbor = ("/network-instances/network-instance[name=default]/protocols/protocol[identifier=BGP][name=BGP]"
                "/bgp/neighbors/neighbor[neighbor-address=192.0.2.1]")
    intent = session.folder / "secret.yaml"
    intent.write_text(json.dumps({"devices": {"leaf1": {
        "entries": [neighbor],
        "leaves": {neighbor + "/config/peer-as": 65099, neighbor + "/config/auth-password": "very-secret-password"}}}}))
    config_file = session.folder / "secret.json"
    config_file.write_text(json.dumps(
        {**base_config(session.fabric, session.folder), "intent": {"files": [str(intent)]}, "compare": {}}))
    for form in ("table", "json"):
        for command in ("intent", "check"):
            code, out, err = run(command, "leaf1", "--config", str(config_file), "--output", form)
            expect(command + " with a secret: " + err, code, {"intent": 0, "check": 1}[command])
            expect_in(command, out, "192.0.2.1")
            if "very-secret" in out + err:
                raise Failure(f"{command} prints an intended password:\n{out}{err}")


def environment_alone(fabric):
    """`run` needs no file; `config show` tells what it would run with."""
    code, out, err = run("config", "show", environment={
        "KESTRA_WEBHOOK_URL": "http://127.0.0.1:9/hook/{key}", "KESTRA_WEBHOOK_KEY": "very-secret-key", "GNMI_USERNAME": "admin",
        "GNMI_PASSWORD": "very-secret-password", "NETBOX_URL": fabric.ready["netbox"]["url"], "NETBOX_TOKEN": "very-secret-token"})
    expect("config show from the environment: " + err, code, 0)
    expect_in("config show", out, "NETBOX_URL")
    if "very-secret" in out:
        raise Failure("a secret of the environment is shown")
    code, _, err = run("config", "check", environment={name: "" for name in ("NETBOX_URL", "KESTRA_WEBHOOK_URL")})
    expect("config check with nothing set", code, 2)
    expect_in("its cure", err, "NETBOX_URL")


def main():
    with Session("--no-noise") as session:
        config_file = session.folder / "dm.json"
        config_file.write_text(json.dumps(with_netbox(base_config(session.fabric, session.folder), session.fabric)))
        checks(session, str(config_file))
        shows(str(config_file), session.fabric.ready["netbox"]["token"])
        keeps_intended_secrets(session)
        environment_alone(session.fabric)
        what_was_not_checked(session, with_netbox(base_config(session.fabric, session.folder), session.fabric))
        malformed_intent_file(session, base_config(session.fabric, session.folder))
        print("check, intent, config and version: ok")


if __name__ == "__main__":
    main()
