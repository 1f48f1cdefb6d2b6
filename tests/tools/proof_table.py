#!/usr/bin/env python3
"""The tests that docs/testing.md names as proofs exist: a renamed or deleted one is a failure."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TABLE = ROOT / "docs" / "testing.md"
ROWS = 30  # of the collection the table answers


def sources(pattern: str) -> str:
    return "\n".join(file.read_text() for file in sorted((ROOT / "tests").rglob(pattern)))


class Known:
    def __init__(self):
        cpp = sources("*_test.cpp")
        self.tests = {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+), *(\w+)\)", cpp, re.M)}
        self.suites = {test.split(".")[0] for test in self.tests}
        self.cases = set(re.findall(r'Case\{\s*"(\w+)"', cpp))
        self.targets = set(re.findall(r"^dm_fuzz\((\w+)", (ROOT / "fuzz" / "CMakeLists.txt").read_text(), re.M))

    def has(self, name: str) -> bool:
        if name.endswith(".yaml"):
            return (ROOT / "tests" / "scenarios" / name).is_file()
        if name.startswith("fuzz_"):
            return name.removeprefix("fuzz_") in self.targets
        if ":" in name:
            file, function = name.split(":")
            return any(re.search(rf"^ *def {function}\(", found.read_text(), re.M) for found in (ROOT / "tests").rglob(file))
        if "/" in name:
            suite, case = name.split("/")
            return suite in self.suites and case in self.cases
        return name in self.tests


def main() -> int:
    known = Known()
    rows = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", TABLE.read_text(), re.M)
    mistakes = [] if [int(number) for number, _ in rows] == list(range(1, ROWS + 1)) else [f"{TABLE.name}: the rows are not 1 to {ROWS}"]
    for number, proofs in rows:
        names = re.findall(r"`([^`]+)`", proofs)
        if not names:
            mistakes.append(f"row {number}: no proof")
        mistakes += [f"row {number}: there is no {name}" for name in names if not known.has(name)]
    print("\n".join(mistakes) or f"{len(rows)} rows, every proof exists")
    return 1 if mistakes else 0


sys.exit(main())
