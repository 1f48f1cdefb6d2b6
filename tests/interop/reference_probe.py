#!/usr/bin/env python3
"""The command line and output of the product's transport_probe, on grpcio.

With it the scripted servers are checked against a client whose correctness is not in question
(`run.sh reference`): where the two probes disagree, the product's transport is the suspect.
"""

import argparse
import hashlib
import json
import sys
import threading

import grpc

from gnmi_wire import decode_response, encode_subscribe, path_text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("scenario")
    parser.add_argument("--plaintext", action="store_true")
    parser.add_argument("--tls-ca")
    parser.add_argument("--server-name")
    parser.add_argument("--username")
    parser.add_argument("--password")
    parser.add_argument("--timeout-ms", type=int, default=30000)
    parser.add_argument("--cancel-after-sync", action="store_true")
    args = parser.parse_args()

    options = [("grpc.max_receive_message_length", 64 << 20), ("grpc.absolute_max_metadata_size", 64 << 10),
               ("grpc.max_metadata_size", 64 << 10)]
    if args.server_name:
        options.append(("grpc.ssl_target_name_override", args.server_name))
    if args.tls_ca:
        with open(args.tls_ca, "rb") as file:
            channel = grpc.secure_channel(args.address, grpc.ssl_channel_credentials(file.read()), options)
    else:
        channel = grpc.insecure_channel(args.address, options)
    metadata = [(k, v) for k, v in (("username", args.username), ("password", args.password)) if v is not None]

    done = threading.Event()

    def requests():
        yield encode_subscribe([f"/{args.scenario}"])
        done.wait()  # the client does not half-close: an ON_CHANGE stream stays open

    digest, count, sync, leaves = hashlib.sha256(), 0, False, []
    call = channel.stream_stream("/gnmi.gNMI/Subscribe")(requests(), timeout=args.timeout_ms / 1000, metadata=metadata)
    try:
        for message in call:
            count += 1
            digest.update(message)
            response = decode_response(message)
            sync |= response.sync
            if response.notification and len(leaves) < 5:
                for path, value in response.notification.updates:
                    leaves.append(f"{path_text(path.elems)}={str(value)[:100]}")
            if response.sync and args.cancel_after_sync:
                call.cancel()
    except grpc.RpcError:
        pass
    code, details = call.code(), call.details()
    print(json.dumps({
        "messages": count, "sync": sync, "leaves": leaves[:5], "payload_sha256": digest.hexdigest(),
        "status": code.name, "status_message": details or "", "http_error": None,
    }, ensure_ascii=False))
    sys.stdout.flush()
    done.set()
    channel.close()


if __name__ == "__main__":
    main()
