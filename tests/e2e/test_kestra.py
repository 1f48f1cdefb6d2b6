#!/usr/bin/env python3
"""The whole way: a manual change on a simulated switch, drift-monitor, Kestra's own engine with the shipped flows, a chat
message and the remediation subflow. usage: test_kestra.py 2.0.0|1.3.31"""
import http.server
import json
import queue
import signal
import subprocess
import sys
import threading

from harness import ROOT, Failure, Session, base_config, wait_for, with_netbox

DESCRIPTION = "/interfaces/interface[name=Ethernet1]/config/description"
HOSTILE = "to \"host3\"\nrack 7 {{ secret('KESTRA') }} <!channel> \\o/ ]"
VLAN = "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=40]"


class Chat:
    """Takes what the flow sends to Slack and Discord."""

    def __init__(self):
        self.messages = queue.Queue()
        messages = self.messages

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                messages.put((self.path, json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def both(self):
        """The next message to each of the two chats."""
        got = {}
        while set(got) != {"/slack", "/discord"}:
            path, body = self.messages.get(timeout=300)
            if path in got:
                raise Failure(f"a second message to {path} before the other chat: {body}")
            got[path] = body
        return got

    def end(self):
        self.server.shutdown()


class Engine:
    def __init__(self, version, folder, chat):
        port_file = folder / "kestra.port"
        self.child = subprocess.Popen([ROOT / "tests/kestra/engine.sh", version, "--sink-url", chat.url, "--port-file", port_file,
                                       "--key", "end-to-end", "--remediate"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("Kestra", lambda: port_file.exists() or self.child.poll() is not None)
        if self.child.poll() is not None:
            raise Failure("the engine ended")
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def end(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise Failure("the engine did not end on SIGTERM within 60 s") from None


def delivered(monitor, device, action):
    def find():
        for event in monitor.get(f"/api/v1/events?device={device}")["items"]:
            if event["action"] == action and event["delivery"] and event["delivery"]["state"] == "delivered":
                return event["event"]
        return None
    return wait_for(f"{device} {action} delivered", find)


def main(version):
    with Session("--no-noise") as session:
        chat = session.ending(Chat())
        engine = session.ending(Engine(version, session.folder, chat))
        config = with_netbox(base_config(session.fabric, session.folder), session.fabric)
        config["delivery"]["kestra"]["url"] = f"{engine.url}/api/v1/main/executions/webhook/network.fabric/drift-detected/{{key}}"
        config["delivery"]["kestra"]["key"] = "end-to-end"
        monitor = session.monitor(config)
        monitor.wait_all(10)

        session.fabric.leaf("leaf5", DESCRIPTION, HOSTILE)
        event = delivered(monitor, "leaf5", "opened")
        if (event["path"], event["current_value"], event["desired_value"]) != (DESCRIPTION, HOSTILE, "host3"):
            raise Failure(f"another event: {event}")
        text = json.dumps(chat.both(), ensure_ascii=False)
        if "leaf5" not in text or DESCRIPTION not in text or "{{ secret" not in text or "<!channel>" in text.split("/discord")[0]:
            raise Failure(f"not what an operator should read: {text}")
        print("opened: both chats told, hostile text inert", flush=True)

        session.fabric.post("devices/leaf6/cli", "no vlan 40")
        if delivered(monitor, "leaf6", "opened")["path"] != VLAN:
            raise Failure("the missing VLAN was told at another path")
        chat.both()
        session.fabric.leaf("leaf5", DESCRIPTION, "host3")
        if delivered(monitor, "leaf5", "resolved")["current_value"] != "host3":
            raise Failure("the repair was told with another value")
        chat.both()
        print("missing entry and repair: told", flush=True)
    print(f"Kestra {version}: the whole way")


if __name__ == "__main__":
    main(sys.argv[1])
