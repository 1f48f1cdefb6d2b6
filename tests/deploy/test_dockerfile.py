"""The Dockerfile, read instruction by instruction: no engine is needed to see most mistakes."""

import io
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from dockerfile_parse import DockerfileParser

from compose import ROOT

TEXT = (ROOT / "Dockerfile").read_text()


def stages():
    parser = DockerfileParser(fileobj=io.BytesIO(TEXT.encode()))
    found = []
    for entry in parser.structure:
        if entry["instruction"] == "FROM":
            found.append([])
        if entry["instruction"] != "COMMENT" and found:
            found[-1].append((entry["instruction"], entry["value"]))
    return {stage[0][1].split()[-1]: stage for stage in found}


def values(stage, instruction):
    return [value for name, value in stage if name == instruction]


def installed(stage):
    packages = set()
    for value in values(stage, "RUN"):
        for part in value.split("&&"):
            words = part.split()
            if words[:2] == ["apt-get", "install"]:
                packages |= {word for word in words[2:] if not word.startswith("-")}
    return packages


class Dockerfile(unittest.TestCase):
    def setUp(self):
        self.stages = stages()
        self.final = list(self.stages.values())[-1]
        self.base = self.stages["runtime-base"]

    def test_every_instruction_is_one_the_classic_builder_knows(self):
        known = {"FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL",
                 "HEALTHCHECK", "ENTRYPOINT", "CMD", "LABEL"}
        for stage in self.stages.values():
            self.assertLessEqual({name for name, _ in stage}, known)

    def test_no_buildkit_is_needed(self):
        for pattern in (r"(?m)^#\s*syntax\s*=", r"--mount", r"--chmod", r"--link", r"--parents", r"--exclude", r"--network",
                        r"--security", r"(?m)^(RUN|COPY|ADD)\b.*<<", r"\$\{?(TARGET|BUILD)(PLATFORM|ARCH|OS)"):
            self.assertNotRegex(TEXT, pattern)

    def test_the_stages_are_in_an_order_both_builders_can_follow(self):
        seen = set()
        for name, stage in self.stages.items():
            origin = stage[0][1].split()[0]
            self.assertTrue(origin in seen or origin.startswith("debian:bookworm"), origin)
            for copied in re.findall(r"--from=(\S+)", "\n".join(values(stage, "COPY"))):
                self.assertIn(copied, seen)
            seen.add(name)
        self.assertEqual(list(self.stages)[-1], "drift-monitor")
        self.assertEqual(self.base[0][1].split()[0], "debian:bookworm-slim")

    def test_it_builds_the_way_the_project_does(self):
        text = "\n".join(values(self.stages["build"], "RUN"))
        self.assertIn("scripts/install-deps.sh --build-only", text)
        self.assertIn("cmake --preset release", text)
        self.assertIn("cmake --build build/release --target drift-monitor fabric-sim", text)
        presets = json.loads((ROOT / "CMakePresets.json").read_text())
        self.assertIn("release", {preset["name"] for preset in presets["configurePresets"]})
        script = ROOT / "scripts/install-deps.sh"
        self.assertTrue(os.access(script, os.X_OK), f"{script} must be executable")
        self.assertIn("--build-only", script.read_text())

    def test_what_is_copied_is_sent_to_the_builder(self):
        ignored = (ROOT / ".dockerignore").read_text().split()
        for name in ("scripts", "src", "proto", "cmake", "CMakeLists.txt", "CMakePresets.json", "profiles"):
            self.assertNotIn(name, ignored)
            self.assertTrue((ROOT / name).exists(), name)
        for name in (".git", ".env", "build"):
            self.assertIn(name, ignored)

    def test_it_runs_without_root_and_can_write_its_state(self):
        self.assertEqual(values(self.final, "USER"), ["10001:10001"])
        base = "\n".join(values(self.base, "RUN"))
        self.assertRegex(base, r"useradd .*--uid 10001")
        self.assertRegex(base, r"install -d -o 10001 -g 10001 .*/var/lib/drift-monitor")
        self.assertEqual(values(self.final, "VOLUME"), ['["/var/lib/drift-monitor"]'])

    def test_signals_reach_the_program(self):
        self.assertEqual(json.loads(values(self.final, "ENTRYPOINT")[0]), ["/usr/local/bin/drift-monitor"])
        self.assertEqual(json.loads(values(self.final, "CMD")[0]), ["run"])

    def test_the_health_check_has_its_program(self):
        self.assertIn("/healthz", values(self.final, "HEALTHCHECK")[0])
        self.assertIn("curl", installed(self.base))

    def test_package_lists_are_not_kept(self):
        for stage in self.stages.values():
            for value in values(stage, "RUN"):
                if "apt-get install" in value:
                    self.assertIn("apt-get update", value)
                    self.assertIn("--no-install-recommends", value)
                    self.assertIn("rm -rf /var/lib/apt/lists/*", value)


