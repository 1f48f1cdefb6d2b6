"""A collector as one would script it: pygnmi's messages over grpcio, a thread for each device, every leaf into a dictionary.

pygnmi's own connect() always calls Capabilities, which bench-peer does not know, so the stream is opened without it.
Prints a line once all devices have synced.
"""
import sys
import threading

import grpc
from pygnmi.spec.v080.gnmi_pb2 import SubscribeRequest
from pygnmi.spec.v080.gnmi_pb2_grpc import gNMIStub


OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]  # bench-peer knows one stream a connection


def text(prefix, path):
    return "/".join(f"{e.name}{dict(e.key) or ''}" for e in (*prefix.elem, *path.elem))


def follow(address, synced):
    request = SubscribeRequest()
    request.subscribe.subscription.add().mode = 1
    never = threading.Event()

    def requests():
        yield request
        never.wait()

    leaves = {}
    for response in gNMIStub(grpc.insecure_channel(address, options=OWN_CONNECTION)).Subscribe(requests()):
        if response.sync_response:
            synced.release()
        for update in response.update.update:
            leaves[text(response.update.prefix, update.path)] = getattr(update.val, update.val.WhichOneof("value"))


def main():
    address, devices = sys.argv[1], int(sys.argv[2])
    synced = threading.Semaphore(0)
    for _ in range(devices):
        threading.Thread(target=follow, args=(address, synced), daemon=True).start()
    for _ in range(devices):
        synced.acquire()
    print("synced", flush=True)
    threading.Event().wait()


main()
