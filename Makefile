# `make demo` and `make test` are all a newcomer needs: each makes .venv by itself, and again when a dependency changed.
.DEFAULT_GOAL := help
.PHONY: help demo test lint types check bench docs mutants lock wheel screens clean

# What to hand to pytest or to a benchmark: make test ARGS="-k bounce"
ARGS ?=
PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
PIP := .venv/bin/python -m pip --disable-pip-version-check --quiet
READY := .venv/.installed

help:  ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: $(READY)  ## one day on pretended platforms, without network or settings
	@.venv/bin/casehub demo

test: $(READY)  ## run the tests; ARGS="-k words" chooses some
	@.venv/bin/pytest $(ARGS)

lint: $(READY)  ## look for mistakes and for unformatted files
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check

types: $(READY)  ## check the types
	@.venv/bin/mypy

check: lint types test  ## everything a change must pass

bench: $(READY)  ## measure the start, the clocks, each kind of sync and deliveries against their floors
	@.venv/bin/python -m benchmarks.startup
	@.venv/bin/python -m benchmarks.worktime
	@.venv/bin/python -m benchmarks.clocks
	@.venv/bin/python -m benchmarks.api_sync
	@.venv/bin/python -m benchmarks.delivery
	@.venv/bin/python -m benchmarks.mail_sync $(ARGS)

wheel: $(READY)  ## build the wheel into dist/
	@rm -rf dist
	@$(PIP) wheel --no-deps --wheel-dir dist .

docs: $(READY)  ## write docs/reference.md, docs/openapi.json and the operations in docs/api.md anew from the code
	@.venv/bin/python docs/make_reference.py
	@.venv/bin/python docs/make_openapi.py

screens: $(READY)  ## take the pictures of docs/screens anew; needs Chromium
	@.venv/bin/python docs/make_screens.py

mutants: $(READY)  ## put mistakes into the clocks on purpose: each must be noticed by a test
	@.venv/bin/python -m tests.mutants $(ARGS)

lock:  ## renew requirements.lock with the newest versions pyproject.toml allows
	@$(require_python)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && "$(PYTHON)" -m venv "$$folder" && \
	"$$folder/bin/python" -m pip --disable-pip-version-check --quiet install -e '.[test,keyring,notify,web]' && \
	"$$folder/bin/python" -m pip freeze --exclude-editable > "$$folder/lock" && cp "$$folder/lock" requirements.lock

clean:  ## remove everything that can be made again
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A .venv whose Python is gone, or that was begun and not finished, is made anew.
$(READY): pyproject.toml requirements.lock
	@$(require_python)
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || { rm -rf .venv; "$(PYTHON)" -m venv .venv; }
	@echo "Installing casehub into .venv ..."
	@$(PIP) install -c requirements.lock -e '.[test,keyring,notify,web]'
	@touch $@

require_python = "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "casehub needs Python 3.11 or newer. Say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
