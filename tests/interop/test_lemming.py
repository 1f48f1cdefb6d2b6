"""drift-monitor and a device that nobody here wrote: openconfig's lemming, changed by other gNMI clients.

lemming wants the origin `openconfig` and `[name=*]` keys (the shipped profile `openconfig`), answers Capabilities with
UNIMPLEMENTED, deletes leaf by leaf and forgets everything when it restarts.
"""

import datetime
import pathlib
import re
import subprocess
import tempfile
import unittest

import grpc

from gnmi_client import Client
from harness import PATIENCE, ROOT, Authority, Process, drift_monitor, free_port, peer
from monitor import Monitor

NAME = "lemming1"
INSTANCE = "/network-instances/network-instance[name=DEFAULT]"
ETHERNET1 = "/interfaces/interface[name=Ethernet1]"


def vlan(number: int) -> str:
    return f"{INSTANCE}/vlans/vlan[vlan-id={number}]"


# What the device has before each test, and what the intent file says.
BASELINE = {
    f"{vlan(10)}/config/name": "PROD",
    f"{vlan(20)}/config/name": "MGMT",
    f"{ETHERNET1}/config/description": "host1",
    f"{ETHERNET1}/config/enabled": True,
}
INTENT = {
    "schema": "drift-monitor/intent/v1",
    "lists": {"/network-instances/network-instance/vlans/vlan": "authoritative"},
    "devices": {NAME: {"leaves": BASELINE, "entries": [vlan(10), vlan(20), ETHERNET1]}},
}
CONFIG_PATHS = ("/interfaces/interface[name=*]/config", "/network-instances/network-instance[name=*]/vlans/vlan[vlan-id=*]/config")
RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z")


def nanoseconds(text: str) -> int:
    seconds, fraction = RFC3339.fullmatch(text).groups()
    moment = datetime.datetime.fromisoformat(seconds).replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp()) * 10**9 + int(fraction)


class Lemming:
    """The device: a process that loses everything when it ends."""

    def __init__(self, folder: pathlib.Path, authority: Authority | None = None):
        """`authority`: it speaks TLS, with a certificate of this authority."""
        self._folder = folder
        self._authority = authority.pem if authority else ""
        self._tls = []
        if authority:
            certificate, key = authority.issue("lemming", "DNS:switch.test,IP:127.0.0.1")
            self._tls = ["--tls_cert_file", certificate, "--tls_key_file", key]
        self.port = 0
        self.process: Process | None = None
        self.client: Client | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self):
        """On the port it had before, if any. Every listener is named: the defaults are open to everybody."""
        for attempt in range(3):
            port = self.port or free_port()
            zapi = self._folder / "zapi"
            zapi.unlink(missing_ok=True)
            self.process = Process(
                [peer("lemming"), "--gnmi", f"127.0.0.1:{port}", "--gribi", "127.0.0.1:0", "--p4rt_addr", "127.0.0.1:0",
                 "--fault_addr", "127.0.0.1:0", "--bgp_port", str(free_port()), "--zapi_addr", f"unix:{zapi}",
                 "--target", "fakedut", "--logtostderr", *self._tls],
                self._folder / "lemming.log", cwd=self._folder)
            self.client = Client(f"127.0.0.1:{port}", authority=self._authority)
            try:
                self.process.wait_for(self._answers, "gNMI")
                self.port = port
                return
            except AssertionError:
                self.kill()
                if attempt == 2 or "address already in use" not in self.process.text():
                    raise

    def _answers(self) -> bool:
        try:
            self.client.capabilities()
        except grpc.RpcError as error:
            return error.code() == grpc.StatusCode.UNIMPLEMENTED
        return True

    def kill(self):
        self.client.close()
        self.process.kill()

    def load_baseline(self):
        """BASELINE and nothing else, whatever an earlier test left."""
        entries = {re.match(r"(.*\])/config/", path)[1] for path in self.client.read(*CONFIG_PATHS)}
        wanted = {vlan(10), vlan(20), ETHERNET1}
        if entries - wanted:
            self.client.set(delete=sorted(entries - wanted))
        self.client.set(update=BASELINE.items())


