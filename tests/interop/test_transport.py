"""The product's gRPC client against grpc-go, gRPC's C core and a server that breaks the rules, scenario by scenario.

Each test starts its own server, runs `transport_probe … SCENARIO` and compares with scenarios.json, then looks into the
server's log for what the client sent.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import scenarios
from harness import BUILD, HERE, PATIENCE, PYTHON, Authority, Process, binary, free_port, json_lines, peer

EXPECTED = json.loads(scenarios.FILE.read_text())
USER, PASSWORD = "admin-of-the-test", "pass word/%25:ok"


# "python" or "go": not the product but gRPC's own clients meet the servers, to check these.
REFERENCE = os.environ.get("INTEROP_REFERENCE", "")

# Sanitizers take several times the memory.
RSS_FACTOR = float(os.environ.get("INTEROP_RSS_FACTOR", "1"))


def probe_command() -> list[str]:
    if REFERENCE == "python":
        return [PYTHON, str(HERE / "reference_probe.py")]
    if REFERENCE == "go":
        return [peer("grpcprobe")]
    return [binary("transport_probe", BUILD / "tests/interop", BUILD / "tests", BUILD)]


class Server:
    """One scripted server and its log."""

    def __init__(self, kind: str, folder: pathlib.Path, *options: str, mode: str = ""):
        command = {
            scenarios.GO: [peer("grpcscript"), "--mode", mode or "grpc"],
            scenarios.RAW: [peer("grpcscript"), "--mode", mode or "raw"],
            scenarios.PYTHON: [PYTHON, str(HERE / "grpcscript.py")],
        }[kind]
        self.log, port_file = folder / "server.jsonl", folder / "port"
        self.process = Process([*command, "--port-file", str(port_file), "--log", str(self.log), *options], folder / "server.out")
        try:
            self.process.wait_for(port_file.exists, "the port file")
        except BaseException:
            self.process.kill()
            raise
        self.port = int(port_file.read_text())
        self.address = f"127.0.0.1:{self.port}"

    def events(self, name: str) -> list[dict]:
        return [line for line in json_lines(self.log) if line["event"] == name]

    def event(self, name: str) -> dict:
        """The first event of that name; it may come a little after the client is done."""
        return self.process.wait_for(lambda: self.events(name), f"'{name}' in the log")[0]


class TransportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="interop-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def server(self, kind: str, *options: str, mode: str = "") -> Server:
        server = Server(kind, self.folder, *options, mode=mode)
        self.addCleanup(server.process.kill)
        return server

    def probe(self, address: str, scenario: str, *options: str) -> dict:
        """The probe's line, with `max_rss_mib` added."""
        command = [*probe_command(), address, *options, "--username", USER, "--password", PASSWORD, scenario]
        with open(self.folder / "probe.out", "w+") as out, open(self.folder / "probe.err", "w+") as err:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            timer = subprocess.Popen(["sleep", str(PATIENCE)])  # ends a probe that hangs
            try:
                while True:
                    pid, status, usage = os.wait4(-1, 0)
                    if pid == child.pid:
                        break
                    if pid == timer.pid:
                        child.kill()
            finally:
                timer.kill()
                timer.wait()
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            text, noise = out.read(), err.read()
        self.assertNotIn(PASSWORD, text + noise, "the password is shown")
        lines = text.strip().splitlines()
        self.assertEqual(len(lines), 1, f"one line expected from the probe (exit {child.returncode}):\n{text}\n{noise[-3000:]}")
        return json.loads(lines[0]) | {"max_rss_mib": usage.ru_maxrss // 1024}

    def compare(self, line: dict, expected: dict):
        shown = json.dumps({k: v for k, v in line.items() if k != "leaves"}, ensure_ascii=False)
        self.assertIn(line["status"], [expected["status_code"], *expected.get("also", [])], shown)
        self.assertEqual(line["messages"], expected["messages"], shown)
        self.assertEqual(line["sync"], expected["sync"], shown)
        self.assertEqual(line["payload_sha256"], expected["bytes_sha256"], f"not the bytes that were sent: {shown}")
        if "status_message" in expected:
            self.assertEqual(line["status_message"], expected["status_message"], shown)
        if "mentions" in expected:
            self.assertTrue(any(word in shown for word in expected["mentions"]), f"none of {expected['mentions']}: {shown}")
        if "max_rss_mib" in expected:
            self.assertLess(line["max_rss_mib"], expected["max_rss_mib"] * RSS_FACTOR)

    def check_request(self, server: Server, kind: str, scheme: str = "http", authority: str | None = None):
        request = server.event("request")
        headers = request["headers"]
        one = (lambda name: headers.get(name, "")) if kind == scenarios.RAW else (lambda name: (headers.get(name) or [""])[0])
        self.assertEqual(request["method"], "/gnmi.gNMI/Subscribe")
        self.assertEqual((one("username"), one("password")), (USER, PASSWORD))
        self.assertTrue(one("user-agent"))
        if kind != scenarios.PYTHON:  # grpcio does not show these
            self.assertRegex(one("content-type"), r"^application/grpc(\+proto)?$")
            self.assertEqual(one(":authority"), authority or server.address)
        self.assertEqual(request["request"]["list_mode"], 0, "STREAM")
        self.assertEqual(request["request"]["path_mode"], 1, "ON_CHANGE")
        if kind == scenarios.RAW:
            self.assertEqual((one(":method"), one(":scheme"), one("te")), ("POST", scheme, "trailers"))
            self.assertEqual(request["flag"], 0)
            order = server.event("headers")["order"]
            ordinary = next(i for i, name in enumerate(order) if not name.startswith(":"))
            self.assertFalse([name for name in order[ordinary:] if name.startswith(":")], f"pseudo-headers first: {order}")
            self.assertEqual(server.events("violation"), [])
            self.assertEqual(server.event("settings")["values"].get("ENABLE_PUSH", 0), 0)

    def run_scenario(self, kind: str, scenario: str):
        expected = EXPECTED[scenario]
        if REFERENCE in expected.get("reference_differs", {}):
            return
        options = ["--gzip"] if (kind, scenario) == (scenarios.GO, "gzip") else []
        server = self.server(kind, *options)
        line = self.probe(server.address, scenario, "--plaintext", *expected.get("probe", []))
        self.compare(line, expected)
        self.check_request(server, kind)
        look = getattr(self, f"look_{scenario.replace('-', '_')}", None)
        if look:
            look(server, kind, line)

    def look_ok_3(self, server, kind, line):
        self.assertEqual(len(line["leaves"]), 3)
        for n, leaf in enumerate(line["leaves"], 1):
            self.assertIn(f"/a/b[k={n}]", leaf)

    def look_stream_open(self, server, kind, line):
        if kind == scenarios.RAW:
            self.assertEqual(server.event("reset")["code"], "CANCEL", "a call is cancelled by RST_STREAM")
        else:
            self.assertEqual(server.event("end")["how"], "cancelled")

    def look_ping(self, server, kind, line):
        self.assertEqual([e["data"] for e in server.events("ping-ack")], ["0102030405060708", "ff00ff0000000000"])

    def look_window(self, server, kind, line):
        if kind != scenarios.RAW:
            return
        end = server.event("end")
        self.assertGreaterEqual(end["settings_acked"], 1)
        # Both windows are opened in large steps: 64 KiB at a time would cost a factor.
        self.assertGreaterEqual(end["stream_peak"], 1 << 20, end)
        self.assertGreaterEqual(end["connection_peak"], 1 << 20, end)
        self.assertLess(end["window_updates"], end["sent"] // (64 << 10), end)

    def test_scenarios_json_is_what_the_servers_play(self):
        self.assertEqual(EXPECTED, scenarios.expectations(), "run scenarios.py")

    def test_client_that_may_send_one_byte_at_a_time(self):
        server = self.server(scenarios.RAW, "--small-window")
        self.compare(self.probe(server.address, "ok-3", "--plaintext"), EXPECTED["ok-3"])
        self.check_request(server, scenarios.RAW)

    def test_refused_connection(self):
        self.lost(self.probe(f"127.0.0.1:{free_port()}", "ok-3", "--plaintext"))

    def test_http1_server(self):
        server = self.server(scenarios.RAW, mode="http1")
        self.lost(self.probe(server.address, "ok-3", "--plaintext", "--timeout-ms", "10000"))

    def lost(self, line: dict):
        self.assertEqual((line["status"], line["messages"]), ("UNAVAILABLE", 0), line)
        self.assertTrue(line["status_message"], "no reason is given")


class TlsTest(TransportTest):
    """The handshake in all its ways to go wrong; each of the wrong ones is UNAVAILABLE with a reason."""

    test_scenarios_json_is_what_the_servers_play = test_client_that_may_send_one_byte_at_a_time = None
    test_refused_connection = test_http1_server = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="interop-tls-")
        cls.addClassCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        cls.authority, cls.stranger = Authority(path), Authority(path, "stranger")
        cls.certificate = cls.authority.issue("switch", "DNS:switch.test,IP:127.0.0.1")
        cls.named = cls.authority.issue("named", "DNS:switch.test")

    def secured(self, kind: str, *options: str, certificate=None) -> Server:
        cert, key = certificate or self.certificate
        return self.server(kind, "--tls-cert", cert, "--tls-key", key, *options)

    def good(self, kind: str, scenario: str):
        server = self.secured(kind)
        line = self.probe(server.address, scenario, "--tls-ca", self.authority.pem, *EXPECTED[scenario].get("probe", []))
        self.compare(line, EXPECTED[scenario])
        self.check_request(server, kind, "https")
        if kind == scenarios.RAW:
            self.assertEqual(server.event("handshake")["alpn"], "h2")

    def test_go(self):
        self.good(scenarios.GO, "ok-3")

    def test_go_big(self):
        self.good(scenarios.GO, "big")

    def test_python(self):
        self.good(scenarios.PYTHON, "ok-3")

    def test_python_many(self):
        self.good(scenarios.PYTHON, "many")

    def test_raw(self):
        self.good(scenarios.RAW, "ok-3")

    def test_raw_tiny_frames(self):
        self.good(scenarios.RAW, "tiny-frames")

    def test_raw_stream_open(self):
        self.good(scenarios.RAW, "stream-open")

    def test_server_name(self):
        server = self.secured(scenarios.GO, certificate=self.named)
        line = self.probe(server.address, "ok-3", "--tls-ca", self.authority.pem, "--server-name", "switch.test")
        self.compare(line, EXPECTED["ok-3"])

    def test_other_name(self):
        server = self.secured(scenarios.GO, certificate=self.named)
        self.lost(self.probe(server.address, "ok-3", "--tls-ca", self.authority.pem, "--server-name", "router.test"))
        self.assertEqual(server.events("request"), [])

    def test_name_does_not_cover_the_address(self):
        server = self.secured(scenarios.GO, certificate=self.named)
        self.lost(self.probe(server.address, "ok-3", "--tls-ca", self.authority.pem))
        self.assertEqual(server.events("request"), [])

    def test_other_authority(self):
        server = self.secured(scenarios.GO)
        self.lost(self.probe(server.address, "ok-3", "--tls-ca", self.stranger.pem))
        self.assertEqual(server.events("request"), [])

    def test_no_alpn(self):
        server = self.secured(scenarios.RAW, "--no-alpn")
        self.lost(self.probe(server.address, "ok-3", "--tls-ca", self.authority.pem, "--timeout-ms", "10000"))
        self.assertEqual(server.events("request"), [], "credentials went to a peer that did not agree on h2")

    def test_plaintext_client(self):
        server = self.secured(scenarios.GO)
        self.lost(self.probe(server.address, "ok-3", "--plaintext", "--timeout-ms", "10000"))

    def test_plaintext_server(self):
        for kind in scenarios.EVERYBODY:
            with self.subTest(kind):
                (self.folder / "port").unlink(missing_ok=True)
                server = self.server(kind)
                self.lost(self.probe(server.address, "ok-3", "--tls-ca", self.authority.pem, "--timeout-ms", "10000"))


def _add_scenarios():
    for scenario, expected in EXPECTED.items():
        for kind in expected["servers"]:
            def test(self, kind=kind, scenario=scenario):
                self.run_scenario(kind, scenario)

            setattr(TransportTest, f"test_{kind}_{scenario.replace('-', '_')}", test)
            setattr(TlsTest, f"test_{kind}_{scenario.replace('-', '_')}", None)


_add_scenarios()

if __name__ == "__main__":
    unittest.main()
