#!/usr/bin/env bash
# Every figure of docs/performance.md, five times each: medians with the smallest and the largest.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$PWD/build/release

"$build/bench/bench-pipeline" --benchmark_repetitions=5 --benchmark_report_aggregates_only=true \
  --benchmark_counters_tabular=true | grep -vE '_(mean|stddev|cv)'
printf '\n'
bench/latency.py --build "$build"
printf '\n'
bench/fleet.py --build "$build"
