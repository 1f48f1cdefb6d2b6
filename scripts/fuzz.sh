#!/usr/bin/env bash
# Fuzzes what peers and files can say: fuzz.sh [--keep] [TARGET…], all targets of fuzz/ by default.
#
# Each runs for FUZZ_SECONDS (60), two at a time (FUZZ_JOBS), with the random numbers of FUZZ_SEED (0: others each time), from the kept corpus and from what earlier runs found
# (build/fuzz/found). An input that breaks something ends in build/fuzz/broken; put it into fuzz/corpus/TARGET with the
# mend, so that every test run tries it. --keep: afterwards, inputs that reach new code go into the kept corpus, the
# smallest that do.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
build=build/fuzz
keep=
if [ "${1:-}" = --keep ]; then keep=yes; shift; fi
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(sed -n 's/^dm_fuzz(\([a-z0-9_]*\) .*/\1/p' fuzz/CMakeLists.txt)

cmake --preset fuzz >/dev/null
cmake --build "$build" -j "$(nproc)" --target "${targets[@]/#/fuzz_}" -- --quiet

fuzz_one() {
  local target=$1
  local found=$build/found/$target log=$build/$target.log
  mkdir -p "$found" "$build/broken"
  if ! "$build/fuzz/fuzz_$target" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
      -artifact_prefix="$build/broken/$target-" "$found" "fuzz/corpus/$target" >"$log" 2>&1; then
    grep -v '^#[0-9]' "$log" | tail -n 60
    printf 'fuzz: %s is broken; again with: %s/fuzz/fuzz_%s %s\n' "$target" "$build" "$target" "$(ls -t "$build/broken/$target-"* | head -n 1)"
    return 1
  fi
  local runs
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  printf 'fuzz: %-14s %10s inputs, %s\n' "$target" "$runs" "$(grep -o 'cov: [0-9]* ft: [0-9]* corp: [0-9]*' "$log" | tail -n 1)"
  [ -n "$keep" ] || return 0
  # Into a new folder, so that what is no longer needed goes.
  rm -rf "$build/merged/$target"
  mkdir -p "$build/merged/$target"
  "$build/fuzz/fuzz_$target" -merge=1 -max_len="${FUZZ_KEEP_BYTES:-512}" "$build/merged/$target" "fuzz/corpus/$target" "$found" >>"$log" 2>&1
  cp -n "$build/merged/$target"/* "fuzz/corpus/$target/"
}
export -f fuzz_one
export seconds build keep
printf '%s\n' "${targets[@]}" | xargs -P "${FUZZ_JOBS:-2}" -I{} bash -euo pipefail -c 'fuzz_one {}'
