"""The shipped flows on Kestra's own engine: what is logged, what is told to chats, what is started."""

import html
import json
import os
import unittest

from harness import FLOWS, HERE, KEY, Engine, Sink, event, log_of, states, variant

VERSION = os.environ.get("KESTRA_TEST_VERSION", "")
EVENTS = ["opened", "changed", "resolved", "reminder", "hostile", "entry-unexpected", "entry-missing",
          "minimal", "types", "truncated"]
QUIET = "this value may appear nowhere"


def setUpModule():
    global sink, engine
    sink = Sink()
    secrets = {
        "DRIFT_WEBHOOK_KEY": KEY,
        "SLACK_WEBHOOK": sink.url + "/slack",
        "DISCORD_WEBHOOK": sink.url + "/discord",
        "AUTO_REMEDIATION_ENABLED": "true",
        "EMPTY": "",
        "BROKEN": sink.url + "/broken",
        "TRUE_WITH_NEWLINE": "true\n",
        "URL_WITH_NEWLINE": sink.url + "/slack\n",
        "QUIET": QUIET,
        "FALSE": "false",
        "CAPITAL_TRUE": "True",
        "ONE": "1",
        "YES": "yes",
    }
    try:
        engine = Engine(secrets)
        for file in sorted(FLOWS.glob("*.yml")):
            engine.store(file.read_text())
    except BaseException:
        tearDownModule()
        raise


def tearDownModule():
    if "engine" in globals():
        engine.stop()
    sink.close()


def expected_file(name, kind):
    own = HERE / "expected" / VERSION / f"{name}.{kind}"
    return own if own.exists() else HERE / "expected" / f"{name}.{kind}"


def texts(value):
    """Every string in a JSON tree, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


class Stored(unittest.TestCase):
    def test_kestra_has_nothing_to_say_against_them(self):
        for file in sorted(FLOWS.glob("*.yml")):
            with self.subTest(flow=file.name):
                told = engine.store(file.read_text())

                self.assertEqual((told["warnings"], told["deprecated"]), ([], []))


class Told(unittest.TestCase):
    """Byte by byte: the log message and the bodies both chats get, for every kind of event."""

    maxDiff = None

    def same(self, name, kind, got):
        file = expected_file(name, kind)
        if os.environ.get("UPDATE_EXPECTED"):
            common = HERE / "expected" / f"{name}.{kind}"
            if VERSION != "2.0.0" and (not common.exists() or common.read_bytes() != got):
                file = HERE / "expected" / VERSION / f"{name}.{kind}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(got)
        self.assertEqual(got.decode(), file.read_bytes().decode(), f"{name}.{kind} on {VERSION}")

    def test_every_event(self):
        for name in EVENTS:
            with self.subTest(event=name):
                sink.take()
                execution = engine.run("drift-detected", event(name))
                posts = sink.take()
                self.assertEqual(execution["state"], "SUCCESS", execution)
                self.assertEqual([post[0] for post in posts], ["slack", "discord"])
                [message] = log_of(execution, "log_drift")
                self.same(name, "log", message.encode())
                for kind, content_type, body in posts:
                    self.assertIn("application/json", content_type)
                    self.same(name, kind, body)
                    json.loads(body)


class Hostile(unittest.TestCase):
    """What a device says stays what it said: no markup, no template, no way out of its string."""

    @classmethod
    def setUpClass(cls):
        sink.take()
        cls.event = event("hostile")
        cls.execution = engine.run("drift-detected", cls.event)
        cls.posts = {kind: json.loads(body) for kind, _, body in sink.take()}
        cls.raw = json.dumps(cls.posts, ensure_ascii=False) + json.dumps(cls.execution["logs"], ensure_ascii=False)

    def test_the_run_ends_well(self):
        self.assertEqual(self.execution["state"], "SUCCESS")

    def test_no_template_is_rendered(self):
        self.assertNotIn(QUIET, self.raw)
        self.assertIn("{{ secret('QUIET') }}", self.raw)
        self.assertIn("{% if true %}x{% endif %}", self.raw)

    def test_no_key_is_added(self):
        self.assertEqual(set(self.posts["slack"]), {"text", "mrkdwn", "unfurl_links", "unfurl_media", "attachments"})
        self.assertEqual(set(self.posts["discord"]), {"content", "allowed_mentions", "embeds"})

    def test_slack_gets_no_markup(self):
        for text in texts(self.posts["slack"]):
            self.assertNotIn("<", text)
            self.assertNotIn(">", text)
            self.assertNotRegex(text, r"&(?!amp;|lt;|gt;)")

    def test_slack_shows_the_exact_text(self):
        fields = {f["title"]: html.unescape(f["value"]) for f in self.posts["slack"]["attachments"][0]["fields"]}
        device = self.event["device"]
        self.assertTrue(device.startswith(fields["Device"].removesuffix("...")), fields["Device"])
        self.assertEqual(fields["Path"], self.event["path"])
        self.assertEqual(json.loads(fields["Current"]), self.event["current_value"])
        self.assertEqual(json.loads(fields["Desired"]), self.event["desired_value"])

    def test_discord_mentions_nobody_and_no_block_is_left(self):
        self.assertEqual(self.posts["discord"]["allowed_mentions"], {"parse": []})
        self.assertEqual(self.posts["discord"]["content"].count("`"), 2)
        for field in self.posts["discord"]["embeds"][0]["fields"]:
            self.assertRegex(field["value"], r"\A```\n[^`]*\n```\Z")

    def test_the_subflow_gets_the_exact_device(self):
        [child] = self.execution["children"]
        self.assertEqual(engine.execution(child)["inputs"], {"device": self.event["device"], "auto_apply": True})

    def test_the_log_keeps_one_line_for_each_thing(self):
        [message] = log_of(self.execution, "log_drift")
        for line in message.splitlines()[1:]:
            self.assertNotIn('"}],"text":"pwned"', line)
        self.assertNotIn("\r", message)


class Limits(unittest.TestCase):
    """Discord refuses a message that is too long, and Kestra's log is no place for 256 KiB."""

    def test_the_largest_event(self):
        big = event("truncated")
        template = big["differences"][0]
        big["differences"] = []
        while len(json.dumps(big, ensure_ascii=False).encode()) < 256 * 1024 - 8000:
            big["differences"].append(template)
        big["current_value"] = "\U0001F525" * 1000
        sink.take()

        execution = engine.run("drift-detected", big)

        posts = {kind: json.loads(body) for kind, _, body in sink.take()}
        self.assertEqual(execution["state"], "SUCCESS")
        self.discord(posts["discord"])
        self.assertLess(len(json.dumps(posts["slack"])), 16000)
        [message] = log_of(execution, "log_drift")
        self.assertLess(len(message), 8000)

    def test_every_fixture(self):
        for name in EVENTS:
            with self.subTest(event=name):
                self.discord(json.loads(expected_file(name, "discord").read_bytes()))

    def discord(self, body):
        def units(text):
            return len(text.encode("utf-16-le", "surrogatepass")) // 2

        [embed] = body["embeds"]
        self.assertLessEqual(units(body["content"]), 2000)
        self.assertLessEqual(units(embed["title"]), 256)
        self.assertLessEqual(len(embed["fields"]), 25)
        total = units(embed["title"]) + units(embed["footer"]["text"])
        for field in embed["fields"]:
            self.assertTrue(0 < units(field["name"]) <= 256)
            self.assertTrue(0 < units(field["value"]) <= 1024, field)
            total += units(field["name"]) + units(field["value"])
        self.assertLessEqual(total, 6000)


