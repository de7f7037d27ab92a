# Needs Python 3.11 or newer, and nothing else; node, if it is there, runs two more linters.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
NODE := tests/node
NODE_MODULES := $(NODE)/node_modules/.package-lock.json

export REDOCLY_TELEMETRY = off
export REDOCLY_SUPPRESS_UPDATE_NOTICE = true

.DELETE_ON_ERROR:
.PHONY: help serve test check check-contract examples mutants drift clean

help:
	@echo 'make serve   the mock on http://127.0.0.1:4010; ARGS="--port 0" is passed on'
	@echo 'make test    the tests; ARGS="-k paging" is passed on'
	@echo 'make check   linters, types, the contract, generated pages'
	@echo 'make examples the example, against the built wheel in a fresh environment; a minute or two'
	@echo 'make mutants the catalogue against the code of the providers, changed in one point at a time; some minutes'
	@echo 'make drift   the catalogue against services that differ from the documents in one point'
	@echo 'make clean   remove all that the others made'

serve: $(VENV)/serves
	$(BIN)/mockserver serve $(ARGS)

test: $(VENV)/develops
	$(BIN)/python -m pytest $(ARGS)

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
	rm -rf $(VENV) build dist report .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
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

$(NODE_MODULES): $(NODE)/package.json
	npm install --prefix $(NODE) --ignore-scripts --no-audit --no-fund --no-package-lock
	@touch $@
