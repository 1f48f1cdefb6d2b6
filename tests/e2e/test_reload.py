#!/usr/bin/env python3
"""Settings change while the service runs: by SIGHUP and by POST, all of them or none, secret and token files included."""
import json
import signal

from harness import ROOT, Failure, Session, base_config, wait_for, with_netbox

DESCRIPTION = "/interfaces/interface[name=Ethernet1]/config/description"
VIEWER, OPERATOR, NEXT = "viewer-token-of-16", "operator-token-of-16", "operator-token-no-2"


def ask(monitor, method, path, token=None):
    return monitor.ask(path, method, token)


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got!r}, expected {wanted!r}")


def expect_in(what, text, part):
    if part not in text:
        raise Failure(f"{what}: no {part!r} in {text!r}")


def count(monitor, pattern):
    return sum(pattern in line for line in list(monitor.process.lines))


def hang_up(monitor, outcome):
    """SIGHUP, until its outcome is logged once more."""
    before = count(monitor, outcome)
    monitor.process.child.send_signal(signal.SIGHUP)
    wait_for(f"'{outcome}' after SIGHUP", lambda: count(monitor, outcome) > before)


def drift(session, value):
    """A wrong description, told; and its repair. Gives the severity it was told with."""
    session.fabric.leaf("leaf1", DESCRIPTION, value)
    severity = session.inbox.take("leaf1")["severity"]
    session.fabric.leaf("leaf1", DESCRIPTION, "host1")
    session.inbox.until("leaf1", DESCRIPTION, "resolved")
    return severity


def changed_settings(session, monitor, config):
    expect("severity at first", drift(session, "one"), "warning")
    config["compare"]["severity"] = [{"path": "/interfaces/**", "severity": "critical"}]
    monitor.config_file.write_text(json.dumps(config))
    hang_up(monitor, "configuration reloaded")
    expect("severity after SIGHUP", drift(session, "two"), "critical")
    config["compare"]["severity"][0]["severity"] = "info"
    config["store"]["path"] += "-elsewhere"
    config["limits"] = {"leaves_per_device": 100_000}
    monitor.config_file.write_text(json.dumps(config))
    expect("reload", ask(monitor, "POST", "/api/v1/reload"), (200, {"reloaded": True, "needs_restart": ["store.path", "limits"]}))
    monitor.process.wait_line("store.path changed: this takes effect at the next start")
    expect("severity after POST", drift(session, "three"), "info")


def bad_files(session, monitor, config):
    """A mistake anywhere: all old settings stay, and the message names place and mistake."""
    intent = session.folder / "intent.yaml"
    intent.write_text("devices:\n  leaf1:\n    leaves: { /system/config/hostname: yes }\n")
    with_files = {**config, "intent": {**config["intent"], "files": [str(intent)]}}
    monitor.config_file.write_text(json.dumps(with_files))
    status, body = ask(monitor, "POST", "/api/v1/reload")
    expect(f"reload with a bad intent file: {body}", status, 422)
    expect_in("reload with a bad intent file", body["detail"], f"{intent}:3:")

    monitor.config_file.write_text("drift:\n  hold: soon\n  hodl: 2s\n")
    hang_up(monitor, "was not reloaded, the old settings stay")
    status, body = ask(monitor, "POST", "/api/v1/reload")
    expect("reload of a bad file", status, 422)
    for place in (f"{monitor.config_file}:2:9: ", f"{monitor.config_file}:3:3: "):
        expect_in("its mistakes", body["detail"], place)
    expect("severity with the old settings", drift(session, "four"), "info")

    monitor.config_file.write_text(json.dumps(config))
    expect("reload of the mended file", ask(monitor, "POST", "/api/v1/reload")[0], 200)


def secret_file(session, config):
    """A device that waits after refused logins tries at once; with the new password of the file it is let in."""
    password = session.folder / "password"
    password.write_text("wrong\n")
    config["gnmi"] = {"username": session.fabric.ready["username"], "password_file": str(password)}
    config["inventory"]["devices"] = config["inventory"]["devices"][:1]
    config["store"]["path"] = str(session.folder / "secret.db")
    monitor = session.monitor(config)
    refused = "gnmi_logins_refused_total"
    wait_for("a refused login", lambda: monitor.metric(refused) >= 1)
    for n in range(2, 7):  # left alone, the fourth of these attempts comes after minutes
        hang_up(monitor, "configuration reloaded")
        wait_for(f"attempt {n}", lambda: monitor.metric(refused) >= n)
    password.write_text(session.fabric.ready["password"] + "\n")
    hang_up(monitor, "configuration reloaded")
    name = config["inventory"]["devices"][0]["name"]
    monitor.wait_device(name, "let in with the new password", lambda d: d["freshness"]["state"] == "live")
    if any(session.fabric.ready["password"] in line for line in monitor.process.lines if "password" in line):
        raise Failure("the password was logged")