class LemmingCase(unittest.TestCase):
    @classmethod
    def device_of(cls, folder: pathlib.Path) -> Lemming:
        return Lemming(folder)

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="interop-lemming-")
        cls.addClassCleanup(folder.cleanup)
        cls.lemming = cls.device_of(pathlib.Path(folder.name))
        cls.lemming.start()
        cls.addClassCleanup(lambda: cls.lemming.kill())

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="interop-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.device = self.lemming.client
        self.lemming.load_baseline()

    def monitor(self, profile: str = "openconfig", tls: dict | None = None) -> Monitor:
        devices = [{"name": NAME, "address": self.lemming.address, "labels": {"role": "leaf"}}]
        gnmi = {"username": "admin", "password": "secret-of-the-device", "profile": profile}
        if tls:
            gnmi["tls"] = tls
        return Monitor(self.folder / "monitor", devices, INTENT, gnmi=gnmi)

    def started(self, **options) -> Monitor:
        monitor = self.monitor(**options)
        self.addCleanup(monitor.close)
        monitor.start()
        monitor.wait_for_verdict(NAME, "in_sync")
        self.assertEqual(monitor.sink.events, [])
        return monitor

    def watched(self):
        """Another client's view of the device's clock, from now on."""
        witness = self.device.witness(*CONFIG_PATHS)
        self.addCleanup(witness.close)
        return witness

    def check_event(self, post: dict, action: str, difference: str, path: str, current, desired, changed: int):
        """`changed`: the device's timestamp of the change, nanoseconds."""
        event = post["event"]
        self.assertEqual(event["device"], NAME)
        self.assertEqual(event["path"], path)
        self.assertEqual(event["current_value"], current)
        self.assertEqual(nanoseconds(event["timestamp"]), changed)
        self.assertEqual(event["desired_value"], desired)
        self.assertEqual((event["action"], event["difference"]), (action, difference))
        self.assertEqual(event["schema"], "drift-monitor/event/v1")
        self.assertEqual(event["difference_count"], 1)
        self.assertEqual([d["path"] for d in event["differences"]], [path])
        self.assertEqual(event["device_info"]["address"], self.lemming.address)
        headers = {name.lower(): value for name, value in post["headers"].items()}
        self.assertEqual(headers["x-event-id"], event["event_id"])
        self.assertIn("application/json", headers["content-type"])


def without_other_forms(profile: str) -> str:
    """The text of a profile that tries no other form of a request."""
    return re.sub(r"(?m)^other_forms:\n(  .*\n)+", "", profile)


