#!/usr/bin/env python3
"""Every limit of core/limits.h can be set, is documented, counts in limit_hits_total by its name, and has a test."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CONFIG = ROOT / "src" / "config"


def text(files) -> str:
    return "\n".join(file.read_text() for file in sorted(files))


def names() -> list[str]:
    struct = (ROOT / "src" / "core" / "limits.h").read_text().split("struct Limits {")[1].split("bool operator==")[0]
    return re.findall(r"^  (?:std::size_t|Duration) (\w+) = ", struct, re.M)


def documented() -> set[str]:
    section = (ROOT / "docs" / "configuration.md").read_text().split("\n## limits\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", section, re.M)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def main() -> int:
    src = text(file for file in (ROOT / "src").rglob("*") if file.suffix in (".h", ".cpp") and CONFIG not in file.parents)
    settable = text(CONFIG.glob("read_*.cpp"))
    tests = text(file for file in (ROOT / "tests").rglob("*") if file.suffix in (".cpp", ".yaml"))
    rows = documented()
    wrong = []
    for name in names():
        # By the label itself, or by a message that metrics/limit_hit.h reads the name from.
        is_counted = f'"{name}"' in src or re.search(rf'"[^"\n]*\(limits\.{name}\)', src)
        has_test = re.search(rf'"[^"\n]*\b{name}\b', tests)
        wrong += [f"limits.{name}: {what}" for what, is_so in (
            ("cannot be set (config/read_service.cpp)", f'"{name}"' in settable),
            ("has no row in docs/configuration.md", name in rows),
            ("counts in no metric (limit_hits_total)", is_counted),
            ("has no test that looks at its name", has_test),
        ) if not is_so]
    wrong += [f"limits.{name}: is documented but no limit" for name in sorted(rows - set(names()))]
    print("\n".join(wrong) or f"{len(names())} limits")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
