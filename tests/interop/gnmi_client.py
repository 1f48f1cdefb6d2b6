"""A small gNMI client on grpcio: the other hand that changes devices."""

import threading

import grpc

import gnmi_wire as wire
from harness import wait_until


class Client:
    def __init__(self, address: str, origin: str = "openconfig", authority: str = ""):
        """`authority`: the file of the certificate authority; without one in plaintext."""
        if authority:
            with open(authority, "rb") as file:
                self._channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(file.read()))
        else:
            self._channel = grpc.insecure_channel(address)
        self._origin = origin

    def close(self):
        self._channel.close()

    def set(self, update=(), replace=(), delete=(), timeout: float = 60) -> int:
        """Sends one Set and returns the device's timestamp."""
        request = wire.encode_set(update, replace, delete, origin=self._origin)
        return wire.decode_set_response(self._channel.unary_unary("/gnmi.gNMI/Set")(request, timeout=timeout))

    def capabilities(self, timeout: float = 5):
        """Raises grpc.RpcError as long as nobody answers; most answers are an error, too."""
        return self._channel.unary_unary("/gnmi.gNMI/Capabilities")(b"", timeout=timeout)

    def read(self, *paths: str, timeout: float = 60) -> dict[str, object]:
        """The leaves below the paths: Subscribe with mode ONCE."""
        request = wire.encode_subscribe(list(paths), origin=self._origin, mode=1)
        leaves: dict[str, object] = {}
        call = self._channel.stream_stream("/gnmi.gNMI/Subscribe")(iter([request]), timeout=timeout)
        for message in call:
            response = wire.decode_response(message)
            if response.sync:
                call.cancel()
                break
            note = response.notification
            for path, value in note.updates:
                leaves[wire.path_text(note.prefix.elems + path.elems)] = value
        return leaves

    def witness(self, *paths: str) -> "Witness":
        return Witness(self._channel, wire.encode_subscribe(list(paths), origin=self._origin))


class Witness:
    """An ON_CHANGE stream of our own beside the product's: what the device really sent, and when it says it happened."""

    def __init__(self, channel: grpc.Channel, request: bytes):
        self._end = threading.Event()
        self._synced = threading.Event()
        self._seen: list[tuple[str, object, int]] = []

        def requests():
            yield request
            self._end.wait()

        self._call = channel.stream_stream("/gnmi.gNMI/Subscribe")(requests())
        threading.Thread(target=self._read, daemon=True).start()
        wait_until(self._synced.is_set, "the witness' sync_response")

    def _read(self):
        try:
            for message in self._call:
                response = wire.decode_response(message)
                if response.sync:
                    self._synced.set()
                note = response.notification
                if not note or not self._synced.is_set():
                    continue
                for path in note.deletes:
                    self._seen.append((wire.path_text(note.prefix.elems + path.elems), None, note.timestamp))
                for path, value in note.updates:
                    self._seen.append((wire.path_text(note.prefix.elems + path.elems), value, note.timestamp))
        except grpc.RpcError:
            pass  # the device is gone or we are done

    def time_of(self, path: str, value) -> int:
        """The device's time of the first change of `path` (or something below it) to `value`; None: its delete."""

        def find():
            return next((at for p, v, at in list(self._seen) if v == value and (p + "/").startswith(path + "/")), None)

        return wait_until(find, f"the witness to see {path} = {value!r}")

    def close(self):
        self._end.set()
        self._call.cancel()
