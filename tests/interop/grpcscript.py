#!/usr/bin/env python3
"""A scripted gRPC server on grpcio (gRPC's C core), with the scenarios and options of peers/cmd/grpcscript."""

import argparse
import json
import os
import sys
import threading
from concurrent import futures

import grpc

import scenarios
from gnmi_wire import fields


class Journal:
    def __init__(self, file):
        self._file, self._lock = file, threading.Lock()

    def write(self, event: str, **more):
        with self._lock:
            self._file.write(json.dumps({"event": event} | more) + "\n")
            self._file.flush()


def read_request(data: bytes) -> dict:
    """First element of the first path, number of subscriptions, modes and encoding of a SubscribeRequest."""
    seen = {"first": "", "subscriptions": 0, "list_mode": 0, "path_mode": 0, "encoding": 0}
    for number, value in fields(next((v for n, v in fields(data) if n == 1), b"")):
        if number == 2:
            seen["subscriptions"] += 1
            if seen["subscriptions"] > 1:
                continue
            for n, v in fields(value):
                if n == 1:
                    elem = next((e for m, e in fields(v) if m == 3), b"")
                    seen["first"] = next((name.decode() for m, name in fields(elem) if m == 1), "")
                elif n == 2:
                    seen["path_mode"] = v
        elif number == 5:
            seen["list_mode"] = value
        elif number == 8:
            seen["encoding"] = value
    return seen


class Script:
    def __init__(self, journal: Journal):
        self._log = journal

    def subscribe(self, requests, context):
        headers = {}
        for key, value in context.invocation_metadata():
            headers.setdefault(key, []).append(value if isinstance(value, str) else value.decode("latin-1"))
        gone = threading.Event()
        context.add_callback(gone.set)
        try:
            message = next(requests)
        except StopIteration:
            self._log.write("end", how="no request")
            return
        request = read_request(message)
        self._log.write("request", method="/gnmi.gNMI/Subscribe", headers=headers, request=request)
        finished = False
        try:
            yield from self._play(request["first"].removeprefix("scenario-"), requests, context, gone)
            finished = True
        finally:
            self._log.write("end", how="cancelled" if gone.is_set() else "completed" if finished else "refused")

    def _play(self, scenario, requests, context, gone):
        if scenario == "trailers-only-unauthenticated":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, scenarios.REFUSAL)
        if scenario == "trailers-only-invalid":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, scenarios.INVALID)
        if scenario == "silent":
            gone.wait()
            return
        if scenario == "gzip":
            context.set_compression(grpc.Compression.Gzip)
        if scenario == "headers-large":
            context.send_initial_metadata(scenarios.large_metadata())
        yield from scenarios.messages_of(scenario)
        if scenario == "stream-open":
            try:
                for _ in requests:
                    pass
                if not gone.is_set():
                    self._log.write("half-closed")
            except Exception as error:  # the call was cancelled: gRPC raises from the iterator
                self._log.write("requests-ended", error=type(error).__name__)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:0")
    parser.add_argument("--port-file")
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    parser.add_argument("--log")
    args = parser.parse_args()
    journal = Journal(open(args.log, "w") if args.log else sys.stderr)
    script = Script(journal)
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=8),
        options=[("grpc.max_send_message_length", 64 << 20), ("grpc.so_reuseport", 0)],
    )
    handler = grpc.stream_stream_rpc_method_handler(script.subscribe)  # no serializers: messages are bytes
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("gnmi.gNMI", {"Subscribe": handler}),))
    if args.tls_cert:
        with open(args.tls_key, "rb") as key, open(args.tls_cert, "rb") as cert:
            credentials = grpc.ssl_server_credentials([(key.read(), cert.read())])
        port = server.add_secure_port(args.listen, credentials)
    else:
        port = server.add_insecure_port(args.listen)
    server.start()
    if args.port_file:
        with open(args.port_file + ".new", "w") as file:
            file.write(str(port))
        os.rename(args.port_file + ".new", args.port_file)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
