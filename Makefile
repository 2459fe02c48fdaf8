# `make` alone lists what one needs, a dozen at most: targets with ## behind them. Others have a line of why.
.DEFAULT_GOAL := help
BIN := .venv/bin
# Bytecode that is kept halves the time of a start.
unexport PYTHONDONTWRITEBYTECODE

# The stories of one file stay together, long files first; how many processes there are says tests/order.py.
# A story that stands still for five minutes says where, and fails: it does not keep everybody waiting.
SHARED = -n auto --dist loadfile --no-loadscope-reorder --durations=12 \
	-o faulthandler_timeout=300 -o faulthandler_exit_on_timeout=true

.PHONY: help run test check types stories bench bench-triage faults lock format messages tables vectors screenshots clean

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/installed ## install, then run everything with the demo town on http://127.0.0.1:8137/
	@$(BIN)/python -m tools.messages compile
	@$(BIN)/vefa up --demo --home .vefa

test: .venv/installed ## run the tests
	@$(BIN)/python -m tools.messages compile
	$(BIN)/python -m pytest $(SHARED)

check: .venv/installed ## everything that must hold before a change is taken
	@$(BIN)/python -m tools.messages compile
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/python -m tools.templates check
	$(BIN)/djlint --quiet --lint vefa
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory --jobs=2 types stories

# Beside each other: the types take a minute of one core, and the stories wait for something now and then.
types:
	$(BIN)/mypy

stories:
	$(BIN)/python -m pytest $(SHARED)

bench: .venv/installed ## measure speed and memory; results go to benchmarks/results
	@$(BIN)/python -m tools.messages compile
	$(BIN)/python -m benchmarks

bench-triage: .venv/installed ## measure how well messages are understood, with intervals
	@$(BIN)/python -m tools.messages compile
	$(BIN)/python -m benchmarks.bench_triage

faults: .venv/installed ## kill processes under load at full length, some 45 minutes
	@$(BIN)/python -m tools.messages compile
	VEFA_FAULTS=whole $(BIN)/python -m pytest tests/faults

lock: ## choose versions anew and write requirements.txt (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.12 --generate-hashes --group dev \
		--no-emit-index-url --no-header --no-annotate --upgrade --quiet --output-file requirements.txt

format: .venv/installed ## format Python and templates
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format .
	$(BIN)/python -m tools.templates

messages: .venv/installed ## bring the catalogues of all languages up to date
	$(BIN)/python -m tools.messages update
	$(BIN)/python -m tools.messages compile

tables: .venv/installed ## write down what the migrations do, for new installations
	$(BIN)/python -m tools.tables

# Bring the vectors of the demo town's examples up to date: needed by who changes these (docs/triage.md).
vectors: .venv/installed
	$(BIN)/python -m tools.vectors

screenshots: .venv/installed ## take the pictures of the documentation anew (needs Chromium)
	@$(BIN)/python -m tools.messages compile
	$(BIN)/python -m tools.pictures

clean: ## remove what was installed, built and cached; the home .vefa stays
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find vefa tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

.venv/installed: requirements.txt pyproject.toml tools/install tools/find-python
	@tools/install
