#!/usr/bin/env python3
"""First inputs for the fuzz targets, from the recorded data of the tests: seeds.py FOLDER.

Writes FOLDER/TARGET/*. The kept corpus began with these; run it again when recorded data is added, and let
scripts/fuzz.sh --keep take what reaches new code.
"""
import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def messages():
    """One recorded SubscribeResponse of each length: equal lengths are nearly always equal shapes."""
    seen = set()
    for file in sorted((DATA / "gnmi").glob("*.pb")):
        data, at = file.read_bytes(), 0
        while at < len(data):
            size, at = varint(data, at)
            message, at = data[at : at + size], at + size
            if size not in seen and size < 2000:
                seen.add(size)
                yield message


PATHS = [
    "/", "/a", "/interfaces/interface[name=Ethernet1/1]/config/mtu", "/a[k1=v1][k2=v2]/c", r"/a[k=x\]y\\z]/b", "/a[k= ]", "/a[k=]",
    "/openconfig-interfaces:interfaces/oc-if:interface[name=Et1]", "eos_native:/Sysdb/a", "openconfig:/a", "/a[k=2001:db8::1/64]",
    "/a/b/c\n/a/*/c", "/a[k=v]/b/c\n/a/.../c", "/a[k=v][l=w]\n/a[k=*]", "/a/b\n/a[k=v*]/**", "eos_native:/a/b\neos_native:/a", "/a/]", "/a[b", "a",
]

JSON = [
    "1500", '"text"', "true", "null", "[null]", "[]", "{}", '[1,2,"3..5"]', "-7", "1.5", "1e400", "18446744073709551616", "[[1]]",
    '{"config":{"mtu":9000,"description":null}}', '{"openconfig-interfaces:interface":[{"name":"Et1","config":{"name":"Et1"}}]}',
    '[{"name":"Et1","config":{"mtu":1}}]', '{"interfaces":{"interface":[{"config":{"name":"Et1"},"@x":1}]}}',
    '{"openconfig-network-instance:network-instances":{"network-instance":[{"name":"default","protocols":{"protocol":[{"identifier":'
    '"openconfig-policy-types:BGP","name":"BGP","bgp":{"global":{"config":{"as":65001}}}}]},"vlans":{"vlan":[{"vlan-id":10}]}}]}}',
]

# Steps of fuzz/http2.cpp.
ACCEPTED = bytes([0, 0, 1, 2, 0])
HTTP2 = [
    b"\x00" + ACCEPTED + b"\x03\x05hello\x00" + b"\x05\x00\x03bye",
    b"\x01" + ACCEPTED + b"\x04\x00\x00\x10\x00" + b"\x0d\x00",
    b"\x00" + ACCEPTED + b"\x07\x01\x00\x03bye" + b"\x03\x03abc\x00" + b"\x10\x00" + ACCEPTED,
    b"\x00" + ACCEPTED + b"\x0c\x03" + b"\x03\x20" + b"m" * 32 + b"\x00" + b"\x06\x08" + b"\x13",
    b"\x00\x00\x01" + b"\x09\x03\x00\x03200\x01\x10application/grpc\x02\x023\x01" + b"\x13",
    b"\x00" + ACCEPTED + b"\x08\x06\x00\x00\x08" + b"12345678" + b"\x12" + b"\x11\x01\x11\x00" + b"\x0a\x05\x00\x00\x00\x00\x00",
    b"\x00" + ACCEPTED + b"\x0e\x02\x03\x05again\x00" + b"\x02\x00" + b"\x0e\x03\x03\x03end\x00",
    b"\x00\x00\x0b\x09HTTP/1.1 " + b"\x0d\x01" + b"\x13\x10\x00\x00\x0b\x07\x15\x03\x01\x00\x02\x02\x50",
]

# Steps of fuzz/session_state.cpp: paths, keepalive, then steps with their jitter byte.
SESSION = [
    bytes([4, 1, 0, 7, 4, 7, 5, 1, 7, 6, 14, 0, 7, 3, 7, 4, 7, 5, 0, 7]),
    bytes([4, 0, 0, 7, 6, 3, 0, 7, 4, 7, 5, 1, 7, 6, 3, 0, 7, 6, 3, 0, 7, 5, 1, 7, 5, 1, 7]),
    bytes([4, 0, 0, 7, 6, 3, 2, 1, 7, 5, 1, 7, 8, 0, 0, 14, 16, 2, 7, 5, 1, 7]),
    bytes([2, 0, 0, 7, 6, 16, 0, 7, 3, 7, 6, 16, 0, 7, 3, 7, 6, 7, 0, 7, 2, 7, 6, 8, 0, 7, 3, 7]),
    bytes([2, 1, 0, 7, 4, 7, 5, 1, 7, 6, 14, 1, 7, 3, 7, 4, 7, 5, 3, 7, 3, 7, 4, 7, 5, 4, 7]),
    bytes([1, 0, 0, 7, 4, 7, 7, 7, 7, 7, 7, 7, 3, 7, 6, 12, 0, 7, 3, 7, 1, 0, 7, 0, 7]),
    bytes([0, 0, 0, 7, 2, 7, 1, 0, 7]),
]

PROFILES = [
    "schema: drift-monitor/profile/v1\nname: x\npaths:\n  - { area: vlans, path: '/a/b[c=*]', mode: get }\n",
    "schema: drift-monitor/profile/v1\nname: x\npaths: []\ninternal:\n  - { entry: '/a[k=*]', sign: '/b[k=*]/c', unless: '/b[k=*]/d' }\n",
    "name: [\n", "a: &a [1]\nb: *a\n", "name: x\nname: y\n", "? [a]\n: b\n", "--- 1\n--- 2\n", "schema: drift-monitor/profile/v1\nname: x\nkeepalive: 5m\nlists: {/a: authoritative}\ndefaults: {/a/b: 010, /c: 'x', /d: [1, 2]}\n",
]


def netbox():
    rows = {"devices": 0, "interfaces": 1, "ip-addresses": 2, "vlans": 3, "l2vpns": 4, "vrfs": 5, "session": 6}
    for file in sorted((DATA / "netbox").rglob("*.json")):
        kind = next((n for word, n in rows.items() if word in file.name), 8)
        if file.name == "status.json":
            kind = 7
        text = file.read_text()
        body = json.loads(text)
        if isinstance(body, dict) and isinstance(body.get("results"), list):
            body["results"] = body["results"][:1]
            text = json.dumps(body, separators=(",", ":"))
        yield f"{kind}{text}".encode()


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    seeds = {
        "path_text": [text.encode() for text in PATHS],
        "message": list(messages()),
        "http2": HTTP2,
        "json_value": [text.encode() for text in JSON],
        "session_state": SESSION,
        "netbox_rows": list(netbox()),
        "profile_yaml": [text.encode() for text in PROFILES] + [file.read_bytes()[:1500] for file in sorted((ROOT / "profiles").glob("*.yaml"))],
    }
    for target, inputs in seeds.items():
        (out / target).mkdir(parents=True, exist_ok=True)
        for data in inputs:
            (out / target / hashlib.sha1(data).hexdigest()).write_bytes(data)
        print(f"{target}: {len(inputs)}")


main()
