"""Recorded gNMI streams (data/*.pb: SubscribeResponses, each after its length as a varint), and what a device has in the
end of one by the rules of gNMI: prefix joined, deletes before updates, a delete takes everything below it."""

import lzma
import pathlib

import gnmi_wire as wire

DATA = pathlib.Path(__file__).with_name("data")


def load(name: str) -> list[bytes]:
    file = DATA / name
    data = lzma.decompress(file.read_bytes()) if name.endswith(".xz") else file.read_bytes()
    return list(wire.delimited(data))


def _covers(pattern: tuple[wire.Elem, ...], path: tuple[wire.Elem, ...]) -> bool:
    """True if a delete of `pattern` removes `path`: wildcards and left-out keys are everything."""
    if len(pattern) > len(path):
        return False
    for (name, keys), (other, other_keys) in zip(pattern, path):
        if name not in ("*", other):
            return False
        have = dict(other_keys)
        if any(value != "*" and have.get(key) != value for key, value in keys):
            return False
    return True


def is_device_lost(delete: wire.Path, prefix: wire.Path) -> bool:
    """A hub's way to say that it lost the device: everything deleted by one `*`."""
    return prefix.elems + delete.elems == (("*", ()),)


def final_state(messages: list[bytes]) -> dict[str, object]:
    """Canonical path -> value."""
    state: dict[tuple, object] = {}
    for message in messages:
        note = wire.decode_response(message).notification
        if note is None:
            continue
        for delete in note.deletes:
            if is_device_lost(delete, note.prefix):
                continue
            pattern = note.prefix.elems + delete.elems
            if state.pop(pattern, None) is not None:
                continue  # a leaf: nothing is below it
            for path in [path for path in state if _covers(pattern, path)]:
                del state[path]
        for path, value in note.updates:
            state[note.prefix.elems + path.elems] = value
    return {wire.path_text(path): value for path, value in state.items()}


def update(path: str, value, timestamp: int) -> bytes:
    """A SubscribeResponse of our own."""
    body = wire.field_bytes(1, wire.encode_path(path)) + wire.field_bytes(3, wire.encode_value(value))
    return wire.field_bytes(1, wire.field_uint(1, timestamp) + wire.field_bytes(4, body))


def fake_server_config(messages: list[bytes], target: str = "") -> bytes:
    """The configuration of openconfig's fake_server that replays the messages, byte by byte the recorded ones, and then
    keeps the stream open: Config{target, disable_sync (they have their own), disable_eof, fixed{responses}}."""
    responses = b"".join(wire.field_bytes(1, message) for message in messages)
    return wire.field_bytes(1, target) + wire.field_uint(4, 1) + wire.field_uint(7, 1) + wire.field_bytes(102, responses)
