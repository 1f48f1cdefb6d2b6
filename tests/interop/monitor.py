"""drift-monitor as a test sees it: a configuration, a process, its API, its log and what it POSTs."""

import json
import pathlib
import urllib.error
import urllib.parse
import urllib.request

import yaml

from harness import Process, Sink, Timeout, drift_monitor, free_port, wait_until

_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class Monitor:
    """Runs `drift-monitor run` in a folder of its own. `sections` are top-level sections of the configuration that
    are merged over the ones below; `intent` is the content of an intent file."""

    def __init__(self, folder: pathlib.Path, devices: list[dict], intent: dict | None = None, **sections: dict):
        self.folder = folder
        self.sink = Sink()
        self._intent = intent
        self._sections = sections
        self._devices = devices
        self.process: Process | None = None
        self.port = 0

    def write_config(self) -> pathlib.Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        config = {
            "gnmi": {"username": "admin", "password": "secret-of-the-device"},
            "inventory": {"devices": self._devices},
            "drift": {"hold": "1s", "group_window": "200ms"},
            "delivery": {"kestra": {"url": self.sink.url, "actions": ["opened", "changed", "resolved"]}},
            "store": {"path": str(self.folder / "state.db")},
            "api": {"listen": f"127.0.0.1:{self.port}"},
            "log": {"level": "info", "format": "text"},
        }
        if self._intent is not None:
            (self.folder / "intent.yaml").write_text(yaml.safe_dump(self._intent))
            config["intent"] = {"files": [str(self.folder / "intent.yaml")]}
        for name, section in self._sections.items():
            config[name] = config.get(name, {}) | section
        file = self.folder / "drift-monitor.yaml"
        file.write_text(yaml.safe_dump(config))
        return file

    def start(self):
        # The port was free a moment ago; another try costs nothing when somebody took it.
        for attempt in range(3):
            file = self.write_config()
            self.process = Process([drift_monitor(), "run", "--config", str(file)], self.folder / "log.txt", cwd=self.folder)
            try:
                self.process.wait_for(self._is_alive, "the API")
                return
            except AssertionError:
                self.process.kill()
                if attempt == 2 or "in use" not in self.process.text():
                    raise

    def _is_alive(self) -> bool:
        try:
            self.get("/healthz", raw=True)
            return True
        except OSError:
            return False

    def stop(self) -> int | None:
        code = self.process.stop() if self.process else None
        self.process = None
        return code

    def close(self):
        self.stop()
        self.sink.close()

    def log_lines(self) -> list[str]:
        return (self.folder / "log.txt").read_text(errors="replace").splitlines()

    def get(self, path: str, raw: bool = False):
        with _open(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            body = answer.read()
        return body if raw else json.loads(body)

    def items(self, path: str) -> list[dict]:
        """All items of a paged list."""
        found, cursor = [], None
        while True:
            query = f"?cursor={urllib.parse.quote(str(cursor))}" if cursor is not None else ""
            page = self.get(f"/api/v1{path}{query}")
            found += page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return found

    def device(self, name: str) -> dict:
        return self.get(f"/api/v1/devices/{urllib.parse.quote(name)}")

    def leaves(self, name: str) -> dict[str, object]:
        return {leaf["path"]: leaf["value"] for leaf in self.items(f"/devices/{urllib.parse.quote(name)}/leaves")}

    def wait(self, condition, what: str):
        """Waits for condition(); what the service last said is in the failure."""
        try:
            return self.process.wait_for(condition, what)
        except Timeout as error:
            try:
                state = json.dumps([self.device(d["name"]) for d in self._devices], indent=1)
            except OSError as problem:
                state = f"the API fails: {problem}"
            posted = json.dumps(self.sink.events, indent=1)
            log = "\n".join(self.log_lines()[-40:])
            raise AssertionError(f"{error}\ndevices: {state[:4000]}\nposted: {posted[:4000]}\nlog:\n{log}") from None

    def wait_for_device(self, name: str, what: str, condition):
        def look():
            try:
                device = self.device(name)
            except urllib.error.HTTPError:
                return None
            return device if condition(device) else None

        return self.wait(look, f"{name} {what}")

    def wait_for_verdict(self, name: str, *verdicts: str) -> dict:
        return self.wait_for_device(name, f"with verdict {' or '.join(verdicts)}", lambda d: d["verdict"] in verdicts)

    def wait_for_events(self, count: int) -> list[dict]:
        self.wait(lambda: len(self.sink.events) >= count, f"POST number {count}")
        return self.sink.events


__all__ = ["Monitor", "wait_until"]
