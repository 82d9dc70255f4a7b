# `make demo` and `make test` do all set-up themselves; Python 3.11 or newer is all they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
READY := $(VENV)/.ready
OUT := .out
VOTES := asr-2024-q1
VOTER := 7P2pW7eVhLbJb686ESffN9sbi51JwscgXyhBNEb7d7yz
STAKES := asr-2025-q3
STAKER := 5kTGoxfnr4vB27DG1sqLWeYeVudY3ddsnYV6SqLKpus
WORKERS ?= 2

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Nothing installed elsewhere may answer an import.
unexport PYTHONPATH PYTHONHOME

# A heading, the command as anybody would type it, and what it prints.
define step
@printf '\n== %s\n\n  $$ %s\n' '$(1)' '$(2)'
@$(2)
endef

.PHONY: help demo test lint types unit bench lock clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

demo: $(READY)  ## build, verify and show both fixture rounds: one by votes, one by stakes
	@mkdir -p $(OUT)
	$(call step,Build: from votes to proofs,asr build fixtures/$(VOTES)/round.toml --out $(OUT)/$(VOTES) --force | tail -n 1)
	$(call step,Verify: every root and every proof anew,asr verify $(OUT)/$(VOTES))
	$(call step,Summary: what would be deployed,asr summary $(OUT)/$(VOTES))
	$(call step,Proof: what one wallet hands to the claim program,asr proof $(OUT)/$(VOTES) $(VOTER) --token JUP)
	$(call step,Build: from a quarter of stakes to proofs,asr build fixtures/$(STAKES)/round.toml --out $(OUT)/$(STAKES) --force)
	$(call step,Verify: every root and every proof anew,asr verify $(OUT)/$(STAKES))
	$(call step,Explain: why one wallet gets what it gets,asr explain $(OUT)/$(STAKES) $(STAKER))

test: $(READY) lint types unit  ## lint, types, all tests, branch coverage

lint: $(READY)  ## ruff: rules and format
	ruff check .
	ruff format --check .

types: $(READY)  ## mypy --strict
	mypy

unit: $(READY)
	coverage erase
	coverage run -m pytest -n $(WORKERS)
	coverage combine --quiet
	coverage report

bench: $(READY)  ## measure at real size (smaller: make bench BENCH='--wallets 50000')
	python -m tests.benchmarks --json $(OUT)/bench.json $(BENCH)

# pip-tools writes the lock; it is needed for nothing else, so it lives in a folder of its own.
lock:  ## resolve requirements.lock anew
	$(PYTHON) -m venv $(OUT)/lock
	$(OUT)/lock/bin/pip install --quiet pip-tools
	$(OUT)/lock/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
		--extra dev --no-header --no-emit-options --output-file requirements.lock pyproject.toml

clean:  ## remove everything that make created
	rm -rf $(VENV) $(OUT) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* build dist
	find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@test -n '$(PYTHON)' || { echo 'make: Python 3.11 or newer is needed (or name one: make PYTHON=...)' >&2; exit 1; }
	@echo 'Setting up $(VENV) (once)'
	@$(PYTHON) -m venv --clear $(VENV)
	@python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
