# One command each: every target makes its own environment in .venv and installs what it needs, with hashes.
.DEFAULT_GOAL := help
.PHONY: help demo test prove lint types imports docs docs-check lock clean chromium

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv
LOCK := $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes
NAMED := --custom-compile-command "make lock"
export PYTHONDONTWRITEBYTECODE =
REPORT ?= rootwarden-report.html

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

# A fresh Debian has python3 without venv; as root we install it, otherwise the error names the package.
$(BIN)/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } || { echo "install python3-venv first: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# What the program and its lab need; enough for `make demo`.
$(VENV)/.lab: requirements/lab.txt pyproject.toml $(BIN)/uv
	@if [ -e $(VENV)/.dev ]; then :; else $(UV) pip sync --quiet requirements/lab.txt; fi
	$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Everything that tests, lint and types need.
$(VENV)/.dev: requirements/dev.txt pyproject.toml $(BIN)/uv
	$(UV) pip sync --quiet requirements/dev.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.lab

# Tests open the HTML report in a real browser.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || { echo "install chromium first: apt-get install chromium" >&2; exit 1; }

demo: $(VENV)/.lab ## start an embedded AWS, audit an organization, write the HTML report; mend another and undo it
	@$(BIN)/rootwarden demo --output table --output html=$(REPORT); code=$$?; [ $$code = 0 ] || [ $$code = 3 ]
	@$(BIN)/rootwarden demo --fix --quiet

test: $(VENV)/.dev chromium ## the quick test suite
	$(BIN)/python -m pytest

prove: $(VENV)/.dev chromium ## show every claim with figures, written to docs/proofs/
	$(BIN)/python tests/shown/run.py

lint: $(VENV)/.dev ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy --strict
	$(BIN)/mypy

imports: $(VENV)/.dev ## the import contract
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

docs: $(VENV)/.dev ## write the generated pages and templates again
	$(BIN)/python docs/generate.py
	$(BIN)/python deploy/generate.py

docs-check: $(VENV)/.dev ## fail when a generated page or template is out of date
	$(BIN)/python docs/generate.py --check
	$(BIN)/python deploy/generate.py --check

# The image gets what the tests ran with; its locks carry no header, so that they change only when a package does.
lock: $(BIN)/uv ## resolve the dependencies again, those of the image too
	$(LOCK) $(NAMED) pyproject.toml --extra lab --group build -o requirements/lab.txt
	$(LOCK) $(NAMED) -c requirements/lab.txt pyproject.toml --extra lab --extra postgres --extra age --group dev -o requirements/dev.txt
	echo uv | $(LOCK) $(NAMED) - -o requirements/uv.txt
	$(LOCK) --no-header -c requirements/dev.txt pyproject.toml --extra postgres -o deploy/requirements/run.txt
	$(LOCK) --no-header -c requirements/dev.txt --group build -o deploy/requirements/build.txt

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
