#!/usr/bin/env python3
"""Refuses an include that goes against the way of the data.

The order is that of src/CMakeLists.txt: a folder may include itself and folders it links to, directly or
through others. Third-party headers with one home are checked too.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"

# Third-party header -> the only places (folder or file prefix) that may include it.
HOMES = {
    r"nghttp2/": ["gnmi/"],
    r"boost/beast": ["api/http_connection"],
    r"boost/asio": ["net/", "api/http_server", "api/http_connection"],
    r"curl/": ["net/http_client"],
    r"sqlite3\.h": ["store/sqlite"],
    r"yaml-cpp/": ["config/", "schema/", "intent/files"],
    r"simdjson": ["gnmi/", "intent/netbox/"],
    r"grpcpp/|grpc/|\.grpc\.pb\.h": ["sim/"],
    r"spdlog/": ["core/log"],
    r"CLI/": ["cli/", "sim/"],
}


def links():
    text = (SRC / "CMakeLists.txt").read_text()
    direct = {}
    for name, rest in re.findall(r"^\s*dm_library\((\w+)([^)]*)\)", text, re.M):
        direct[name] = set(rest.split())
    closed = {}

    def close(name, seen=()):
        if name not in direct or name in seen:
            return set()
        if name not in closed:
            closed[name] = {name}.union(*[close(d, (*seen, name)) for d in direct[name]], set())
        return closed[name]

    for name in direct:
        close(name)
    order = list(direct)
    for name, deps in direct.items():
        for dep in deps & set(order):
            if order.index(dep) > order.index(name):
                print(f"src/CMakeLists.txt: {name} links {dep}, which stands below it")
                sys.exit(1)
    return closed


def main():
    allowed = links()
    mistakes = []
    for path in sorted(SRC.rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        relative = path.relative_to(SRC).as_posix()
        folder = relative.split("/")[0]
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            quoted = re.match(r'\s*#include "([^"/]+)/', line)
            if quoted and quoted.group(1) in allowed and quoted.group(1) not in allowed.get(folder, set()):
                mistakes.append(f"src/{relative}:{number}: {folder}/ must not include {quoted.group(1)}/")
            for pattern, homes in HOMES.items():
                if re.match(rf'\s*#include [<"](?:.*/)?(?:{pattern})', line) and not any(
                    relative.startswith(home) for home in homes
                ):
                    mistakes.append(f"src/{relative}:{number}: {line.strip()} belongs only in {', '.join(homes)}")
    for mistake in mistakes:
        print(mistake)
    sys.exit(1 if mistakes else 0)


if __name__ == "__main__":
    main()