def files_alone(session, config):
    """Secret and token files that change are read again without being told; the configuration beside them is not."""
    password, tokens = session.folder / "password-alone", session.folder / "tokens-alone"
    password.write_text("wrong\n")
    tokens.write_text(f"operator {OPERATOR}\n")
    config["gnmi"] = {"username": session.fabric.ready["username"], "password_file": str(password)}
    config["inventory"]["devices"] = config["inventory"]["devices"][:1]
    config["store"]["path"] = str(session.folder / "alone.db")
    config["api"]["tokens_file"] = str(tokens)
    monitor = session.monitor(config)
    wait_for("refused logins", lambda: monitor.metric("gnmi_logins_refused_total", OPERATOR) >= 1)
    monitor.config_file.write_text("gnmi: { port: none }\n")
    tokens.write_text("nobody may\n")
    monitor.process.wait_line("was not taken, the old settings stay")
    expect("the old token", ask(monitor, "GET", "/api/v1/status", OPERATOR)[0], 200)

    password.write_text(session.fabric.ready["password"] + "\n")
    tokens.write_text(f"operator {NEXT}\n")
    wait_for("the new token", lambda: ask(monitor, "GET", "/api/v1/status", NEXT)[0] == 200)
    expect("the old token", ask(monitor, "GET", "/api/v1/status", OPERATOR)[0], 401)
    name = config["inventory"]["devices"][0]["name"]
    wait_for("let in with the new password",
             lambda: ask(monitor, "GET", f"/api/v1/devices/{name}", NEXT)[1]["freshness"]["state"] == "live")


def files_touch_no_stream(session, config):
    """A token that is renewed does not cut the stream of a device that refused a path; a reload asks for that path again."""
    interfaces = "/interfaces/interface/config"
    tokens = session.folder / "tokens-renewed"
    tokens.write_text(f"operator {OPERATOR}\n")
    name = "leaf2"  # the services of the steps before watch leaf1
    config["inventory"]["devices"] = [device for device in config["inventory"]["devices"] if device["name"] == name]
    session.fabric.post(f"devices/{name}/manners", {"no_on_change": [interfaces]})
    config["store"]["path"] = str(session.folder / "renewed.db")
    config["api"]["tokens_file"] = str(tokens)
    monitor = session.monitor(config)

    def device(token):
        return ask(monitor, "GET", f"/api/v1/devices/{name}", token)[1]
    wait_for("sampling", lambda: device(OPERATOR)["freshness"]["state"] == "live" and
             any(path["mode"] == "sample" for path in device(OPERATOR)["paths"]))
    streams = device(OPERATOR)["streams"]
    tokens.write_text(f"operator {NEXT}\n")
    wait_for("the new token", lambda: ask(monitor, "GET", "/api/v1/status", NEXT)[0] == 200)
    # What would cut the stream was asked of the loop before this change is heard.
    said = device(NEXT)["messages"]
    path = "/system/config/hostname"
    hostname = session.fabric.get_leaf(name, path)
    session.fabric.leaf(name, path, "renewed")
    wait_for("a message on the stream", lambda: device(NEXT)["messages"] > said)
    expect("streams", device(NEXT)["streams"], streams)
    session.inbox.until(name, path, "opened")

    expect("reload", ask(monitor, "POST", "/api/v1/reload", NEXT)[0], 200)
    wait_for("the path asked for again", lambda: device(NEXT)["streams"] > streams)
    session.fabric.leaf(name, path, hostname)
    session.inbox.until(name, path, "resolved")
    monitor.end()
    session.fabric.post(f"devices/{name}/manners", {})


