"""The little of protobuf and gNMI that the tests need, independent of the product and of any generated code."""

import re
import struct
from dataclasses import dataclass, field

# --- protobuf -----------------------------------------------------------------------------------


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field_uint(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def field_bytes(number: int, value: bytes | str) -> bytes:
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1, at
        shift += 7


def fields(data: bytes):
    """Yields (field number, int or bytes) in the order of the wire; fixed fields come as bytes."""
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = read_varint(data, at)
        elif kind == 2:
            size, at = read_varint(data, at)
            value, at = data[at : at + size], at + size
            if len(value) != size:
                raise ValueError("message is cut off")
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, at = data[at : at + size], at + size
        else:
            raise ValueError(f"wire type {kind}")
        yield tag >> 3, value


def delimited(data: bytes):
    """The messages of a recording: each preceded by its length as a varint."""
    at = 0
    while at < len(data):
        size, at = read_varint(data, at)
        yield data[at : at + size]
        at += size


def signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


# --- paths --------------------------------------------------------------------------------------

Elem = tuple[str, tuple[tuple[str, str], ...]]  # name, sorted keys


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("]", "\\]")


def path_text(elems: tuple[Elem, ...]) -> str:
    """Canonical text: keys sorted by name, only `]` and `\\` escaped."""
    return "".join(f"/{name}" + "".join(f"[{k}={_escape(v)}]" for k, v in keys) for name, keys in elems) or "/"


_KEY = re.compile(r"\[([^=\]]+)=((?:\\.|[^\\\]])*)\]", re.S)


def parse_element(text: str) -> Elem:
    """`name[key=value]`, as in the deprecated Path.element."""
    name = text.split("[", 1)[0]
    keys = {k: re.sub(r"\\(.)", r"\1", v, flags=re.S) for k, v in _KEY.findall(text[len(name) :])}
    return name, tuple(sorted(keys.items()))


def parse_path(text: str) -> tuple[Elem, ...]:
    elems, start, depth, at = [], 1, False, 1
    while at <= len(text):
        c = text[at] if at < len(text) else "/"
        if depth and c == "\\":
            at += 1
        elif c == "[":
            depth = True
        elif c == "]":
            depth = False
        elif c == "/" and not depth:
            if text[start:at]:
                elems.append(parse_element(text[start:at]))
            start = at + 1
        at += 1
    return tuple(elems)


def encode_path(path: str, origin: str = "", target: str = "") -> bytes:
    out = field_bytes(2, origin) if origin else b""
    for name, keys in parse_path(path):
        elem = field_bytes(1, name)
        for key, value in keys:
            elem += field_bytes(2, field_bytes(1, key) + field_bytes(2, value))
        out += field_bytes(3, elem)
    return out + (field_bytes(4, target) if target else b"")


@dataclass
class Path:
    origin: str = ""
    target: str = ""
    elems: tuple[Elem, ...] = ()


def decode_path(data: bytes) -> Path:
    path, elems, elements = Path(), [], []
    for number, value in fields(data):
        if number == 1:
            elements.append(parse_element(value.decode()))
        elif number == 2:
            path.origin = value.decode()
        elif number == 3:
            name, keys = "", {}
            for n, v in fields(value):
                if n == 1:
                    name = v.decode()
                elif n == 2:
                    entry = {1: b"", 2: b""} | dict(fields(v))
                    keys[entry[1].decode()] = entry[2].decode()
            elems.append((name, tuple(sorted(keys.items()))))
        elif number == 4:
            path.target = value.decode()
    path.elems = tuple(elems or elements)
    return path


# --- values -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Undecodable:
    arm: int


def decode_value(data: bytes):
    """A TypedValue as a Python value; JSON arms come as their text in a `Json`."""
    result = None
    for number, value in fields(data):
        if number in (1, 12):
            result = value.decode("utf-8", "replace")
        elif number == 2:
            result = signed(value)
        elif number == 3:
            result = value
        elif number == 4:
            result = bool(value)
        elif number == 5:
            result = value
        elif number == 6:
            result = struct.unpack("<f", value)[0]
        elif number == 14:
            result = struct.unpack("<d", value)[0]
        elif number == 7:
            parts = {1: 0, 2: 0} | dict(fields(value))
            result = signed(parts[1]) / 10 ** parts[2]
        elif number == 8:
            result = [decode_value(v) for n, v in fields(value) if n == 1]
        elif number in (10, 11):
            import json

            result = json.loads(value)
        else:
            result = Undecodable(number)
    return result


def encode_value(value) -> bytes:
    if isinstance(value, bool):
        return field_uint(4, value)
    if isinstance(value, int):
        return field_uint(3, value) if value >= 0 else field_uint(2, value)
    if isinstance(value, str):
        return field_bytes(1, value)
    if isinstance(value, list):
        return field_bytes(8, b"".join(field_bytes(1, encode_value(v)) for v in value))
    raise TypeError(f"no TypedValue for {value!r}")


# --- messages -----------------------------------------------------------------------------------


@dataclass
class Notification:
    timestamp: int = 0
    prefix: Path = field(default_factory=Path)
    updates: list[tuple[Path, object]] = field(default_factory=list)
    deletes: list[Path] = field(default_factory=list)
    atomic: bool = False


@dataclass
class Response:
    notification: Notification | None = None
    sync: bool = False


def decode_notification(data: bytes) -> Notification:
    out = Notification()
    for number, value in fields(data):
        if number == 1:
            out.timestamp = signed(value)
        elif number == 2:
            out.prefix = decode_path(value)
        elif number == 4:
            path, leaf = Path(), None
            for n, v in fields(value):
                if n == 1:
                    path = decode_path(v)
                elif n == 3:
                    leaf = decode_value(v)
            out.updates.append((path, leaf))
        elif number == 5:
            out.deletes.append(decode_path(value))
        elif number == 6:
            out.atomic = bool(value)
    return out


def decode_response(data: bytes) -> Response:
    out = Response()
    for number, value in fields(data):
        if number == 1:
            out.notification = decode_notification(value)
        elif number == 3:
            out.sync = bool(value)
    return out


def encode_subscribe(paths: list[str], origin: str = "", target: str = "", mode: int = 0) -> bytes:
    """A SubscribeRequest: ON_CHANGE for each path; mode 0 STREAM, 1 ONCE."""
    body = field_bytes(1, field_bytes(4, target)) if target else b""
    for path in paths:
        body += field_bytes(2, field_bytes(1, encode_path(path, origin)) + field_uint(2, 1))
    if mode:
        body += field_uint(5, mode)
    return field_bytes(1, body)


def encode_set(update=(), replace=(), delete=(), origin: str = "", target: str = "") -> bytes:
    """A SetRequest; update and replace are (path, value) pairs, value a scalar, list or dict (JSON_IETF)."""
    import json

    prefix = (field_bytes(2, origin) if origin else b"") + (field_bytes(4, target) if target else b"")
    out = field_bytes(1, prefix) if prefix else b""
    for path in delete:
        out += field_bytes(2, encode_path(path))
    for number, changes in ((3, replace), (4, update)):
        for path, value in changes:
            typed = field_bytes(11, json.dumps(value)) if isinstance(value, dict) else encode_value(value)
            out += field_bytes(number, field_bytes(1, encode_path(path)) + field_bytes(3, typed))
    return out


def decode_set_response(data: bytes) -> int:
    """The timestamp of a SetResponse."""
    return next((signed(v) for n, v in fields(data) if n == 4), 0)
