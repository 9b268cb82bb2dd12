# Every command of a working day. `make` lists them; each says what it does and can be run again.
# Installs what is missing (deploy/packages.txt), builds into build/release, leaves the tree clean.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BUILD ?= build/release
# What `make trial` plays. Your own file: make trial TRIAL_ARGS="FILE --map MAPPING"
SAMPLE := deploy/sample
TRIAL_ARGS ?= $(SAMPLE)/list.csv $(SAMPLE)/interactions.jsonl.gz $(SAMPLE)/five_people.jsonl \
  --roster $(SAMPLE)/roster.textproto --made-up
# The real mail of `make measure-model`: the folder of events.csv.gz and truth_train_valid.csv.gz.
MAIL_LOG ?= ../shared/data/email_eu
# Of `make bench`: --mail FOLDER, --people N.
BENCH_ARGS ?=
# One job a core, but no more than memory allows: the largest compile takes about 1.5 GiB.
JOBS ?= $(shell awk -v cores="$$(nproc)" '/^MemAvailable/ { n = int($$2 / 1572864); \
          if (n > cores) n = cores; print n < 1 ? 1 : n }' /proc/meminfo)

# ccache gives a clone in another folder the same hits: paths are taken relative to this one. The
# sloppiness is what precompiled headers need (its manual, "Precompiled headers").
export CCACHE_DIR ?= $(HOME)/.cache/ccache
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
export CCACHE_SLOPPINESS := pch_defines,time_macros

# Ours, committed or not yet; not what was deleted and not yet staged.
OUR_CPP = git ls-files -co --exclude-standard '*.cc' '*.h' | perl -nle 'print if -f'
BUILT = cmake --build $(BUILD) --parallel $(JOBS)

##@ See it
.PHONY: trial
trial: configure ## Build `tend` and play the shipped sample through it
	@$(BUILT) --target tend
	@# 2: rows were rejected; the sample's are broken on purpose, and the report names them.
	@$(BUILD)/bin/tend trial $(TRIAL_ARGS) || [ $$? -eq 2 ]

##@ Run it: Kafka, PostgreSQL and the services on this machine
STACK := deploy/local/stack/stack
.PHONY: up down status logs clean-data
up: packages-run configure ## Start all of it, send the sample through it and tell what came of it
	@$(BUILT) --target tend tend-ingest tend-enrichment tend-scoring tend-notification tend-query
	@$(STACK) up
	@$(STACK) sample

down: ## Stop what `make up` started
	@$(STACK) down

status: ## What is up, what flows, and how far behind each hop is
	@$(STACK) status
	@$(BUILD)/bin/tend status

logs: ## The last lines of each part's log (PART=scoring: of one)
	@$(STACK) logs $(PART)

clean-data: ## Forget all that was stored (after `make down`)
	@$(STACK) clean-data

##@ Work on it
.PHONY: build test test-all check format lint fuzz
build: configure ## Build everything
	@$(BUILT)

test: build ## Build everything and run the tests (tiers unit, conformance, golden, e2e)
	@ctest --test-dir $(BUILD) -L '^(unit|conformance|golden|e2e)$$' -j2 --output-on-failure --no-tests=error

test-all: build ## All tests, the long ones too (tier e2e-slow)
	@ctest --test-dir $(BUILD) -j2 --output-on-failure --no-tests=error

# Cheap checks first. The last step compares with the tree as it was, so it can be run on work in progress.
check: packages-check ## All that must hold for a change: format, lint, build, tests, a clean tree after
	@mkdir -p build && git status --porcelain >build/tree-before
	@for step in format-check lint-deps lint-proto build lint-tidy test; do \
	  start=$$SECONDS; echo "== $$step"; $(MAKE) $$step; echo "== $$step: $$((SECONDS - start)) s"; done
	@git status --porcelain | diff build/tree-before - || \
	  { echo "check: the steps above changed the tree (see git status): commit it or ignore it" >&2; exit 1; }

