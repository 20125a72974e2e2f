# Wharf. A bare Debian machine with python3 and make is enough; `make` alone says what there is.
#
# make run               make .venv when it is not there, and start Wharf; ARGS="-H URL" are passed on
# make test              every test, on real Engines too; ARGS='-m "not live"' leaves the Engines out
# make engine            start a private Engine in the foreground and print the DOCKER_HOST for another terminal;
#                        ENGINE=20 takes 20.10 in place of 28.5
#
# The tests' Engines are Debian trees that debootstrap makes once, under /var/cache/wharf-test (WHARF_TEST_CACHE
# says elsewhere). They run in namespaces of their own and never touch, use or replace a Docker of this machine.

PYTHON ?= python3
BIN := .venv/bin
ENGINE ?= 28
ARGS ?=
# one worker a processor, and never less than four: each Engine's tests run in order in one, and mostly wait
WORKERS ?= $(shell n=$$(nproc); [ $$n -gt 4 ] || n=4; [ $$n -lt 8 ] || n=8; echo $$n)
# Wharf is started hundreds of times, and its files are compiled for each start where nobody keeps that
BYTECODE := PYTHONDONTWRITEBYTECODE=
# when they cannot be had, the tests that need an Engine, ssh or certificates fail by themselves, and only those
LIVE := { command -v debootstrap && command -v ssh && command -v openssl; } >/dev/null || \
	.ci/need debootstrap openssh-client openssl || true

.DEFAULT_GOAL := help
.PHONY: help install run test lint bench screenshots steady engine clean

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 14

install: .venv/installed ## make .venv and put Wharf into it

# a venv without pip is what Debian leaves behind when its venv module is not installed
$(BIN)/pip:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/need python3-venv
	@$(PYTHON) -m venv --clear .venv

.venv/installed: pyproject.toml | $(BIN)/pip
	@$(BIN)/pip install -qq --disable-pip-version-check --editable .
	@touch $@

.venv/installed-dev: pyproject.toml .venv/installed
	@$(BIN)/pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $@

run: install ## start Wharf
	@$(BIN)/wharf $(ARGS)

test: .venv/installed-dev ## run every test, on real Engines too
	@$(LIVE)
	@$(BYTECODE) $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

lint: .venv/installed-dev ## style, types and import walls
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: .venv/installed-dev ## measure on real Engines, and print the figures
	@$(LIVE)
	@$(BIN)/python -m tests.bench $(ARGS)

screenshots: .venv/installed-dev ## make the pictures in screenshots/ anew
	@$(BIN)/python -m tests.screenshots $(ARGS)

# each run is a process of its own, with another order of sets; all must show what is kept
steady: .venv/installed-dev ## draw every snapshot and picture 20 times, alone and beside others: all alike
	@for run in $$(seq 20); do \
		for beside in 0 4; do \
			echo "run $$run, -n $$beside"; \
			PYTHONHASHSEED=$$run $(BIN)/python -m pytest -q -n $$beside tests/snapshots || exit 1; \
		done; \
	done

engine: .venv/installed-dev ## start a private Engine and print its DOCKER_HOST
	@$(LIVE)
	@$(BIN)/python -m tests.live.engine $(ENGINE)

clean: ## remove what was made here; the tests' Debian trees stay in their cache
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@rm -f snapshot_report.html
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
