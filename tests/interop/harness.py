"""Processes, ports, certificates and an HTTP sink for the interop tests."""

import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BIN = pathlib.Path(os.environ.get("INTEROP_BIN", ROOT / "build/interop/bin"))
BUILD = ROOT / os.environ.get("DRIFT_MONITOR_BUILD", "build/release")  # an absolute path stays what it is

# How long anything may take before a test gives up. Not a measure of anything: a busy machine may need it.
PATIENCE = float(os.environ.get("INTEROP_PATIENCE", "90"))


class Timeout(AssertionError):
    pass


def wait_until(condition, what: str, patience: float = PATIENCE):
    """Polls until condition() is truthy and returns that; condition may raise to give up early."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Timeout(f"waited {patience:.0f} s for {what}")
        time.sleep(0.02)


def binary(name: str, *places: pathlib.Path) -> str:
    """The path of a program that must exist: a missing peer is a failure, not a skip."""
    for place in places:
        if (place / name).is_file():
            return str(place / name)
    raise FileNotFoundError(f"{name} not found in {', '.join(map(str, places))}: build it first (docs/testing-interop.md)")


def peer(name: str) -> str:
    return binary(name, BIN)


def drift_monitor() -> str:
    return binary("drift-monitor", BUILD, BUILD / "src", BUILD / "src/app", BUILD / "bin")


class Process:
    """A child whose output goes to a file and who is ended by its own pid."""

    def __init__(self, argv: list[str], output: pathlib.Path, env: dict | None = None, cwd=None):
        self.argv, self.output = argv, output
        self._file = open(output, "ab")
        self.child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=self._file, stderr=self._file,
            env=None if env is None else os.environ | env, cwd=cwd,
        )

    @property
    def pid(self):
        return self.child.pid

    def alive(self) -> bool:
        return self.child.poll() is None

    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def check_alive(self):
        if not self.alive():
            raise AssertionError(f"{self.argv[0]} ended with {self.child.returncode}:\n{self.text()[-3000:]}")

    def wait_for(self, condition, what: str, patience: float = PATIENCE):
        def look():
            value = condition()
            if not value:
                self.check_alive()
            return value

        return wait_until(look, f"{what} of {pathlib.Path(self.argv[0]).name}", patience)

    def kill(self):
        if self.alive():
            self.child.kill()
        self.child.wait()
        self._file.close()

    def stop(self):
        """SIGTERM, and SIGKILL for those who do not care. Returns the exit code."""
        if self.alive():
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.child.kill()
        code = self.child.wait()
        self._file.close()
        return code


def can_connect(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def free_port() -> int:
    """For programs that cannot report a port they chose: one nobody has just now. Callers retry when they lose it."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def openssl(*args: str, cwd: pathlib.Path):
    done = subprocess.run(["openssl", *args], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"openssl {' '.join(args)}: {done.stderr}")


class Authority:
    """A certificate authority of the test's own, made with openssl."""

    def __init__(self, folder: pathlib.Path, name: str = "ca"):
        self.folder, self.name = folder, name
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", f"/CN=interop {name}", "-keyout", f"{name}.key", "-out", f"{name}.pem", cwd=folder)
        self.pem = str(folder / f"{name}.pem")

    def issue(self, name: str, alternative: str, usage: str = "serverAuth") -> tuple[str, str]:
        """A certificate for e.g. "DNS:switch.test,IP:127.0.0.1"; returns the files (certificate, key)."""
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={alternative}\nextendedKeyUsage={usage}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", f"{name}.key", "-out", f"{name}.csr", cwd=self.folder)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key",
                "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem", cwd=self.folder)
        return str(self.folder / f"{name}.pem"), str(self.folder / f"{name}.key")


class Sink:
    """An HTTP server that accepts every POST and keeps it: the receiver of the events."""

    def __init__(self):
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sink._keep(self.path, dict(self.headers), body)
                answer = b'{"id":"accepted"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._lock = threading.Lock()
        self.posts: list[dict] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/v1/executions/webhook/network/drift-detected/key-of-the-test"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _keep(self, path, headers, body):
        try:
            event = json.loads(body)
        except ValueError:
            event = None
        with self._lock:
            self.posts.append({"path": path, "headers": headers, "body": body, "event": event})

    @property
    def events(self) -> list[dict]:
        with self._lock:
            return [post["event"] for post in self.posts]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def json_lines(file: pathlib.Path) -> list[dict]:
    """Complete lines only: the writer may be in the middle of one."""
    if not file.exists():
        return []
    text = file.read_text()
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


PYTHON = sys.executable
