"""Recorded streams of real servers, replayed by openconfig's fake_server over real gRPC and TLS.

In the end drift-monitor must show exactly the leaves that recording.py, which knows nothing of the product, computes.
"""

import pathlib
import re
import tempfile
import time
import unittest

import recording
from harness import Authority, Process, peer
from monitor import Monitor
from recording import final_state, load, update

NAME = "replayed1"
END = "/interfaces/interface[name=End-of-recording]/config/description"


class FakeServer:
    """fake_server replays the same messages to every client. It listens on all addresses: run.sh gives the tests a
    network namespace of their own where it can."""

    def __init__(self, folder: pathlib.Path, messages: list[bytes], certificate: tuple[str, str], client_ca: str = ""):
        (folder / "fake.pb").write_bytes(recording.fake_server_config(messages))
        command = [peer("fake_server"), "-config", str(folder / "fake.pb"), "-port", "0", "-server_crt", certificate[0],
                   "-server_key", certificate[1], "-logtostderr"]
        command += ["-ca_crt", client_ca] if client_ca else ["-allow_no_client_auth"]
        self.process = Process(command, folder / "fake_server.log")
        try:
            found = self.process.wait_for(
                lambda: re.search(r"Starting RPC server on address: \S*?:(\d+)\s", self.process.text()), "the port")
        except BaseException:
            self.process.kill()
            raise
        self.address = f"127.0.0.1:{found[1]}"


class FakeServerTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="interop-tls-")
        cls.addClassCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        cls.authority = Authority(path)
        cls.certificate = cls.authority.issue("switch", "DNS:switch.test,IP:127.0.0.1")
        cls.client_authority = Authority(path, "client-ca")
        cls.client_certificate = cls.client_authority.issue("drift-monitor", "DNS:drift-monitor.test", "clientAuth")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="interop-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def serve(self, messages: list[bytes], client_ca: str = "") -> FakeServer:
        server = FakeServer(self.folder, messages, self.certificate, client_ca)
        self.addCleanup(server.process.kill)
        return server

    def monitor(self, server: FakeServer, tls: dict | None = None, intent: dict | None = None, target: str = "", **more) -> Monitor:
        gnmi = {"username": "admin", "password": "secret-of-the-device", "profile": "openconfig",
                "tls": tls or {"mode": "insecure-skip-verify"}}
        if target:
            gnmi["target"] = target
        monitor = Monitor(self.folder / "monitor", [{"name": NAME, "address": server.address}], intent, gnmi=gnmi, **more)
        self.addCleanup(monitor.close)
        monitor.start()
        return monitor

    def replay(self, name: str, tls: dict | None = None, client_ca: str = ""):
        messages = load(name)
        expected = final_state(messages)
        self.assertTrue(expected, "the recording is empty")
        # A last update tells when everything before it was taken in: there is no need to guess how long that takes.
        messages.append(update(END, "end", time.time_ns()))
        server = self.serve(messages, client_ca)
        monitor = self.monitor(server, tls)
        monitor.wait(lambda: END in monitor.leaves(NAME), "the end of the recording")
        seen = monitor.leaves(NAME)
        self.assertEqual(seen.pop(END), "end")
        self.assertEqual(sorted(seen), sorted(expected), "paths")
        for path, value in expected.items():
            self.check_value(path, seen[path], value)
        # The device's row is a snapshot made a little later than the leaves.
        device = monitor.wait_for_device(NAME, "is live", lambda d: d["freshness"]["state"] == "live")
        self.assertEqual(device["verdict"], "unknown", "a device without intent")
        self.assertEqual(monitor.sink.events, [])

    def check_value(self, path: str, seen, expected):
        if isinstance(expected, float):
            self.assertAlmostEqual(float(seen), expected, msg=path)
        elif isinstance(expected, int) and not isinstance(expected, bool) and abs(expected) > 1 << 53:
            self.assertEqual(seen, str(expected), path)
        else:
            self.assertEqual(seen, expected, path)
            self.assertIs(type(seen), type(expected), path)

    def verify(self, **more) -> dict:
        return {"mode": "verify", "ca_file": self.authority.pem} | more

    def test_lemming_changes(self):
        self.replay("lemming-01-changes.pb", self.verify())

    def test_lemming_bgp_replace(self):
        self.replay("lemming-02-bgp-replace.pb", self.verify(server_name="switch.test"))

    def test_lemming_until_it_was_killed(self):
        certificate, key = self.client_certificate
        self.replay("lemming-03-kill9.pb", self.verify(cert_file=certificate, key_file=key), self.client_authority.pem)

    def test_thousand_vlans(self):
        self.replay("lemming-10-1000vlans.pb.xz")

    def test_deprecated_path_elements_and_two_syncs(self):
        self.replay("fake-05-element.pb")

    def test_sample_server(self):
        self.replay("gnxi-08-sample-leaf.pb")

    def test_sample_server_with_wrong_names(self):
        self.replay("gnxi-07-sample-buggy.pb")

    def test_wrong_authority_is_told_and_nothing_is_sent(self):
        server = self.serve(load("lemming-01-changes.pb"))
        monitor = self.monitor(server, {"mode": "verify", "ca_file": self.client_authority.pem})
        device = monitor.wait_for_device(NAME, "has an error", lambda d: d["last_error"])
        self.assertRegex(device["last_error"], r"(?i)certificate|verif")
        self.assertEqual(device["freshness"]["state"], "never")
        self.assertEqual(monitor.leaves(NAME), {})

    def test_hub_loses_the_device(self):
        """`DEL /*` is "device lost": the interface it had is not missing, and a VLAN deleted before that stays missing."""
        messages = []
        for message in load("collector-04-device-kill.pb"):
            note = recording.wire.decode_response(message).notification
            if note and note.prefix.target != "leaf1":
                continue
            messages.append(message)
            if note and any(recording.is_device_lost(path, note.prefix) for path in note.deletes):
                break
        else:
            self.fail("no DEL /* in the recording")
        vlan, interface = "/network-instances/network-instance[name=DEFAULT]/vlans/vlan[vlan-id=10]", "/interfaces/interface[name=eth1]"
        intent = {"devices": {NAME: {
            "entries": [vlan, interface],
            "leaves": {f"{vlan}/config/name": "PROD", f"{interface}/config/name": "eth1"},
        }}}
        server = self.serve(messages)
        # Without hold and grouping a misread delete becomes an event at once.
        monitor = self.monitor(server, intent=intent, target="leaf1", drift={"hold": "0s", "group_window": "0s"})
        monitor.wait_for_device(NAME, "is stale", lambda d: d["freshness"]["state"] == "stale" and d["freshness"]["reason"])
        description = f"{interface}/config/description"
        monitor.wait(lambda: monitor.leaves(NAME).get(description) == "via hub", "what was known before the loss")
        # It asks the hub again, which plays the same again: three rounds are enough chances for a mistake.
        monitor.wait_for_device(NAME, "asks again", lambda d: d["streams"] >= 3)
        told = [difference["path"] for event in monitor.sink.events for difference in event["differences"]]
        drifts = [drift["path"] for drift in monitor.items("/drifts")]
        self.assertEqual([path for path in told + drifts if path.startswith(interface)], [], "eth1 was never missing")


if __name__ == "__main__":
    unittest.main()
