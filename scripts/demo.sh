#!/bin/sh
# The demo: ten simulated switches, drift-monitor beside them, manual changes and what becomes of them.
# usage: demo.sh [once]      once: ends by itself, exit 0 only if every expected event arrived
# DM_BUILD_DIR: where drift-monitor and fabric-sim were built (default: build/release)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
once=
[ "${1:-}" = once ] && once=--once
[ "${ONCE:-}" = 1 ] && once=--once
exec python3 "$root/scripts/demo.py" --build "${DM_BUILD_DIR:-$root/build/release}" $once