format: packages-check ## Rewrite all C++ files in our style
	@$(OUR_CPP) | xargs -r clang-format-14 -i

lint: packages-check lint-deps lint-proto lint-tidy ## Dependency rules, contracts, and clang-tidy on what changed

.PHONY: format-check lint-deps lint-proto lint-tidy
format-check: packages-check
	@$(OUR_CPP) | xargs -r clang-format-14 --dry-run 2>&1 | sed -n 's/:.* warning: code should.*/: not in our format/p' | \
	  sort -u | { ! grep . || { echo "format-check: run 'make format'" >&2; exit 1; }; }

lint-deps:
	@python3 tests/lint/check_deps.py

lint-proto: proto/node_modules/.package-lock.json
	@cd proto && node_modules/.bin/buf lint
	@cd proto && node_modules/.bin/buf breaking --against released.binpb || \
	  { echo "lint-proto: a released contract is never changed: add, and reserve what goes (CONTRIBUTING.md, Contracts)" >&2; exit 1; }

# After a build: generated headers must be there.
lint-tidy: packages-check build
	@python3 tests/lint/tidy.py --build $(BUILD)

proto/node_modules/.package-lock.json: proto/package.json proto/package-lock.json | packages-check
	@cd proto && npm ci --no-progress || { echo "npm ci failed: check the network and npm's registry" >&2; exit 1; }
	@touch $@

FUZZ := build/fuzz
FUZZ_SECONDS ?= 600
fuzz: packages-fuzz ## Look for bytes that break ingest's readers (FUZZ_SECONDS=600), with Clang's fuzzer and sanitizers
	@test -f $(FUZZ)/build.ninja || cmake -S . -B $(FUZZ) -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DTEND_FUZZER=ON \
	  -DCMAKE_C_COMPILER=clang-14 -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
	  "-DCMAKE_CXX_FLAGS=-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined"
	@cmake --build $(FUZZ) --parallel $(JOBS) --target fuzzer
	@mkdir -p $(FUZZ)/corpus
	@$(FUZZ)/tests/fuzz/fuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -artifact_prefix=$(FUZZ)/ $(FUZZ)/corpus

##@ Measure it, renew it
.PHONY: bench bench-model measure-model regolden release-proto
bench-model: configure ## Run the model's benchmarks: bytes a relationship, time an update
	@$(BUILT) --target model_benchmark
	@$(BUILD)/common/model/model_benchmark

bench: build ## Import made-up traffic into a whole stack of its own, then send at fixed rates, then restart: rates, CPU, memory, latency
	@python3 -B tests/bench/pipeline.py $(BENCH_ARGS)
	@python3 -B tests/bench/latency.py
	@python3 -B tests/bench/restart.py

measure-model: configure ## Judge the shipped model on real mail (MAIL_LOG=FOLDER): AUC, calibration, touches withheld
	@$(BUILT) --target measure_model
	@$(BUILD)/bin/measure_model $(MAIL_LOG)

regolden: build ## Write the golden files anew; review their diff like code
	@TEND_REGOLDEN=1 ctest --test-dir $(BUILD) -L '^golden$$' --output-on-failure --no-tests=error
	@git status --short -- tests

release-proto: lint-proto ## Hold the contracts as they are from now on: lint compares with this copy
	@cd proto && node_modules/.bin/buf build --exclude-source-info -o released.binpb

##@ Else
.PHONY: clean help
clean: ## Remove what the commands above made
	@rm -rf build proto/node_modules

help: ## Show this list
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' \
	  $(firstword $(MAKEFILE_LIST))

.PHONY: configure packages-build packages-run packages-check packages-fuzz
packages-build:
	@deploy/local/install-packages build

packages-run:
	@deploy/local/install-packages build run

packages-check:
	@deploy/local/install-packages build check

packages-fuzz:
	@deploy/local/install-packages build fuzz

# Ninja runs CMake again by itself when a CMakeLists.txt has changed.
configure: packages-build
	@test -f $(BUILD)/build.ninja || cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release \
	  -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