class Repair(unittest.TestCase):
    def test_it_reads_as_a_repair(self):
        slack = json.loads(expected_file("resolved", "slack").read_bytes())
        discord = json.loads(expected_file("resolved", "discord").read_bytes())
        drift = json.loads(expected_file("opened", "slack").read_bytes())

        self.assertEqual(slack["text"], "Drift resolved on leaf1")
        self.assertNotEqual(slack["attachments"][0]["color"], drift["attachments"][0]["color"])
        self.assertEqual(discord["content"], "Drift resolved on `leaf1`")
        self.assertTrue(expected_file("resolved", "log").read_text().startswith("Drift resolved"))

    def test_it_is_logged_as_information(self):
        execution = engine.run("drift-detected", event("resolved"))

        self.assertIn("INFO", {entry["level"] for entry in execution["logs"] if entry["task"] == "log_drift"})


class Remediation(unittest.TestCase):
    """Started when AUTO_REMEDIATION_ENABLED is `true` and there is something to remedy; else never."""

    def test_a_drift_starts_it_once(self):
        for name in ["opened", "changed", "reminder", "entry-missing", "minimal"]:
            with self.subTest(event=name):
                execution = engine.run("drift-detected", event(name))

                [child] = execution["children"]
                child = engine.execution(child)
                self.assertEqual(child["flow"], "fabric-reconcile")
                self.assertEqual(child["state"], "SUCCESS")
                self.assertEqual(child["inputs"], {"device": event(name)["device"], "auto_apply": True})
                self.assertIn("apply", states(child))

    def test_a_repair_never_starts_it(self):
        execution = engine.run("drift-detected", event("resolved"))

        self.assertEqual(execution["children"], [])
        self.assertNotIn("remediate", states(execution))

    def test_an_event_without_device_never_starts_it(self):
        for body in [{"path": "/a"}, {"device": "", "path": "/a"}, {"device": None}]:
            with self.subTest(body=body):
                execution = engine.run("drift-detected", body)

                self.assertEqual(execution["state"], "SUCCESS")
                self.assertEqual(execution["children"], [])

    def test_only_true_enables_it(self):
        for secret in ["FALSE", "EMPTY", "CAPITAL_TRUE", "ONE", "YES", "NEVER_DEFINED"]:
            with self.subTest(secret=secret):
                flow = "only-true-" + secret.lower().replace("_", "-")
                engine.store(variant(flow, AUTO_REMEDIATION_ENABLED=secret))

                execution = engine.run(flow, event("opened"))

                self.assertEqual(execution["children"], [])
                self.assertNotIn("remediate", states(execution))
                self.assertEqual(execution["state"], "WARNING" if secret == "NEVER_DEFINED" else "SUCCESS")

    def test_a_newline_behind_a_secret_does_no_harm(self):
        engine.store(variant("newline", AUTO_REMEDIATION_ENABLED="TRUE_WITH_NEWLINE", SLACK_WEBHOOK="URL_WITH_NEWLINE"))
        sink.take()

        execution = engine.run("newline", event("opened"))

        self.assertEqual(execution["state"], "SUCCESS")
        self.assertEqual([kind for kind, _, _ in sink.take()], ["slack", "discord"])
        self.assertEqual(len(execution["children"]), 1)

    def test_a_broken_chat_does_not_stop_it(self):
        engine.store(variant("broken", SLACK_WEBHOOK="BROKEN", DISCORD_WEBHOOK="BROKEN"))
        sink.take()

        execution = engine.run("broken", event("opened"))

        self.assertEqual(execution["state"], "WARNING")
        self.assertEqual([kind for kind, _, _ in sink.take()], ["broken"] * 6)
        self.assertEqual(len(execution["children"]), 1)


