# The commands of this project. `make run` and `make test` need Python 3.11+ and make, nothing else.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test test-split check lint types boundaries lock reset environment

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{ printf "%-18s %s\n", $$1, $$2 }'

run: environment ## prepare everything, then serve the shop (ARGS="--port 8001")
	@exec $(BIN)/python manage.py up $(ARGS)

test: environment ## run every test on a throw-away PostgreSQL (ARGS="-k words")
	@exec $(BIN)/python -m seamline.testing $(ARGS)

test-split: environment ## run the shop's tests with orders and payments as processes of their own (ARGS="-k words")
	@exec $(BIN)/python -m seamline.testing --split $(ARGS)

check: lint types boundaries ## everything that is checked without running the tests
	$(BIN)/python manage.py check

lint: environment ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: environment ## mypy, strict
	$(BIN)/mypy seamline contracts modules project manage.py tools

boundaries: environment ## import-linter: who may import whom
	$(BIN)/lint-imports --config importlinter.ini

lock: environment ## renew requirements.lock from pyproject.toml (ARGS="--upgrade")
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock $(ARGS)

reset: environment ## stop the embedded PostgreSQL and delete all its data
	@$(BIN)/python manage.py reset --no-input

# Any Python that is new enough will do; the environment is renewed only when requirements.lock has changed.
environment:
	@for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec "$$python" tools/bootstrap.py; \
		fi; \
	done; \
	echo "error: Python 3.11 or newer is needed and $(PYTHON) is $$($(PYTHON) --version 2>&1 | tail -n 1):" \
		"install it, or name one: make PYTHON=/path/to/python3 ..." >&2; \
	exit 1
