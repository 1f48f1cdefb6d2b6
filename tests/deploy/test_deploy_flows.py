"""deploy-flows.sh against a fake of Kestra's flow API."""

import base64
import http.server
import os
import socket
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

import yaml

from compose import ROOT

SCRIPT = ROOT / "deploy/compose/deploy-flows.sh"


class FakeKestra:
    """Gives the answers it was told, one after the other, the last one for ever."""

    def __init__(self, *answers):
        fake = self
        self.answers = list(answers)
        self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                fake.requests.append((self.path, dict(self.headers), body))
                status, text = fake.answers.pop(0) if len(fake.answers) > 1 else fake.answers[0]
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class DeployFlows(unittest.TestCase):
    def kestra(self, *answers):
        fake = FakeKestra(*answers)
        self.addCleanup(fake.close)
        return fake

    def deploy(self, url, folder=ROOT / "kestra/flows", **settings):
        environment = {"PATH": os.environ["PATH"], "KESTRA_URL": url, "KESTRA_USERNAME": "a@example.com",
                       "KESTRA_PASSWORD": 'P4ss"w\\ord', "KESTRA_PAUSE": "0.05", "KESTRA_ATTEMPTS": "5", **settings}
        return subprocess.run(["/bin/sh", SCRIPT, folder], env=environment, capture_output=True, text=True)

    def test_it_stores_every_flow_in_one_call(self):
        fake = self.kestra((200, "[]"))

        done = self.deploy(fake.url)

        self.assertEqual(done.returncode, 0, done.stderr)
        [(path, headers, body)] = fake.requests
        self.assertEqual(path, "/api/v1/main/flows/network.fabric?delete=false")
        self.assertEqual(headers["Content-Type"], "application/x-yaml")
        login = base64.b64encode(b'a@example.com:P4ss"w\\ord').decode()
        self.assertEqual(headers["Authorization"], "Basic " + login)
        # As Kestra does it.
        stored = {yaml.safe_load(part)["id"] for part in body.split("---")}
        self.assertEqual(stored, {"drift-detected", "fabric-reconcile"})

    def test_it_waits_for_a_kestra_that_is_starting(self):
        fake = self.kestra((503, ""), (404, ""), (502, ""), (200, "[]"))

        self.assertEqual(self.deploy(fake.url).returncode, 0)
        self.assertEqual(len(fake.requests), 4)

    def test_it_gives_up_in_the_end(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            done = self.deploy(f"http://127.0.0.1:{taken.getsockname()[1]}")

        self.assertEqual(done.returncode, 1)
        self.assertIn("after 5 attempts", done.stderr)

    def test_a_wrong_password_is_said_at_once(self):
        fake = self.kestra((401, ""))

        done = self.deploy(fake.url)

        self.assertEqual(done.returncode, 1)
        self.assertIn("KESTRA_PASSWORD", done.stderr)
        self.assertEqual(len(fake.requests), 1)

    def test_a_refused_flow_is_shown_with_kestras_words(self):
        fake = self.kestra((422, '{"message":"Invalid type: io.kestra.nope"}'))

        done = self.deploy(fake.url)

        self.assertEqual(done.returncode, 1)
        self.assertIn("Invalid type: io.kestra.nope", done.stderr)

    def test_no_password_is_said_before_anything_is_sent(self):
        fake = self.kestra((200, "[]"))

        done = self.deploy(fake.url, KESTRA_PASSWORD="")

        self.assertEqual(done.returncode, 2)
        self.assertEqual(fake.requests, [])

    def test_a_flow_that_kestra_would_cut_is_not_sent(self):
        fake = self.kestra((200, "[]"))
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.yml").write_text("id: a\n# ---\n")
            done = self.deploy(fake.url, folder=folder)

        self.assertEqual(done.returncode, 2)
        self.assertEqual(fake.requests, [])

    def test_neither_password_nor_flow_is_printed(self):
        fake = self.kestra((200, "[]"))

        done = self.deploy(fake.url)

        self.assertNotIn("P4ss", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
