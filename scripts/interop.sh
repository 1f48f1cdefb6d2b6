#!/usr/bin/env bash
# All suites with peers that are not ours. Each suite installs its peers at pinned versions; one that
# cannot be had is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=()
run() {
  printf '\n--- %s\n' "$1"
  shift
  "$@" || failed+=("$*")
}
run "deployment files" tests/deploy/run.sh --require-binary
run "gNMI peers" tests/interop/run.sh all
run "Kestra's engine" tests/kestra/run.sh all
for version in 2.0.0 1.3.31; do
  run "switch to Kestra $version" python3 tests/e2e/test_kestra.py "$version"
done
if [ ${#failed[@]} -gt 0 ]; then
  printf '\nfailed:\n'
  printf '  %s\n' "${failed[@]}"
  exit 1
fi
