#!/usr/bin/env bash
# Installs what is missing to build, run and test drift-monitor on Debian 12. Says what it does; does
# nothing when everything is there. Runs as root or with sudo.
#
#   scripts/install-deps.sh                everything for `make demo`, `make test` and `make bench`
#   scripts/install-deps.sh --build-only   compiler and libraries only (Dockerfile)
#   scripts/install-deps.sh --fuzz         also clang and libFuzzer, for `make fuzz`
#   scripts/install-deps.sh --interop      also what the peers of tests/interop and tests/kestra need
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(build-essential cmake ninja-build pkg-config ccache
  libboost1.81-dev libssl-dev libnghttp2-dev zlib1g-dev libcurl4-openssl-dev
  libsqlite3-dev libyaml-cpp-dev libsimdjson-dev nlohmann-json3-dev libfmt-dev libspdlog-dev libcli11-dev
  libprotobuf-dev protobuf-compiler libgrpc++-dev protobuf-compiler-grpc)
tests=(libgtest-dev libgmock-dev libbenchmark-dev python3 python3-yaml curl ca-certificates openssl)
case "${1:-}" in
  --build-only) ;;
  --interop)
    packages+=("${tests[@]}" python3-venv iproute2 util-linux xz-utils)
    if [ -f tests/interop/apt-packages.txt ]; then
      mapfile -t more < <(grep -v '^#' tests/interop/apt-packages.txt)
      packages+=("${more[@]}")
    fi ;;
  --fuzz) packages+=("${tests[@]}" clang-14 libclang-rt-14-dev) ;;
  "") packages+=("${tests[@]}") ;;
  *) echo "usage: $0 [--build-only|--fuzz|--interop]" >&2; exit 2 ;;
esac

. /etc/os-release
if [ "${VERSION_CODENAME:-}" != bookworm ]; then
  echo "install-deps: made for Debian 12 (bookworm); this is ${PRETTY_NAME:-unknown}. Trying anyway." >&2
fi

missing=()
for package in "${packages[@]}"; do
  [ -n "$package" ] || continue
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "install-deps: nothing is missing"
  exit 0
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps: run as root, or install sudo; missing: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "install-deps: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "install-deps: done"
