#!/usr/bin/env bash
# Runs the interop tests: run.sh [all|transport|lemming|fake_server|clients|reference|reference-go]…
# DRIFT_MONITOR_BUILD names the folder with the product's binaries (default: build/release).
# Builds the peers and the Python environment that are missing. A missing peer or binary is a failure.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=$root/build/interop/venv

tests=()
peers=()
for what in "${@:-all}"; do
    case $what in
        all) tests+=(test_transport test_lemming test_fake_server test_clients) peers+=(grpcscript gnmi_cli fake_server lemming) ;;
        transport) tests+=(test_transport) peers+=(grpcscript) ;;
        lemming) tests+=(test_lemming) peers+=(gnmi_cli lemming) ;;
        fake_server) tests+=(test_fake_server) peers+=(fake_server) ;;
        clients) tests+=(test_clients) peers+=(gnmi_cli) ;;
        # The scripted servers against gRPC's own clients: a check of the tests, without the product.
        reference) tests+=(test_transport) peers+=(grpcscript) && export INTEROP_REFERENCE=python ;;
        reference-go) tests+=(test_transport) peers+=(grpcscript grpcprobe) && export INTEROP_REFERENCE=go ;;
        *)
            echo "usage: $0 [all|transport|lemming|fake_server|clients|reference|reference-go]…" >&2
            exit 2
            ;;
    esac
done

"$here/build_peers.sh" "${peers[@]}"
if [ "$(cat "$venv/.requirements" 2>/dev/null)" != "$(cat "$here/requirements.txt")" ]; then
    echo "interop: making the Python environment" >&2
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "interop: Python 3.11 or newer is needed" >&2; exit 1; }
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/.requirements"
fi
cd "$here"

# A network of their own, with nothing but a loopback: fake_server listens on all addresses.
inside='ip link set lo up && exec nice -n 10 "$@"'
for namespace in "unshare --net" "unshare --map-root-user --net"; do
    if $namespace sh -c 'ip link set lo up' 2>/dev/null; then
        exec $namespace sh -c "$inside" sh "$venv/bin/python" -m unittest --verbose "${tests[@]}"
    fi
done
echo "interop: no private network namespace here; fake_server will listen on all addresses" >&2
exec nice -n 10 "$venv/bin/python" -m unittest --verbose "${tests[@]}"