class Unconfigured(unittest.TestCase):
    """A secret that is missing or empty switches its part off and breaks nothing."""

    def test_nothing_is_defined(self):
        engine.store(variant("unset", SLACK_WEBHOOK="NO_SLACK", DISCORD_WEBHOOK="NO_DISCORD", AUTO_REMEDIATION_ENABLED="NO_SWITCH"))
        for name in EVENTS:
            with self.subTest(event=name):
                sink.take()

                execution = engine.run("unset", event(name))

                self.assertEqual(execution["state"], "WARNING")
                self.assertEqual(len(log_of(execution, "log_drift")), 1)
                self.assertEqual(sink.take(), [])
                self.assertEqual(execution["children"], [])

    def test_everything_is_empty(self):
        engine.store(variant("empty", SLACK_WEBHOOK="EMPTY", DISCORD_WEBHOOK="EMPTY", AUTO_REMEDIATION_ENABLED="EMPTY"))
        sink.take()

        execution = engine.run("empty", event("opened"))

        self.assertEqual(execution["state"], "SUCCESS")
        self.assertEqual(sink.take(), [])
        self.assertEqual(execution["children"], [])

    def test_one_chat_alone(self):
        for flow, off, on in [("slack-only", "DISCORD_WEBHOOK", "slack"), ("discord-only", "SLACK_WEBHOOK", "discord")]:
            with self.subTest(flow=flow):
                engine.store(variant(flow, **{off: "EMPTY", "AUTO_REMEDIATION_ENABLED": "EMPTY"}))
                sink.take()

                execution = engine.run(flow, event("opened"))

                self.assertEqual(execution["state"], "SUCCESS")
                self.assertEqual([kind for kind, _, _ in sink.take()], [on])


class Webhook(unittest.TestCase):
    """The answers drift-monitor's delivery classes are built on."""

    def test_a_good_event(self):
        status, answer = engine.fire("drift-detected", event("opened"))

        self.assertEqual(status, 200)
        told = json.loads(answer)
        self.assertEqual(told["flowId"], "drift-detected")
        self.assertTrue(told["id"])

    def test_wrong_key_and_unknown_flow_look_the_same(self):
        for flow, key in [("drift-detected", "wrong"), ("no-such-flow", KEY)]:
            self.assertEqual(engine.fire(flow, event("opened"), key)[0], 404)

    def test_a_key_whose_secret_is_missing(self):
        engine.store(variant("no-key", DRIFT_WEBHOOK_KEY="NO_KEY"))

        self.assertEqual(engine.fire("no-key", event("opened"))[0], 404)

    def test_a_slash_behind_the_key(self):
        self.assertEqual(engine.fire("drift-detected", event("opened"), KEY + "/")[0], 404)

    def test_a_disabled_flow(self):
        engine.store(variant("disabled") + "\ndisabled: true\n")

        self.assertEqual(engine.fire("disabled", event("opened"))[0], 409)

    def test_an_event_that_is_no_object(self):
        for body in [b"just text", b"[1,2]", b"{", b""]:
            with self.subTest(body=body):
                execution = engine.run("drift-detected", body)

                self.assertEqual(execution["state"], "SUCCESS")
                self.assertEqual(execution["children"], [])


if __name__ == "__main__":
    unittest.main()