def tokens_file(session, config):
    """A token that is taken out of the file no longer opens, without a restart."""
    tokens = session.folder / "tokens"
    tokens.write_text(f"viewer {VIEWER}\noperator {OPERATOR}\n")
    config["api"]["tokens_file"] = str(tokens)
    config["store"]["path"] = str(session.folder / "tokens.db")
    monitor = session.monitor(config)
    expect("without token", ask(monitor, "GET", "/api/v1/status")[0], 401)
    expect("with a viewer's", ask(monitor, "GET", "/api/v1/status", VIEWER)[0], 200)
    expect("reload by a viewer", ask(monitor, "POST", "/api/v1/reload", VIEWER)[0], 403)

    tokens.write_text("nobody may\n")
    status, body = ask(monitor, "POST", "/api/v1/reload", OPERATOR)
    expect(f"a bad tokens file: {body}", status, 422)
    expect_in("a bad tokens file", body["detail"], f"{tokens}:1: ")
    expect("the old tokens", ask(monitor, "GET", "/api/v1/status", VIEWER)[0], 200)

    tokens.write_text(f"operator {NEXT}\n")
    expect("reload", ask(monitor, "POST", "/api/v1/reload", OPERATOR)[0], 200)
    expect("a revoked token", ask(monitor, "GET", "/api/v1/status", OPERATOR)[0], 401)
    expect("the new token", ask(monitor, "GET", "/api/v1/status", NEXT)[0], 200)

    # Giving up the tokens with the address: the address in use stays open until the next start, so the tokens stay too.
    del config["api"]["tokens_file"]
    config["api"]["listen"] = "127.0.0.1:1"
    monitor.config_file.write_text(json.dumps(config))
    for _ in range(2):
        expect("reload", ask(monitor, "POST", "/api/v1/reload", NEXT), (200, {"reloaded": True, "needs_restart": ["api.listen"]}))
        expect("without token", ask(monitor, "GET", "/api/v1/status")[0], 401)


def edited_profile(session, config):
    """A profile file edited under its name: only its devices are concerned, and only what changed on the wire costs a stream."""
    profile = session.folder / "eos.yaml"
    shipped = (ROOT / "profiles" / "arista-eos.yaml").read_text()
    profile.write_text(shipped)
    config["inventory"]["devices"] = [{**d, "gnmi": {"profile": str(profile)}} if d["name"] == "leaf1" else d for d in config["inventory"]["devices"]]
    config["store"]["path"] = str(session.folder / "profile.db")
    monitor = session.monitor(config)
    monitor.wait_all(10)
    def streams():
        return {d["name"]: d["streams"] for d in monitor.get("/api/v1/devices")["items"]}
    before = streams()

    session.fabric.leaf("leaf1", DESCRIPTION, "typo")
    expect("with the shipped profile", session.inbox.take("leaf1")["path"], DESCRIPTION)
    never = 'never:\n  - "/interfaces/interface[name=Ethernet1]/config/description"'
    if shipped.count("\nnever:") != 1:
        raise Failure("the shipped profile has no one list `never`")
    profile.write_text(shipped.replace("\nnever:", "\n" + never))
    hang_up(monitor, "configuration reloaded")
    monitor.wait_device("leaf1", "judged by the new profile", lambda d: d["open_drifts"] == 0 and d["verdict"] == "in_sync")
    expect("streams, when only the verdict changed", streams(), before)

    line = "  - { area: system,     path: /system/config/hostname }\n"
    if line not in shipped:
        raise Failure("the shipped profile does not ask for the host name as this test knows it")
    profile.write_text(shipped.replace(line, line + "  - { area: system, path: /interfaces/interface/state }\n"))
    expect("reload", ask(monitor, "POST", "/api/v1/reload")[0], 200)
    device = monitor.wait_device("leaf1", "asked by the new profile", lambda d: d["verdict"] == "drifted" and d["freshness"]["state"] == "live")
    expect("the new path", [p["mode"] for p in device["paths"] if p["path"] == "/interfaces/interface/state"], ["on_change"])
    expect("streams of the others", {n: s for n, s in streams().items() if n != "leaf1"}, {n: s for n, s in before.items() if n != "leaf1"})

    profile.write_text("paths: [")
    expect("reload with a bad profile", ask(monitor, "POST", "/api/v1/reload")[0], 422)
    session.fabric.leaf("leaf1", DESCRIPTION, "host1")
    session.inbox.until("leaf1", DESCRIPTION, "resolved")


def delivery_switched(session, config):
    """/status tells whether a receiver is configured now, not at the start."""
    url = config["delivery"]["kestra"].pop("url")
    config["store"]["path"] = str(session.folder / "delivery.db")
    monitor = session.monitor(config)
    expect("without URL", monitor.get("/api/v1/status")["delivery"]["configured"], False)
    config["delivery"]["kestra"]["url"] = url
    monitor.config_file.write_text(json.dumps(config))
    hang_up(monitor, "configuration reloaded")
    expect("with URL", monitor.get("/api/v1/status")["delivery"]["configured"], True)


def main():
    with Session("--no-noise") as session:
        def fresh():
            return with_netbox(base_config(session.fabric, session.folder, hold="100ms", group_window="50ms"), session.fabric)
        config = fresh()
        monitor = session.monitor(config)
        monitor.wait_all(10)
        changed_settings(session, monitor, config)
        bad_files(session, monitor, config)
        monitor.end()
        for step in (secret_file, files_alone, files_touch_no_stream, tokens_file, edited_profile, delivery_switched):
            step(session, fresh())
            print(f"{step.__name__}: ok", flush=True)


if __name__ == "__main__":
    main()
