"""What the flow tests stand on: the engine's process, a sink for chat messages, and waiting."""

import base64
import http.client
import http.server
import json
import os
import re
import subprocess
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLOWS = HERE.parent.parent / "kestra" / "flows"
KEY = "0123456789abcdef0123456789abcdef"
# Ends a test that would hang; nothing is measured by it.
PATIENCE = 300
TERMINAL = {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "CANCELED"}


def until(question, what):
    """Asks again and again; the answer, or an error that names what did not come."""
    end = time.monotonic() + PATIENCE
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.05)


class Sink:
    """Takes what the chat tasks post; answers as Slack (200) and Discord (204) do, /broken with 500."""

    ANSWERS = {"slack": (200, b"ok"), "discord": (204, b""), "broken": (500, b"no")}

    def __init__(self):
        sink = self
        self.posts = []
        self.lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                name = self.path.strip("/")
                with sink.lock:
                    sink.posts.append((name, self.headers.get("Content-Type", ""), body))
                status, answer = sink.ANSWERS.get(name, (404, b""))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                """A client that does not wait for the whole answer is no event for the log."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self):
        with self.lock:
            taken, self.posts = self.posts, []
        return taken

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Engine:
    """One engine process. It ends when its standard input does, so it never outlives the test."""

    def __init__(self, secrets):
        self.work = tempfile.TemporaryDirectory(dir=os.environ["KESTRA_TEST_DATA"])
        folder = Path(self.work.name)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("SECRET_", "ENV_"))}
        for name, value in secrets.items():
            environment["SECRET_" + name] = base64.b64encode(value.encode()).decode()
        port_file = folder / "port"
        self.log = open(folder / "log", "w+")
        self.process = subprocess.Popen(
            [os.environ["KESTRA_TEST_JAVA"], "-Xmx1g", "-XX:TieredStopAtLevel=1",
             "--enable-native-access=ALL-UNNAMED", "-cp", os.environ["KESTRA_TEST_CLASSPATH"], "Engine",
             "--data", str(folder / "data"), "--port-file", str(port_file), "--until", "stdin"],
            stdin=subprocess.PIPE, stdout=self.log, stderr=self.log, env=environment)
        try:
            until(lambda: port_file.exists() or self.process.poll() is not None, "the engine")
            if self.process.poll() is not None:
                raise RuntimeError("the engine did not start:\n" + self.text()[-4000:])
        except BaseException:
            self.stop()
            raise
        self.port = int(port_file.read_text())

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def call(self, method, path, body=b"", content_type="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {"Content-Type": content_type})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def store(self, source):
        status, answer = self.call("POST", "/engine/flows", source.encode(), "application/x-yaml")
        if status != 200:
            raise AssertionError(f"flow refused: {answer.decode()}")
        return json.loads(answer)

    def fire(self, flow, body, key=KEY, tenant="main/"):
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        return self.call("POST", f"/api/v1/{tenant}executions/webhook/network.fabric/{flow}/{key}", body)

    def execution(self, identity):
        status, answer = self.call("GET", f"/engine/executions/{identity}")
        return json.loads(answer) if status == 200 else None

    def run(self, flow, body):
        """Fires an event and waits for the end of the execution and for its log."""
        status, answer = self.fire(flow, body)
        if status != 200:
            raise AssertionError(f"webhook answered {status}: {answer[:500]!r}")
        identity = json.loads(answer)["id"]

        def ended():
            told = self.execution(identity)
            # Logs are stored by another thread than states.
            return told if told and told["state"] in TERMINAL and log_of(told, "log_drift") else None

        return until(ended, f"the end of {flow}, execution {identity}")

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.work.cleanup()


def log_of(execution, task):
    return [entry["message"] for entry in execution["logs"]
            if entry["task"] == task and entry["level"] in ("INFO", "WARN")]


def states(execution):
    return {task["id"]: task["state"] for task in execution["tasks"]}


def event(name):
    return json.loads((HERE / "events" / f"{name}.json").read_text())


def variant(name, **secrets):
    """The shipped flow under another id, reading other secrets: one engine start shows all settings."""
    source = (FLOWS / "drift-detected.yml").read_text()
    source = re.sub(r"(?m)^id: drift-detected$", f"id: {name}", source)
    for secret, other in secrets.items():
        renamed = source.replace(f"secret('{secret}')", f"secret('{other}')")
        if renamed == source:
            raise AssertionError(f"the flow does not read {secret}")
        source = renamed
    # The wait between attempts is the operator's comfort, not what is tested.
    return source.replace("interval: PT5S", "interval: PT0.1S")
