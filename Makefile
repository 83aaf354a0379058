# Seven verbs: setup, demo, check, test, soak, bench, lock. Each one makes .venv first if it has to.
PYTEST_ARGS ?= -q -n auto --maxprocesses 4 --dist loadgroup
LOCK_ARGS ?=
SEEDS ?= 100000
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo check test soak bench lock clean

help:
	@echo 'make demo    see Wayhome work, with invented people; ends at its console (SERVE=0: without)'
	@echo 'make test    run every test               (PYTEST_ARGS="-k grant")'
	@echo 'make check   format, lint, types, layers'
	@echo 'make setup   make .venv for running and testing'
	@echo 'make soak    break everything for hours: seeds, every crash, orders, power cuts   (SEEDS=1000, ARGS=...)'
	@echo 'make bench   measure, also beside peers   (ARGS="peers --quick")'
	@echo 'make lock    pin the dependencies again   (LOCK_ARGS=--upgrade for newer ones)'
	@echo 'make clean   remove what these made'

setup:
	@./bootstrap test

demo:
	@./bootstrap run
	.venv/bin/wayhome demo $(if $(filter 0,$(SERVE)),--no-serve) $(ARGS)

check: setup
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

# What a process compiles the others find, whatever the machine is told.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup
	.venv/bin/python -m pytest $(PYTEST_ARGS)

# The long form of what .ci/run does in short; ARGS are for the seeds. Each part prints its line, and all of them are run.
soak: setup
	@failed=0; \
	.venv/bin/python -m tests.simulator --seeds $(SEEDS) --brief $(ARGS) || failed=1; \
	.venv/bin/python -m tests.simulator --seeds $(SEEDS) --brief --services || failed=1; \
	.venv/bin/python -m tests.simulator --people 350 || failed=1; \
	.venv/bin/python -m tests.simulator --every-place 1 || failed=1; \
	.venv/bin/python -m tests.interleavings --switches 3 || failed=1; \
	.venv/bin/python -m tests.simulator --seeds $(SEEDS) --brief --copies || failed=1; \
	.venv/bin/python -m tests.simulator --seeds $(SEEDS) --brief --clocks || failed=1; \
	.venv/bin/python -m tests.machines --times 50 || failed=1; \
	.venv/bin/python -m tests.chaos || failed=1; \
	.venv/bin/python -m tests.power --cuts 1000 || failed=1; \
	exit $$failed

bench: setup
	.venv/bin/python -m bench $(ARGS)

# Universal: one lock for every platform and Python we support. Names, versions and hashes only, no addresses.
COMPILE = $$(./bootstrap uv) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links $(LOCK_ARGS)

lock:
	$(COMPILE) --group pyproject.toml:boot -o requirements-boot.lock
	$(COMPILE) pyproject.toml --group build -o requirements.lock
	$(COMPILE) pyproject.toml --group build --group test -c requirements.lock -o requirements-test.lock
	$(COMPILE) --group pyproject.toml:peers -c requirements.lock -o requirements-peers.lock

clean:
	rm -rf .venv .boot dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
