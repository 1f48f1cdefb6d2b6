#!/usr/bin/env bash
# Runs the shipped flows on Kestra's own engine.
#   tests/kestra/run.sh [2.0.0|1.3.31|all] [-k PATTERN …]     (default: all; the rest goes to unittest)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

wanted=${1:-all}
[ $# -eq 0 ] || shift
case $wanted in
  all) versions="2.0.0 1.3.31" ;;
  *) versions=$wanted ;;
esac

failed=
for version in $versions; do
  build_engine "$version"
  echo "kestra test: flows on Kestra $version"
  KESTRA_TEST_VERSION=$version KESTRA_TEST_JAVA=$kestra_java KESTRA_TEST_CLASSPATH=$kestra_classpath \
    KESTRA_TEST_DATA=$kestra_build/$version \
    python3 -m unittest discover -s "$kestra_here" -p 'test_*.py' -v "$@" || failed="$failed $version"
done
[ -z "$failed" ] || { echo "kestra test: FAILED on$failed" >&2; exit 1; }
