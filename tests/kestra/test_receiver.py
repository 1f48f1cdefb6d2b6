"""engine.sh as another test uses it: started, fired at, asked, stopped by its pid."""

import http.client
import json
import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import HERE, TERMINAL, Sink, event, until


class Receiver(unittest.TestCase):
    def test_it_takes_an_event_and_ends_on_a_signal(self):
        sink = Sink()
        self.addCleanup(sink.close)
        folder = tempfile.TemporaryDirectory(dir=os.environ["KESTRA_TEST_DATA"])
        self.addCleanup(folder.cleanup)
        port_file = Path(folder.name) / "port"
        engine = subprocess.Popen(
            [HERE / "engine.sh", os.environ["KESTRA_TEST_VERSION"], "--sink-url", sink.url,
             "--port-file", port_file, "--key", "k1", "--remediate"],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: port_file.exists() or engine.poll() is not None, "the port file")
            self.assertIsNone(engine.poll(), "engine.sh ended")
            self.port = int(port_file.read_text())

            status, answer = self.call("POST", "/api/v1/main/executions/webhook/network.fabric/drift-detected/k1", event("opened"))
            self.assertEqual(status, 200)
            execution = until(lambda: self.ended(json.loads(answer)["id"]), "the execution")

            self.assertEqual(execution["state"], "SUCCESS")
            self.assertEqual(len(execution["children"]), 1)
            self.assertEqual([kind for kind, _, _ in sink.take()], ["slack", "discord"])
        finally:
            engine.send_signal(signal.SIGTERM)
            try:
                engine.wait(60)
            except subprocess.TimeoutExpired:
                engine.kill()
                engine.wait()
                raise
        self.assertFalse(port_file.exists())

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def ended(self, identity):
        status, answer = self.call("GET", f"/engine/executions/{identity}")
        told = json.loads(answer)
        return told if status == 200 and told["state"] in TERMINAL else None


if __name__ == "__main__":
    unittest.main()
