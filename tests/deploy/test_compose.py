"""docker-compose.yml means the same to both parsers, and means what the documentation promises."""

import base64
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from compose import PARSERS, ROOT, load, mounts, ports

WEBHOOK = "http://kestra:8080/api/v1/main/executions/webhook/network.fabric/drift-detected/{key}"
NAMES = {"KESTRA_WEBHOOK_URL", "KESTRA_WEBHOOK_KEY", "GNMI_USERNAME", "GNMI_PASSWORD", "NETBOX_URL", "NETBOX_TOKEN"}
SECRETS = {"SECRET_DRIFT_WEBHOOK_KEY", "SECRET_SLACK_WEBHOOK", "SECRET_DISCORD_WEBHOOK", "SECRET_AUTO_REMEDIATION_ENABLED"}


class BothParsers(unittest.TestCase):
    parser = None

    def each(self, *arguments, **options):
        for self.parser in PARSERS:
            yield load(self.parser, *arguments, **options)["services"]

    def _formatMessage(self, message, standard):
        return super()._formatMessage(message, f"compose {self.parser}: {standard}")


class DriftMonitor(BothParsers):
    def service(self, **options):
        for services in self.each(**options):
            yield services["drift-monitor"]

    def test_it_is_built_here(self):
        for service in self.service():
            build = service["build"]
            context = build if isinstance(build, str) else build["context"]
            self.assertEqual(Path(context), ROOT)

    def test_it_starts_after_kestra_and_again_after_a_fault(self):
        for service in self.service():
            self.assertIn("kestra", service["depends_on"])
            self.assertEqual(service["restart"], "unless-stopped")

    def test_it_has_few_rights(self):
        for service in self.service():
            uid = str(service["user"]).split(":")[0]
            self.assertTrue(uid.isdigit() and int(uid) > 0)
            self.assertIs(service["read_only"], True)
            self.assertEqual(service["cap_drop"], ["ALL"])
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"])
            self.assertFalse(service.get("privileged", False))
            self.assertEqual(ports(service), [])

    def test_its_state_outlives_it(self):
        for service in self.service():
            self.assertEqual(mounts(service)["/var/lib/drift-monitor"], ("drift-monitor-data", False))
            self.assertIn("/tmp", service["tmpfs"])

    def test_it_is_asked_for_its_health(self):
        for service in self.service():
            test = service["healthcheck"]["test"]
            self.assertEqual(test[:2], ["CMD", "curl"])
            self.assertEqual(test[-1], "http://127.0.0.1:8080/healthz")

    def test_its_environment_has_the_documented_names(self):
        for service in self.service():
            self.assertEqual(set(service["environment"]), NAMES)

    def test_the_webhook_address_is_kestra_of_this_file_unless_told(self):
        for service in self.service():
            self.assertEqual(service["environment"]["KESTRA_WEBHOOK_URL"], WEBHOOK)
        for service in self.service(env={"KESTRA_WEBHOOK_BASE": "https://k.example.net/hook"}):
            self.assertEqual(service["environment"]["KESTRA_WEBHOOK_URL"], "https://k.example.net/hook/{key}")

    def test_its_configuration_needs_nothing_that_is_not_set(self):
        text = (ROOT / "deploy/compose/drift-monitor.yaml").read_text()
        needed = set(re.findall(r"\$\{([A-Z_]+)\}", text))
        for service in self.service():
            self.assertLessEqual(needed, set(service["environment"]))
            source, read_only = mounts(service)["/etc/drift-monitor/drift-monitor.yaml"]
            self.assertEqual((source, read_only), ("deploy/compose/drift-monitor.yaml", True))
            self.assertEqual(service["command"], ["run", "--config", "/etc/drift-monitor/drift-monitor.yaml"])

    def test_its_configuration_asks_for_repairs_and_listens_on_loopback(self):
        settings = yaml.safe_load((ROOT / "deploy/compose/drift-monitor.yaml").read_text())
        self.assertEqual(settings["delivery"]["kestra"]["actions"], ["opened", "changed", "resolved"])
        self.assertEqual(settings["api"]["listen"], "${DRIFT_MONITOR_LISTEN:-127.0.0.1:8080}")


