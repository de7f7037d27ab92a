# Needs Python 3.11 or newer, and nothing else; node, if it is there, runs two more linters.

PYTHON ?= python3
ARGS ?=

VENV := .venv
OLDEST := .venv-oldest
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
NODE := tests/node
NODE_MODULES := $(NODE)/node_modules/.package-lock.json

export REDOCLY_TELEMETRY = off
export REDOCLY_SUPPRESS_UPDATE_NOTICE = true

.DELETE_ON_ERROR:
.PHONY: help serve quick test test-oldest check check-contract examples mutants drift clean

help:
	@echo 'make serve        run the mock on http://127.0.0.1:4010; ARGS="--port 0" is passed on'
	@echo 'make quick        run the tests but for the slow ones; at most a minute on two cores: run it while you work'
	@echo 'make test         run all tests; some minutes; ARGS="-k paging" is passed on: run it before you commit'
	@echo 'make test-oldest  run the tests that use dependencies, with the oldest versions that are allowed; needs Python 3.11'
	@echo 'make check        run linters and type checkers, check the contract and the generated pages'
	@echo 'make examples     run the example project against the built wheel, in a new environment; a minute or two'
	@echo 'make mutants      find changes to the providers that no behaviour notices; some minutes'
	@echo 'make drift        find differences of a service that no behaviour notices'
	@echo 'make clean        remove everything that the others made'

serve: $(VENV)/serves
	$(BIN)/mockserver serve $(ARGS)

# With worksteal, a worker runs neighbours in a row: what a module caches is made twice, not for every test.
PYTEST := -m pytest --numprocesses auto --dist worksteal

# What is slow as a whole is not even imported.
quick: $(VENV)/develops
	$(BIN)/python $(PYTEST) -m "not slow" --ignore tests/properties --ignore tests/examples $(ARGS)

test: $(VENV)/develops
	$(BIN)/python $(PYTEST) $(ARGS)

# Each of these is there for a dependency: contract for jsonschema-rs, msgspec and PyYAML, http for uvicorn and httptools,
# control for Starlette, client and verify for httpx, cli for click, pytest_plugin for pytest. What is left out uses
# msgspec alone, and in the same way; and interception needs httpx2, which excludes what goes with the oldest versions.
OLDEST_TESTS := contract http control client verify cli pytest_plugin test_documents.py test_notation.py test_pipeline.py
OLDEST_ARGS := $(addprefix tests/,$(OLDEST_TESTS)) --ignore tests/client/test_interception.py

test-oldest: $(OLDEST)/made
	$(OLDEST)/bin/python $(PYTEST) -m "not slow" $(OLDEST_ARGS) $(ARGS)

# What must hold beside the tests; a check of more is one more line.
check: $(VENV)/develops check-contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd examples/consumer && $(CURDIR)/$(BIN)/mypy --cache-dir $(CURDIR)/.mypy_cache/consumer
	$(BIN)/python -m tests.house.generate --check
	$(BIN)/openapi-spec-validator openapi.yaml

# What a repository of somebody else's would see: the wheel, installed with its extras in an environment of its own.
examples: $(VENV)/develops
	MOCKSERVER_EXAMPLES=wheel $(BIN)/python -m pytest tests/examples $(ARGS)

# ARGS="-v spoonity/filters.py" runs those of one module, and says of each mutant what notices it.
mutants: $(VENV)/develops
	$(BIN)/python -m tests.mutation $(ARGS)

drift: $(VENV)/develops
	$(BIN)/python -m tests.drift

check-contract:
	@if command -v npm >/dev/null; then \
		$(MAKE) --silent $(NODE_MODULES) && npm run --silent --prefix $(NODE) lint; \
	elif [ "$$CI" = true ]; then \
		echo 'check: npm is not installed, and CI lints the contract with redocly and spectral' >&2; exit 1; \
	else \
		echo 'check: npm is not installed, so redocly and spectral are left out'; \
	fi

clean:
	rm -rf $(VENV) $(OLDEST) build dist report .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf $(NODE)/node_modules $(NODE)/build $(NODE)/api.d.ts
	find mockserver tests benchmarks examples -name __pycache__ -type d -exec rm -rf {} +

# The environment: what serving needs, then what developing needs, again whenever one of the two files changes. The pip
# that comes with Python 3.11 knows no dependency groups, so pip comes first.
$(VENV)/serves: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --constraint constraints.txt --upgrade pip
	$(PIP) install --constraint constraints.txt --build-constraint constraints.txt --editable .
	@touch $@

$(VENV)/develops: $(VENV)/serves
	$(PIP) install --constraint constraints.txt --group dev
	@touch $@

$(OLDEST)/made: pyproject.toml constraints-oldest.txt
	@command -v python3.11 >/dev/null || { echo 'test-oldest: needs python3.11, for which the oldest versions were built' >&2; exit 1; }
	python3.11 -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt --upgrade pip
	$(OLDEST)/bin/python -m pip --quiet install --constraint constraints-oldest.txt --build-constraint constraints.txt \
		--editable '.[fast,pytest,verify]' --group oldest
	@touch $@

$(NODE_MODULES): $(NODE)/package.json
	npm install --prefix $(NODE) --ignore-scripts --no-audit --no-fund --no-package-lock
	@touch $@
