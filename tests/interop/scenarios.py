"""What each scenario sends and what a correct gRPC client must make of it.

`python3 scenarios.py` rewrites scenarios.json, which is what other tests read; test_transport.py fails when the two
disagree. `messages` counts all gRPC messages, the sync_response too; `bytes_sha256` is over the messages' bytes in
order, unpacked and without their five-byte heads.
"""

import hashlib
import json
import pathlib
import sys

from gnmi_wire import encode_path, field_bytes, field_uint

FIRST_TIMESTAMP = 1_700_000_000_000_000_000
REFUSAL = "Authentication failed"
INVALID = 'failed to subscribe to /X: 100% wrong\nnode "ü" is unknown'
SYNC = field_uint(3, 1)

GO, RAW, PYTHON = "go", "raw", "python"
EVERYBODY = [GO, RAW, PYTHON]


def response(n: int, value: bytes) -> bytes:
    update = field_bytes(1, encode_path(f"/a/b[k={n}]")) + field_bytes(3, value)
    return field_bytes(1, field_uint(1, FIRST_TIMESTAMP + n) + field_bytes(4, update))


def number_leaf(n: int) -> bytes:
    return response(n, field_uint(3, n))


def text_leaf(n: int, size: int) -> bytes:
    alphabet = b"abcdefghijklmnopqrstuvwxyz"
    return response(n, field_bytes(1, (alphabet * (size // 26 + 1))[:size]))


def numbers(last: int) -> list[bytes]:
    return [number_leaf(n) for n in range(1, last + 1)]


def messages_of(scenario: str) -> list[bytes]:
    if scenario == "big":
        return [text_leaf(1, 3 << 20), SYNC]
    if scenario == "many":
        return numbers(20000) + [SYNC]
    if scenario == "tiny-frames":
        return numbers(124) + [SYNC]
    if scenario in ("gzip", "encoding-unknown"):
        return [text_leaf(1, 1000), text_leaf(2, 5), text_leaf(3, 200000), number_leaf(4), text_leaf(5, 3000), SYNC]
    if scenario == "goaway-drain":
        return numbers(6) + [SYNC]
    if scenario == "window":
        return [text_leaf(n, 256 << 10) for n in range(1, 65)] + [SYNC]
    return numbers(3) + [SYNC]


def large_metadata() -> list[tuple[str, str]]:
    return [(f"x-large-{i}", "m" * (4096 - 9 - 32)) for i in range(1, 5)]


def _received(messages: list[bytes]) -> dict:
    return {
        "messages": len(messages),
        "bytes_sha256": hashlib.sha256(b"".join(messages)).hexdigest(),
        "sync": SYNC in messages,
    }


NOTHING = {"messages": 0, "bytes_sha256": hashlib.sha256(b"").hexdigest(), "sync": False}


_DROPS = {PYTHON: "drops messages it has read but not handed out yet when the stream breaks"}
REFERENCE_DIFFERS = {
    "encoding-unknown": {PYTHON: "does not name the encoding"},
    "goaway-calm": _DROPS,
    "headers-too-large": {GO: "takes 16 MiB"},
    "informational": dict.fromkeys([PYTHON, GO], "takes the status of a 103 for the answer"),
    "missing-grpc-status": {PYTHON: "waits for its own half-close"},
    "noise": {PYTHON: "does not know padded DATA"},
    "rst-cancel": _DROPS,
    "rst-enhance-your-calm": _DROPS,
    "rst-internal": _DROPS,
    "rst-refused": _DROPS,
    "status-out-of-range": {GO: "hands the number on"},
    "stream-open": {GO: "the probe is gone before its RST_STREAM"},
    "tcp-close": _DROPS,
    "truncated-message": {PYTHON: "forgives it"},
    "wrong-content-type": {PYTHON: "waits for its own half-close"},
}


def expectations() -> dict:
    table = _table()
    for scenario, reasons in REFERENCE_DIFFERS.items():
        table[scenario]["reference_differs"] = reasons
    return table


def _table() -> dict:
    """Keys beside those of the module's text: `servers`; `also` (codes that real clients disagree on and that are as
    good); `mentions` (the probe's line has one of these words); `probe` (extra arguments); `max_rss_mib`;
    `reference_differs` (why one of gRPC's own clients does something else here and is not compared)."""
    all3 = _received(messages_of(""))

    def full(scenario, servers=EVERYBODY, **more):
        return _received(messages_of(scenario)) | {"status_code": "OK", "servers": servers} | more

    def ends(code, servers=(RAW,), received=None, **more):
        return (received if received is not None else NOTHING) | {"status_code": code, "servers": list(servers)} | more

    return {
        "ok-3": full("ok-3"),
        "big": full("big"),
        "many": full("many"),
        "tiny-frames": full("tiny-frames", [RAW]),
        "gzip": full("gzip"),
        "headers-large": full("headers-large"),
        "informational": full("informational", [RAW]),
        "noise": full("noise", [RAW]),
        "ping": full("ping", [RAW]),
        "window": full("window", EVERYBODY),
        "goaway-drain": full("goaway-drain", [GO, RAW]),
        "stream-open": ends("CANCELLED", EVERYBODY, all3, probe=["--cancel-after-sync"]),
        "trailers-only-unauthenticated": ends("UNAUTHENTICATED", EVERYBODY, status_message=REFUSAL),
        "trailers-only-invalid": ends("INVALID_ARGUMENT", EVERYBODY, status_message=INVALID),
        "broken-percent": ends("INVALID_ARGUMENT", status_message="100% of %zz and a lone %4"),
        "status-out-of-range": ends("UNKNOWN"),
        # HTTP 200 without grpc-status: UNKNOWN by the mapping document, INTERNAL in grpc-go.
        "missing-grpc-status": ends("UNKNOWN", received=all3, also=["INTERNAL"]),
        "http-401": ends("UNAUTHENTICATED", mentions=["401"]),
        "http-404": ends("UNIMPLEMENTED", mentions=["404"]),
        "http-503": ends("UNAVAILABLE", mentions=["503"]),
        "wrong-content-type": ends("UNKNOWN", also=["INTERNAL"], mentions=["text/html"]),
        "encoding-unknown": ends("UNIMPLEMENTED", also=["INTERNAL"], mentions=["snappy"]),
        "compressed-without-encoding": ends("INTERNAL", also=["UNIMPLEMENTED"]),
        "message-too-large": ends("RESOURCE_EXHAUSTED", max_rss_mib=300),
        "gzip-bomb": ends("RESOURCE_EXHAUSTED", max_rss_mib=300),
        "truncated-message": ends(
            "INTERNAL", received=_received(numbers(3)), also=["UNKNOWN", "UNAVAILABLE", "DATA_LOSS"]
        ),
        "headers-too-large": ends("RESOURCE_EXHAUSTED", also=["INTERNAL", "UNAVAILABLE", "UNKNOWN"], max_rss_mib=300),
        "rst-cancel": ends("CANCELLED", received=all3),
        "rst-refused": ends("UNAVAILABLE", received=all3),
        "rst-internal": ends("INTERNAL", received=all3, also=["UNKNOWN"]),
        "rst-enhance-your-calm": ends("RESOURCE_EXHAUSTED", received=all3, also=["UNAVAILABLE"]),
        "goaway-refused": ends("UNAVAILABLE"),
        "goaway-calm": ends(
            "UNAVAILABLE", received=all3, also=["RESOURCE_EXHAUSTED"], mentions=["too_many_pings", "ENHANCE_YOUR_CALM"]),
        "tcp-close": ends("UNAVAILABLE", received=all3),
        "tcp-reset": ends("UNAVAILABLE"),
        "silent": ends("DEADLINE_EXCEEDED", EVERYBODY, probe=["--timeout-ms", "1500"]),
        "half-open": ends("DEADLINE_EXCEEDED", received=all3, probe=["--timeout-ms", "1500"]),
    }


FILE = pathlib.Path(__file__).with_name("scenarios.json")

if __name__ == "__main__":
    FILE.write_text(json.dumps(expectations(), indent=2, ensure_ascii=False) + "\n")
    print(f"wrote {FILE.name}", file=sys.stderr)
