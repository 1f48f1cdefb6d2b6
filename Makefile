# The two commands of the README, and the same steps by name. Nothing clever: scripts/ and the CMake presets do it.
.PHONY: demo test build deps asan fuzz interop bench format layers clean
JOBS ?= $(shell nproc)

deps:
	@scripts/install-deps.sh

build: deps
	@cmake --preset $(or $(PRESET),release) >/dev/null
	@cmake --build build/release -j $(JOBS) -- --quiet

# Ten simulated switches, manual changes, every drift as it arrives. ONCE=1: ends by itself.
demo: deps
	@cmake --preset release >/dev/null
	@cmake --build build/release -j $(JOBS) --target drift-monitor fabric-sim -- --quiet
	@scripts/demo.sh $(if $(ONCE),once,)

# Everything that needs no special peer.
test: build layers
	@ctest --test-dir build/release --output-on-failure -j $(JOBS)

asan: deps
	@cmake --preset asan >/dev/null
	@cmake --build build/asan -j $(JOBS) -- --quiet
	@ctest --test-dir build/asan --output-on-failure -L fast -j $(JOBS)

# What peers and files can say, made up by libFuzzer, FUZZ_SECONDS (60) for each target, two at a time.
fuzz:
	@scripts/install-deps.sh --fuzz
	@scripts/fuzz.sh

# Peers nobody here wrote: gRPC in Go and Python, lemming, fake_server, Kestra's own engine.
interop: build
	@scripts/install-deps.sh --interop
	@scripts/interop.sh

# What things cost; docs/performance.md has the figures and says what they mean. Minutes, on a quiet machine.
bench: deps
	@cmake --preset release -DDM_BENCH=ON >/dev/null
	@cmake --build build/release -j $(JOBS) --target drift-monitor fabric-sim bench-pipeline bench-peer -- --quiet
	@bench/run.sh

layers:
	@python3 tools/check_layers.py

format:
	@git ls-files 'src/*.h' 'src/*.cpp' 'tests/*.h' 'tests/*.cpp' | xargs clang-format -i

clean:
	@rm -rf build