def built(test, program):
    """The program as built here; without it the test is skipped, or fails where it is required."""
    paths = sorted(path for path in (ROOT / "build/release").rglob(program) if path.is_file() and os.access(path, os.X_OK))
    if not paths:
        if os.environ.get("DEPLOY_TEST_REQUIRE_BINARY"):
            test.fail(f"build/release holds no {program}")
        test.skipTest(f"NOT CHECKED: build/release holds no {program}")
    return paths[0]


class Configuration(unittest.TestCase):
    """The program takes the configuration that the compose file gives it."""

    def check(self, **more):
        environment = {
            "KESTRA_WEBHOOK_URL": "http://kestra:8080/api/v1/main/executions/webhook/network.fabric/drift-detected/{key}",
            "KESTRA_WEBHOOK_KEY": "k", "GNMI_USERNAME": "admin", "GNMI_PASSWORD": 'a: #"b', "NETBOX_URL": "http://netbox:8000",
            "NETBOX_TOKEN": "t", **more}
        return subprocess.run(
            [built(self, "drift-monitor"), "config", "check", "--config", ROOT / "deploy/compose/drift-monitor.yaml"],
            env=environment, capture_output=True, text=True)

    def test_as_it_is(self):
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_with_the_port_exposed(self):
        with tempfile.NamedTemporaryFile("w") as tokens:
            tokens.write("viewer 0123456789abcdef0123456789abcdef\n")
            tokens.flush()
            done = self.check(DRIFT_MONITOR_LISTEN="0.0.0.0:8080", DRIFT_MONITOR_TOKENS_FILE=tokens.name,
                              DRIFT_MONITOR_PUBLIC_URL="http://localhost:8090")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Libraries(unittest.TestCase):
    """The packages of the image hold every library of the programs built here."""

    def check(self, program, packages):
        path = built(self, program)
        wanted = {}
        for line in subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout.splitlines():
            match = re.search(r"=> (/\S+)", line)
            if match:
                wanted[owner(match[1])] = match[1]
        self.assertEqual({p: lib for p, lib in wanted.items() if p not in closure(packages)}, {})

    def test_drift_monitor(self):
        self.check("drift-monitor", installed(stages()["runtime-base"]))

    def test_fabric_sim(self):
        found = stages()
        self.check("fabric-sim", installed(found["runtime-base"]) | installed(found["fabric-sim"]))


def owner(library):
    """The package of a library, whichever of /lib and /usr/lib it was named by."""
    real = str(Path(library).resolve())
    for path in (library, real, real.removeprefix("/usr")):
        done = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    return library


def closure(packages):
    """The packages, what they depend on, and what every Debian has."""
    every = {"libc6", "libgcc-s1", "libstdc++6", "zlib1g"}
    done = subprocess.run(
        ["apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks",
         "--no-replaces", "--no-enhances", *sorted(packages)], capture_output=True, text=True, check=True)
    return every | {line.split(":")[0].strip() for line in done.stdout.splitlines() if re.match(r"^\w", line)}


if __name__ == "__main__":
    unittest.main()