class LemmingTest(LemmingCase):
    def test_changed_leaf_and_its_repair(self):
        monitor = self.started()
        witness = self.watched()
        path = f"{ETHERNET1}/config/description"

        self.device.set(update=[(path, "typo")])
        changed = witness.time_of(path, "typo")
        monitor.wait_for_events(1)
        self.check_event(monitor.sink.posts[0], "opened", "different", path, "typo", "host1", changed)

        self.device.set(update=[(path, "host1")])
        repaired = witness.time_of(path, "host1")
        monitor.wait_for_events(2)
        self.check_event(monitor.sink.posts[1], "resolved", "different", path, "host1", "host1", repaired)
        ids = [event["differences"][0]["drift_id"] for event in monitor.sink.events]
        self.assertEqual(ids[0], ids[1], "the repair belongs to the drift")
        self.assertNotEqual(monitor.sink.events[0]["event_id"], monitor.sink.events[1]["event_id"])

    def test_change_by_gnmi_cli(self):
        monitor = self.started()
        witness = self.watched()
        request = f"""
            prefix {{ origin: "openconfig" }}
            update {{
              path {{ elem {{ name: "network-instances" }} elem {{ name: "network-instance" key {{ key: "name" value: "DEFAULT" }} }}
                      elem {{ name: "vlans" }} elem {{ name: "vlan" key {{ key: "vlan-id" value: "10" }} }}
                      elem {{ name: "config" }} elem {{ name: "name" }} }}
              val {{ string_val: "by-hand" }}
            }}"""
        done = subprocess.run(
            [peer("gnmi_cli"), "-address", self.lemming.address, "-insecure", "-set", "-proto", request],
            capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        changed = witness.time_of(f"{vlan(10)}/config/name", "by-hand")

        monitor.wait_for_events(1)
        self.check_event(monitor.sink.posts[0], "opened", "different", f"{vlan(10)}/config/name", "by-hand", "PROD", changed)

    def test_deleted_vlan_is_one_missing_entry(self):
        monitor = self.started()
        witness = self.watched()

        self.device.set(delete=[vlan(20)])
        deleted = witness.time_of(vlan(20), None)
        monitor.wait_for_events(1)
        self.check_event(monitor.sink.posts[0], "opened", "missing", vlan(20), None, {"config/name": "MGMT"}, deleted)

        self.device.set(update=[(f"{vlan(20)}/config/name", "MGMT")])
        events = monitor.wait_for_events(2)
        self.assertEqual([(e["action"], e["path"]) for e in events], [("opened", vlan(20)), ("resolved", vlan(20))])

    def test_vlan_by_hand_is_one_unexpected_entry(self):
        monitor = self.started()

        self.device.set(update=[(vlan(666), {"vlan-id": 666, "config": {"vlan-id": 666, "name": "rogue"}})])
        event = monitor.wait_for_events(1)[0]
        self.assertEqual((event["action"], event["difference"], event["path"]), ("opened", "unexpected", vlan(666)))
        self.assertEqual(event["difference_count"], 1)
        self.assertEqual(event["current_value"].get("config/name"), "rogue")
        self.assertIsNone(event["desired_value"])

        self.device.set(delete=[vlan(666)])
        events = monitor.wait_for_events(2)
        self.assertEqual([e["action"] for e in events], ["opened", "resolved"])

    def test_restarted_device_is_empty_not_a_storm(self):
        monitor = self.started()

        self.lemming.kill()
        lost = monitor.wait_for_device(NAME, "is stale", lambda d: d["freshness"]["state"] == "stale")
        self.assertTrue(lost["freshness"]["reason"])
        self.assertEqual(lost["open_drifts"], 0)
        self.lemming.start()
        self.device = self.lemming.client
        self.assertEqual(self.device.read(*CONFIG_PATHS), {}, "lemming restarts empty, or this test proves nothing")
        empty = monitor.wait_for_verdict(NAME, "degraded")
        self.assertEqual(empty["freshness"]["state"], "live")
        self.assertEqual(empty["open_drifts"], 0)

        # Everything comes back but for one leaf. Its event is the first since the restart: nothing was told before.
        path = f"{ETHERNET1}/config/description"
        witness = self.watched()
        self.device.set(update=(BASELINE | {path: "after restart"}).items())
        changed = witness.time_of(path, "after restart")
        monitor.wait_for_events(1)
        self.check_event(monitor.sink.posts[0], "opened", "different", path, "after restart", "host1", changed)
        self.device.set(update=[(path, "host1")])
        events = monitor.wait_for_events(2)
        self.assertEqual([(e["action"], e["path"]) for e in events], [("opened", path), ("resolved", path)])
        monitor.wait_for_verdict(NAME, "in_sync")

        told = [line for line in monitor.log_lines() if re.search(r"degraded|no leaf", line, re.I)]
        self.assertEqual(len(told), 1, "\n".join(["told once:", *told]))
        self.assertIn(NAME, told[0])

    def test_forms_it_never_answers_are_not_an_empty_device(self):
        """Another origin, none, or lists without keys: lemming takes the subscription, syncs and says nothing for ever."""
        shipped = without_other_forms((ROOT / "profiles" / "openconfig.yaml").read_text())
        origin, wildcards = "origin: openconfig\n", "explicit_wildcards: true\n"
        self.assertIn(origin, shipped)
        self.assertIn(wildcards, shipped)
        forms = {
            "no-origin": shipped.replace(origin, 'origin: ""\n'),
            "model-as-origin": shipped.replace(origin, "origin: openconfig-interfaces\n"),
            "no-keys": shipped.replace(wildcards, "explicit_wildcards: false\n"),
        }
        for name, text in forms.items():
            with self.subTest(name):
                profile = self.folder / f"{name}.yaml"
                profile.write_text(re.sub(r"(?m)^name: .*$", f"name: {name}", text))
                monitor = self.monitor(profile=str(profile))
                self.addCleanup(monitor.close)
                monitor.start()
                device = monitor.wait_for_verdict(NAME, "degraded")
                self.assertEqual(device["freshness"]["state"], "live")
                self.assertEqual(monitor.leaves(NAME), {})
                self.assertEqual(monitor.items("/drifts"), [])
                self.assertEqual(monitor.sink.events, [])
                monitor.stop()

    def test_a_form_it_answers_is_found(self):
        """The first form of the profile is one that lemming never answers; another one is."""
        text = without_other_forms((ROOT / "profiles" / "openconfig.yaml").read_text())
        text = text.replace("origin: openconfig\n", 'origin: ""\nother_forms: [{ origin: openconfig }]\n')
        profile = self.folder / "other-form.yaml"
        profile.write_text(re.sub(r"(?m)^name: .*$", "name: other-form", text))
        monitor = self.monitor(profile=str(profile))
        self.addCleanup(monitor.close)
        monitor.start()
        monitor.wait_for_verdict(NAME, "in_sync")
        self.assertEqual(monitor.sink.events, [])

    def test_check_command(self):
        monitor = self.monitor()
        self.addCleanup(monitor.close)
        command = [drift_monitor(), "check", "--config", str(monitor.write_config()), "--output", "json"]
        good = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder)
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)

        self.device.set(delete=[vlan(20)])
        bad = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=self.folder)
        self.assertEqual(bad.returncode, 1, bad.stdout + bad.stderr)
        self.assertIn(vlan(20), bad.stdout)
        self.assertEqual(monitor.sink.events, [], "a check tells nobody")

    def test_monitor_ends_on_request(self):
        monitor = self.started()
        self.assertEqual(monitor.stop(), 0)
        self.assertNotIn("secret-of-the-device", "\n".join(monitor.log_lines()))


