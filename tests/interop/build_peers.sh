#!/usr/bin/env bash
# Builds the interop peers that are missing into build/interop/bin.
# usage: build_peers.sh [NAME…]      NAME: lemming gnmi_cli fake_server grpcscript grpcprobe (default: all, the small ones first)
# Needs Go, a C compiler and the packages of apt-packages.txt; everything else comes through the Go module proxy,
# pinned by peers/go.sum. A peer is rebuilt when its sources or pins are newer than its binary (FORCE=1: always).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${INTEROP_BIN:-$root/build/interop/bin}

declare -A package=(
    [gnmi_cli]=github.com/openconfig/gnmi/cmd/gnmi_cli
    [fake_server]=github.com/openconfig/gnmi/testing/fake/gnmi/cmd/fake_server
    [lemming]=github.com/openconfig/lemming/cmd/lemming
    [grpcscript]=./cmd/grpcscript
    [grpcprobe]=./cmd/grpcprobe
)
wanted=("$@")
[ ${#wanted[@]} -gt 0 ] || wanted=(grpcscript grpcprobe gnmi_cli fake_server lemming)

if ! command -v go >/dev/null; then
    echo "build_peers: no Go compiler found; install Go 1.24 or newer" >&2
    exit 1
fi
mkdir -p "$out"
cd "$here/peers"
for name in "${wanted[@]}"; do
    if [ -z "${package[$name]:-}" ]; then
        echo "build_peers: unknown peer '$name' (known: ${!package[*]})" >&2
        exit 1
    fi
    # The stamp names the pins (and, for our own programs, their sources) the binary was made from.
    stamp=$(
        { cat go.mod go.sum; if [ -d "cmd/$name" ]; then cat "cmd/$name"/*.go; fi; } | sha256sum | cut -d' ' -f1
    )
    if [ "${FORCE:-0}" != 1 ] && [ -x "$out/$name" ] && [ "$(cat "$out/.$name.stamp" 2>/dev/null)" = "$stamp" ]; then
        continue
    fi
    echo "build_peers: building $name" >&2
    start=$SECONDS
    # One package at a time: lemming's largest package alone takes about 2 GB of memory.
    nice -n 10 go build -p 1 -mod=readonly -trimpath -buildvcs=false -o "$out/$name.new" "${package[$name]}"
    mv "$out/$name.new" "$out/$name"
    echo "$stamp" >"$out/.$name.stamp"
    echo "build_peers: $name built in $((SECONDS - start)) s" >&2
done
