#!/usr/bin/env bash
# Checks the compose file, the Dockerfile and the flows without an engine: both compose parsers, the
# flow loader against a fake Kestra, a lint of flows and Dockerfile.
#   tests/deploy/run.sh [--require-binary] [-k PATTERN …]
# --require-binary: build/release must hold the programs, whose libraries are compared with the image's.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${DEPLOY_TEST_BUILD:-$root/build/deploy}

if [ "${1:-}" = --require-binary ]; then
  export DEPLOY_TEST_REQUIRE_BINARY=1
  shift
fi

mkdir -p "$build"
stamp=$(sha256sum <"$here/requirements.txt")
if [ "$(cat "$build/venv.stamp" 2>/dev/null)" != "$stamp" ]; then
  rm -rf "$build/venv"
  python3 -m venv "$build/venv"
  "$build/venv/bin/pip" install -q --no-deps -r "$here/requirements.txt"
  echo "$stamp" >"$build/venv.stamp"
fi
command -v go >/dev/null || { echo "deploy test: go is missing, compose 2 cannot be checked" >&2; exit 2; }
(cd "$here/compose-v2" && go build -mod=readonly -o "$build/compose-v2" .)

export DEPLOY_TEST_COMPOSE_V1="$build/venv/bin/docker-compose" DEPLOY_TEST_COMPOSE_V2="$build/compose-v2"
exec "$build/venv/bin/python" -W error::SyntaxWarning -m unittest discover -s "$here" -p 'test_*.py' -v "$@"