class LemmingTlsTest(LemmingCase):
    @classmethod
    def device_of(cls, folder: pathlib.Path) -> Lemming:
        cls.authority = Authority(folder)
        return Lemming(folder, cls.authority)

    def test_changes_and_a_restart(self):
        monitor = self.started(tls={"mode": "verify", "ca_file": self.authority.pem})
        path = f"{ETHERNET1}/config/description"
        witness = self.watched()
        self.device.set(update=[(path, "typo")])
        changed = witness.time_of(path, "typo")
        monitor.wait_for_events(1)
        self.check_event(monitor.sink.posts[0], "opened", "different", path, "typo", "host1", changed)

        self.lemming.kill()
        monitor.wait_for_device(NAME, "is stale", lambda d: d["freshness"]["state"] == "stale")
        self.lemming.start()
        self.device = self.lemming.client
        self.lemming.load_baseline()
        events = monitor.wait_for_events(2)
        self.assertEqual([(e["action"], e["path"]) for e in events], [("opened", path), ("resolved", path)])
        monitor.wait_for_verdict(NAME, "in_sync")

    def test_a_device_of_another_authority_is_told(self):
        with tempfile.TemporaryDirectory(prefix="interop-") as folder:
            other = Authority(pathlib.Path(folder))
            monitor = self.monitor(tls={"mode": "verify", "ca_file": other.pem})
            self.addCleanup(monitor.close)
            monitor.start()
            device = monitor.wait_for_device(NAME, "has an error", lambda d: d["last_error"])
        self.assertRegex(device["last_error"], r"(?i)certificate|verif")
        self.assertEqual(device["freshness"]["state"], "never")
        self.assertEqual(monitor.sink.events, [])

    def test_plaintext_is_explained(self):
        monitor = self.monitor()
        self.addCleanup(monitor.close)
        monitor.start()
        device = monitor.wait_for_device(NAME, "has an error", lambda d: d["last_error"])
        self.assertRegex(device["last_error"], r"TLS")
        self.assertEqual(device["freshness"]["state"], "never")


if __name__ == "__main__":
    unittest.main()
