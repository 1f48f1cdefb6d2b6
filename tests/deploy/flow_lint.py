"""What a shipped flow may hold, so that one file runs on Kestra 1.3 and 2.0 and no device can write in it."""

import re

import yaml

TYPES = {
    "io.kestra.plugin.core.debug.Return",
    "io.kestra.plugin.core.flow.If",
    "io.kestra.plugin.core.flow.Subflow",
    "io.kestra.plugin.core.log.Log",
    "io.kestra.plugin.core.trigger.Webhook",
    "io.kestra.plugin.discord.DiscordIncomingWebhook",
    "io.kestra.plugin.slack.SlackIncomingWebhook",
}
# `type` also says what an input and a retry are.
OTHER_TYPES = {"inputs": {"STRING", "BOOL"}, "retry": {"constant", "exponential", "random"}}
# Gone or renamed in 2.0, or not there in 1.3.
KEYS = {"conditions", "pluginDefaults", "taskDefaults", "runIf", "when", "quotas"}
TEXTS = {
    r"\|\s*json\b": "the filter json is gone in 2.0, use toJson",
    r"(?<![A-Za-z])json\(": "the function json is gone in 2.0, use fromJson",
    r"ForEach": "gone in 2.0",
    r"io\.kestra\.core\.": "type names of before 0.17",
    r"(?<![A-Za-z])render\(": "renders what a device said once more, use renderOnce",
    r"(?<![A-Za-z])env\(": "not there in 1.3",
    r"---": "Kestra's deploy call cuts the file here",
    r"replace\(\{[^}]*,": "several keys in one replace have no order",
}
# Printed in a message or payload without toJson: numbers and words of our own, or JSON already.
PLAIN = re.compile(r"""^(renderOnce\(vars\.(what|current|desired|counts)\)
                       |action\ ==\ 'resolved'\ \?\ \d+\ :.*\d+\)+
                       |\(trigger\.body\.difference_count\ \?\?\ 1\)\ >\ 1\ \?\ vars\.newline\ ~\ \(renderOnce\(vars\.list\)\ \?\?\ ''\)\ :\ '')$""", re.X)


def problems(text):
    found = [f"{pattern}: {reason}" for pattern, reason in TEXTS.items() if re.search(pattern, text)]
    walk(yaml.safe_load(text), found)
    return found


def walk(node, found, parents=()):
    if isinstance(node, list):
        for inner in node:
            walk(inner, found, parents)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in KEYS:
            found.append(f"{key}: not the same in every version")
        if key == "type" and value not in OTHER_TYPES.get(parents[-1] if parents else "", TYPES):
            found.append(f"type {value} is not on the list")
        if key in ("payload", "message"):
            found += [f"{key} prints without toJson: {e}" for e in unsafe(value)]
        walk(value, found, (*parents, key))


def unsafe(template):
    for expression in re.findall(r"\{\{-?\s*(.*?)\s*-?\}\}", template, re.S):
        if not expression.endswith("| toJson") and not PLAIN.match(expression):
            if not re.fullmatch(r"inputs\.auto_apply", expression):
                yield expression
