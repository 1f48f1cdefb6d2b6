"""The shipped flows keep to flow_lint, and flow_lint finds what it is there for."""

import unittest

import yaml

from compose import ROOT
from flow_lint import problems

FLOWS = sorted((ROOT / "kestra/flows").glob("*.yml"))
GOOD = """
id: a
namespace: network.fabric
tasks:
  - id: log
    type: io.kestra.plugin.core.log.Log
    message: "{{ trigger.body.device | toJson }}"
"""
BAD = {
    "unknown type": GOOD.replace("core.log.Log", "core.http.Request"),
    "old type": GOOD.replace("io.kestra.plugin.core.log.Log", "io.kestra.core.tasks.log.Log"),
    "conditions": GOOD + "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k, conditions: []}]",
    "when": GOOD + "triggers: [{id: w, type: io.kestra.plugin.core.trigger.Webhook, key: k, when: x}]",
    "pluginDefaults": GOOD + "pluginDefaults: []",
    "taskDefaults": GOOD + "taskDefaults: []",
    "runIf": GOOD + "    runIf: x",
    "json filter": GOOD.replace("| toJson", "|json"),
    "json function": GOOD.replace("trigger.body.device", "json(trigger.body.device)"),
    "render": GOOD.replace("trigger.body.device", "render(trigger.body.device)"),
    "ForEach": GOOD + "# ForEach",
    "dashes": GOOD + "# ---",
    "raw text": GOOD.replace(" | toJson", ""),
    "raw text in a payload": GOOD.replace("message", "payload").replace(" | toJson", ""),
    "unordered replace": GOOD.replace("| toJson", "| replace({'&': '&amp;', '<': '&lt;'}) | toJson"),
}


class Lint(unittest.TestCase):
    def test_the_shipped_flows_are_clean(self):
        self.assertEqual([file.name for file in FLOWS], ["drift-detected.yml", "fabric-reconcile.yml"])
        for file in FLOWS:
            with self.subTest(flow=file.name):
                self.assertEqual(problems(file.read_text()), [])

    def test_a_plain_flow_is_clean(self):
        self.assertEqual(problems(GOOD), [])

    def test_every_mistake_is_found(self):
        for name, text in BAD.items():
            with self.subTest(mistake=name):
                self.assertNotEqual(problems(text), [])


class Shape(unittest.TestCase):
    """What drift-monitor and the documentation say about the flows."""

    def setUp(self):
        self.flows = {flow["id"]: flow for flow in (yaml.safe_load(file.read_text()) for file in FLOWS)}

    def test_names(self):
        self.assertEqual(set(self.flows), {"drift-detected", "fabric-reconcile"})
        self.assertEqual({flow["namespace"] for flow in self.flows.values()}, {"network.fabric"})

    def test_the_trigger_is_a_bare_webhook_with_a_secret_key(self):
        [trigger] = self.flows["drift-detected"]["triggers"]
        self.assertEqual(set(trigger), {"id", "type", "key"})
        self.assertEqual(trigger["key"], "{{ secret('DRIFT_WEBHOOK_KEY') }}")

    def test_a_chat_that_is_down_holds_nothing_up(self):
        tasks = {task["id"]: task for task in self.flows["drift-detected"]["tasks"]}
        for gate in ("tell_slack", "tell_discord"):
            [chat] = tasks[gate]["then"]
            self.assertIs(chat["allowFailure"], True)
            self.assertIn("timeout", chat)
            self.assertIn("retry", chat)
            self.assertRegex(chat["url"], r"secret\(")

    def test_remediation_is_called_as_documented(self):
        tasks = {task["id"]: task for task in self.flows["drift-detected"]["tasks"]}
        [subflow] = tasks["decide_remediation"]["then"]
        self.assertEqual((subflow["namespace"], subflow["flowId"]), ("network.fabric", "fabric-reconcile"))
        self.assertEqual(set(subflow["inputs"]), {"device", "auto_apply"})
        self.assertEqual([i["id"] for i in self.flows["fabric-reconcile"]["inputs"]], ["device", "auto_apply"])


if __name__ == "__main__":
    unittest.main()
