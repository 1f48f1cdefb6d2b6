"""fabric-sim as clients see it that nobody here wrote: openconfig's gnmi_cli and pygnmi.

The end-to-end tests believe the simulated switches; these clients say whether the switches speak gNMI. What they show
must be what the control API says the switch holds.
"""

import json
import os
import pathlib
import pty
import re
import tempfile
import threading
import unittest
import urllib.parse
import urllib.request

from pygnmi.client import gNMIclient

from harness import BUILD, PATIENCE, ROOT, Process, binary, peer, wait_until

CONFIG = "/interfaces/interface[name=Ethernet1]/config"
DESCRIPTION = f"{CONFIG}/description"
LOOPBACK = "/interfaces/interface[name=Loopback77]"
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class Sim:
    """One switch of fabric-sim under TLS, and the control API behind its back."""

    def __init__(self, folder: pathlib.Path):
        self.authority = str(folder / "ca.pem")
        ready = folder / "ready.json"
        self.process = Process(
            [binary("fabric-sim", BUILD), "serve", "--lab", str(ROOT / "lab"), "--devices", "leaf1", "--no-noise", "--quiet", "--tls",
             "--ca-file", self.authority, "--ready-file", str(ready)], folder / "sim.log", cwd=folder)
        try:
            told = self.process.wait_for(lambda: json.loads(ready.read_text()) if ready.exists() and ready.stat().st_size else None, "addresses")
        except BaseException:
            self.process.kill()
            raise
        self.address = told["devices"]["leaf1"]
        self.user = (told["username"], told["password"])
        self._control = told["control"]

    def leaves(self, path: str) -> dict[str, object]:
        with _open(f"{self._control}/control/devices/leaf1/leaves?path={urllib.parse.quote(path)}", timeout=30) as answer:
            return {leaf["path"]: leaf["value"] for leaf in json.load(answer)["items"]}

    def cli(self, lines: str):
        request = urllib.request.Request(f"{self._control}/control/devices/leaf1/cli", lines.encode(), method="POST")
        _open(request, timeout=30).close()


class GnmiCli:
    """gnmi_cli asks for its password on a terminal, so it gets one; everything it prints is kept."""

    def __init__(self, sim: Sim, *arguments: str):
        command = [peer("gnmi_cli"), "-address", sim.address, "-ca_crt", sim.authority, "-with_user_pass", "-with_per_rpc_auth", *arguments]
        self._answers = list(sim.user)
        self._out = b""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execv(command[0], command)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while True:
            try:
                some = os.read(self._terminal, 1 << 16)
            except OSError:  # the other end of a terminal is gone
                return
            if not some:
                return
            self._out += some
            if self._answers and re.search(rb"(username|password): $", self._out):
                os.write(self._terminal, self._answers.pop(0).encode() + b"\n")

    def text(self) -> str:
        """Without the questions."""
        return self._out.decode().replace("\r\n", "\n").split("password: \n", 1)[-1]

    def end(self) -> int:
        """Its exit code. One that follows a stream is ended."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self._reader.join()
        os.close(self._terminal)
        return code

    def stop(self):
        os.kill(self.pid, 9)
        self.end()

    def lines(self) -> dict[str, str]:
        """Of display type `single`: path elements and keys between slashes, a comma, the value."""
        pairs = (line.split(", ", 1) for line in self.text().splitlines() if ", " in line)
        return {f"/{path}": value for path, value in pairs}


def as_single(leaves: dict[str, object]) -> dict[str, str]:
    """What gnmi_cli's `single` makes of these leaves."""
    def text(value):
        return str(value).lower() if isinstance(value, bool) else str(value)

    return {re.sub(r"\[[^=]+=([^\]]*)\]", r"/\1", path): text(value) for path, value in leaves.items()}


def elements(path: str) -> str:
    """A gnmi.Path as text proto."""
    out = ""
    for name, keys in re.findall(r"/([^/\[]+)((?:\[[^\]]*\])*)", path):
        pairs = re.findall(r"\[([^=]+)=([^\]]*)\]", keys)
        out += f'elem {{ name: "{name}" ' + " ".join(f'key {{ key: "{k}" value: "{v}" }}' for k, v in pairs) + " } "
    return out


class ClientsTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="interop-clients-")
        cls.addClassCleanup(folder.cleanup)
        cls.sim = Sim(pathlib.Path(folder.name))
        cls.addClassCleanup(lambda: cls.sim.process.kill())

    def change_and_back(self, seen):
        """A leaf changes, an entry comes and goes. `seen(path, value)`: the client showed it; value None: its delete."""
        before = self.sim.leaves(DESCRIPTION)[DESCRIPTION]
        self.sim.cli("interface Ethernet1\ndescription by a client")
        wait_until(lambda: seen(DESCRIPTION, "by a client"), "the change")
        self.sim.cli(f"interface Ethernet1\ndescription {before}")
        wait_until(lambda: seen(DESCRIPTION, before), "the repair")
        self.sim.cli("interface Loopback77\ndescription short-lived")
        wait_until(lambda: seen(f"{LOOPBACK}/config/description", "short-lived"), "the new entry")
        self.sim.cli("no interface Loopback77")
        wait_until(lambda: seen(f"{LOOPBACK}/config/description", None), "the delete")

    # ---- gnmi_cli

    def gnmi_cli(self, *arguments: str) -> GnmiCli:
        client = GnmiCli(self.sim, *arguments)
        self.assertEqual(client.end(), 0, client.text())
        return client

    def test_gnmi_cli_capabilities(self):
        text = self.gnmi_cli("-capabilities").text()
        for model in ("openconfig-interfaces", "openconfig-network-instance", "arista-exp-eos-vxlan"):
            self.assertRegex(text, rf'name:\s+"{model}"')
        self.assertRegex(text, r"supported_encodings:\s+JSON_IETF")
        self.assertRegex(text, r'gNMI_version:\s+"0\.\d+\.\d+"')

    def test_gnmi_cli_get(self):
        text = self.gnmi_cli("-get", "-proto", f"path {{ {elements(CONFIG)} }} encoding: JSON_IETF").text()
        for path in self.sim.leaves(CONFIG):
            self.assertRegex(text, rf'name:\s+"{path.rsplit("/", 1)[1]}"')
        self.assertIn(f'"{self.sim.leaves(DESCRIPTION)[DESCRIPTION]}"', text)

    def test_gnmi_cli_once(self):
        client = self.gnmi_cli("-query", "interfaces/interface/config", "-query_type", "once", "-display_type", "single")
        self.assertEqual(client.lines(), as_single(self.sim.leaves("/interfaces/interface/config")))

    def test_gnmi_cli_on_change(self):
        wanted = f"subscription {{ mode: ON_CHANGE path {{ {elements('/interfaces/interface/config')} }} }}"
        request = f"subscribe {{ prefix {{ }} mode: STREAM encoding: JSON_IETF {wanted} }}"
        client = GnmiCli(self.sim, "-proto", request, "-query_type", "streaming", "-display_type", "single")
        self.addCleanup(client.stop)
        everything = as_single(self.sim.leaves("/interfaces/interface/config"))
        wait_until(lambda: client.lines().items() >= everything.items(), "the first dump")

        def seen(path, value):
            name = next(iter(as_single({path: ""})))
            lines = client.lines()
            if value is not None:
                return lines.get(name) == value
            return any(shown == "<nil>" and f"{name}/".startswith(f"{deleted}/") for deleted, shown in lines.items())

        self.change_and_back(seen)

    def test_gnmi_cli_with_a_wrong_password(self):
        sim = self.sim
        good, sim.user = sim.user, (sim.user[0], "wrong")
        self.addCleanup(setattr, sim, "user", good)
        client = GnmiCli(sim, "-get", "-proto", f"path {{ {elements(CONFIG)} }}")
        self.assertNotEqual(client.end(), 0)
        self.assertRegex(client.text(), "Unauthenticated")

    # ---- pygnmi

    def pygnmi(self) -> gNMIclient:
        """Its thread complains on standard error when its stream is cut at the end; that is its way."""
        host, port = self.sim.address.split(":")
        user, password = self.sim.user
        client = gNMIclient(target=(host, int(port)), username=user, password=password, path_root=self.sim.authority)
        client.__enter__()
        self.addCleanup(client.__exit__, None, None, None)
        return client

    @staticmethod
    def of_notification(note: dict) -> dict[str, object]:
        return {f"/{update['path']}": update["val"] for update in note.get("update") or []}

    def test_pygnmi_capabilities(self):
        told = self.pygnmi().capabilities()
        self.assertRegex(told["gnmi_version"], r"^0\.\d+\.\d+$")
        self.assertIn("json_ietf", told["supported_encodings"])
        self.assertIn("openconfig-interfaces", [model["name"] for model in told["supported_models"]])

    def test_pygnmi_get(self):
        answer = self.pygnmi().get(path=[CONFIG], encoding="json_ietf")
        leaves = {}
        for note in answer["notification"]:
            leaves |= self.of_notification(note)
        self.assertEqual(leaves, self.sim.leaves(CONFIG))

    def test_pygnmi_once(self):
        wanted = {"subscription": [{"path": "/interfaces/interface/config"}], "mode": "once", "encoding": "json_ietf"}
        leaves, is_synced = {}, False
        for message in self.pygnmi().subscribe2(subscribe=wanted):
            leaves |= self.of_notification(message.get("update", {}))
            is_synced |= message.get("sync_response", False)
        self.assertTrue(is_synced)
        self.assertEqual(leaves, self.sim.leaves("/interfaces/interface/config"))

    def test_pygnmi_on_change(self):
        wanted = {"subscription": [{"path": "/interfaces/interface/config", "mode": "on_change"}], "mode": "stream", "encoding": "json_ietf"}
        stream = self.pygnmi().subscribe2(subscribe=wanted)
        self.addCleanup(stream.close)
        leaves: dict[str, object] = {}
        gone: list[str] = []
        while True:
            message = stream.get_update(timeout=PATIENCE)
            leaves |= self.of_notification(message.get("update", {}))
            if "sync_response" in message:
                break
        self.assertEqual(leaves, self.sim.leaves("/interfaces/interface/config"))

        def seen(path, value):
            try:
                note = stream.get_update(timeout=1).get("update", {})
            except TimeoutError:
                note = {}
            leaves.update(self.of_notification(note))
            gone.extend(f"/{deleted['path']}" for deleted in note.get("delete") or [])
            if value is None:
                return any(f"{path}/".startswith(f"{deleted}/") for deleted in gone)
            return leaves.get(path) == value

        self.change_and_back(seen)


if __name__ == "__main__":
    unittest.main()