class Kestra(BothParsers):
    def service(self, **options):
        for services in self.each(**options):
            yield services["kestra"]

    def test_versions_are_pinned(self):
        for services in self.each():
            self.assertEqual(services["kestra"]["image"], "kestra/kestra:v2.0.7")
            self.assertEqual(services["deploy-flows"]["image"], services["kestra"]["image"])
            self.assertRegex(services["postgres"]["image"], r"^postgres:\d+")

    def test_every_secret_is_defined_without_any_setting(self):
        for service in self.service():
            environment = service["environment"]
            self.assertEqual({name for name in environment if name.startswith("SECRET_")}, SECRETS)
            self.assertEqual({environment[name] for name in SECRETS}, {""})

    def test_the_flow_reads_exactly_these_secrets(self):
        flow = (ROOT / "kestra/flows/drift-detected.yml").read_text()
        self.assertEqual({"SECRET_" + name for name in re.findall(r"secret\('([A-Z_]+)'\)", flow)}, SECRETS)

    def test_its_configuration_is_yaml_with_a_login_and_limits(self):
        told = {"POSTGRES_PASSWORD": "p: #1", "KESTRA_USERNAME": "a@example.com", "KESTRA_PASSWORD": "Abcdefg1"}
        for service in self.service(env=told):
            settings = yaml.safe_load(service["environment"]["KESTRA_CONFIGURATION"])
            self.assertEqual(settings["datasources"]["postgres"]["password"], "p: #1")
            kestra = settings["kestra"]
            self.assertEqual(kestra["server"]["basic-auth"], {"username": "a@example.com", "password": "Abcdefg1"})
            self.assertEqual(kestra["repository"]["type"], "postgres")
            self.assertEqual(kestra["queue"]["type"], "postgres")
            self.assertEqual(kestra["queue"]["message-protection"], {"enabled": True, "limit": 1048576})

    def test_it_is_open_to_this_host_only_and_has_no_docker_socket(self):
        for services in self.each():
            self.assertEqual(ports(services["kestra"]), [("127.0.0.1", "8080", "8080")])
            self.assertEqual(ports(services["postgres"]), [])
            for service in services.values():
                self.assertFalse([target for target in mounts(service) if "docker.sock" in target])

    def test_everything_waits_for_what_it_needs(self):
        for services in self.each():
            self.assertEqual(services["kestra"]["depends_on"]["postgres"]["condition"], "service_healthy")
            self.assertEqual(services["deploy-flows"]["depends_on"]["kestra"]["condition"], "service_healthy")
            self.assertIn("pg_isready", " ".join(services["postgres"]["healthcheck"]["test"]))
            self.assertIn("8081/health", " ".join(services["kestra"]["healthcheck"]["test"]))

    def test_the_flows_are_where_the_loader_looks(self):
        for services in self.each():
            service = services["deploy-flows"]
            self.assertEqual(mounts(service)["/flows"], ("kestra/flows", True))
            script, _ = mounts(service)[service["entrypoint"][1]]
            self.assertTrue((ROOT / script).is_file())
            self.assertEqual(service["command"], ["/flows"])


class Settings(BothParsers):
    """The .env file: what the helper writes, and what the parsers read out of it."""

    def project(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        target = Path(folder.name)
        shutil.copy(ROOT / "docker-compose.yml", target)
        shutil.copy(ROOT / ".env.example", target)
        shutil.copytree(ROOT / "deploy", target / "deploy")
        return target

    def new_env(self, folder):
        return subprocess.run([folder / "deploy/compose/new-env.sh"], capture_output=True, text=True)

    def test_fresh_keys_fit_together(self):
        folder = self.project()
        self.assertEqual(self.new_env(folder).returncode, 0)
        self.assertEqual((folder / ".env").stat().st_mode & 0o077, 0)
        for services in self.each(folder=folder):
            key = services["drift-monitor"]["environment"]["KESTRA_WEBHOOK_KEY"]
            self.assertRegex(key, r"^[0-9a-f]{32,256}$")
            self.assertEqual(base64.b64decode(services["kestra"]["environment"]["SECRET_DRIFT_WEBHOOK_KEY"]).decode(), key)
            login = yaml.safe_load(services["kestra"]["environment"]["KESTRA_CONFIGURATION"])["kestra"]["server"]["basic-auth"]
            self.assertRegex(login["username"], r"^\S+@\S+\.\S+$")
            for rule in (r"[A-Z]", r"[a-z]", r"[0-9]", r"^.{8,}$"):
                self.assertRegex(login["password"], rule)
            self.assertEqual(services["deploy-flows"]["environment"]["KESTRA_PASSWORD"], login["password"])
            self.assertTrue(services["postgres"]["environment"]["POSTGRES_PASSWORD"])
            self.assertEqual(services["drift-monitor"]["environment"]["KESTRA_WEBHOOK_URL"], WEBHOOK)

    def test_keys_differ_and_an_existing_file_is_left_alone(self):
        folder = self.project()
        self.new_env(folder)
        first = (folder / ".env").read_text()
        again = self.new_env(folder)
        self.assertEqual(again.returncode, 1)
        self.assertEqual((folder / ".env").read_text(), first)
        (folder / ".env").unlink()
        self.new_env(folder)
        self.assertNotEqual((folder / ".env").read_text(), first)

    def test_a_difficult_password_in_single_quotes(self):
        folder = self.project()
        (folder / ".env").write_text("GNMI_PASSWORD='a$b #c \"d\" e=f'\n")
        for services in self.each(folder=folder):
            self.assertEqual(services["drift-monitor"]["environment"]["GNMI_PASSWORD"], 'a$b #c "d" e=f')

    def test_the_example_names_every_variable(self):
        used = set()
        for file in [ROOT / "docker-compose.yml", *(ROOT / "deploy/compose").glob("*.yml")]:
            used |= set(re.findall(r"\$\{([A-Z_]+)", file.read_text()))
        offered = set(re.findall(r"(?m)^#?([A-Z_]+)=", (ROOT / ".env.example").read_text()))
        self.assertEqual(used, offered)

    def test_git_ignores_the_filled_in_file(self):
        ignored = subprocess.run(["git", "-C", ROOT, "check-ignore", "-q", ".env"]).returncode == 0
        self.assertTrue(ignored, "add /.env to .gitignore")


class ExposedPort(BothParsers):
    FILES = ("docker-compose.yml", "deploy/compose/expose-api.yml")

    def test_it_adds_a_port_and_a_tokens_file(self):
        for services in self.each(self.FILES):
            service = services["drift-monitor"]
            self.assertEqual(ports(service), [("127.0.0.1", "8090", "8080")])
            environment = service["environment"]
            self.assertEqual(environment["DRIFT_MONITOR_LISTEN"], "0.0.0.0:8080")
            self.assertIn(environment["DRIFT_MONITOR_TOKENS_FILE"], mounts(service))
            self.assertLess(NAMES, set(environment))
            self.assertIn("/var/lib/drift-monitor", mounts(service))


if __name__ == "__main__":
    unittest.main()
