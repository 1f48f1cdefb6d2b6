#!/usr/bin/env python3
"""Writes the lab's intent (lab/intent.json) as intent files, one per device.

Usage: intent_to_files.py [INTENT_JSON [OUTPUT_FOLDER]]
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def yaml_value(value):
    """JSON is YAML: only the forms of intent.json have to become those of an intent file."""
    if value is None:
        return "{absent: true}"
    if isinstance(value, dict):
        if "vlans" in value:
            vlans = json.dumps(value["vlans"])
            return "{one_of: [null, %s]}" % vlans if value.get("or_absent") else vlans
        (rule, members), = value.items()
        return "{%s: %s}" % (rule, json.dumps(members))
    return json.dumps(value, ensure_ascii=False)


def device_file(name, device, lists):
    parts = [device, device.get("ext", {}), device.get("get", {})]
    lines = ["schema: drift-monitor/intent/v1", "lists:"]
    lines += ["  %s: %s" % (path, policy) for path, policy in sorted(lists.items())]
    lines += ["devices:", "  %s:" % name, "    leaves:"]
    lines += ["      %s: %s" % (json.dumps(path), yaml_value(value))
              for part in parts for path, value in part.get("leaves", {}).items()]
    lines += ["    entries:"]
    lines += ["      - %s" % json.dumps(path) for part in parts for path in part.get("entries", [])]
    return "\n".join(lines) + "\n"


def main(arguments):
    source = pathlib.Path(arguments[0]) if arguments else ROOT / "lab" / "intent.json"
    output = pathlib.Path(arguments[1]) if len(arguments) > 1 else ROOT / "tests" / "data" / "fabric" / "intent-files"
    intent = json.loads(source.read_text())
    output.mkdir(exist_ok=True)
    for name, device in intent["devices"].items():
        (output / (name + ".yaml")).write_text(device_file(name, device, intent["lists"]))


if __name__ == "__main__":
    main(sys.argv[1:])
