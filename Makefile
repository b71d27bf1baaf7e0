# Rushes: two commands matter. `make run` starts it, `make test` proves it.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi

export PYTHONDONTWRITEBYTECODE = 1

.PHONY: help run test test-fast check bench torture texts screenshots

KEYWORDS = -k say -k later -k plural:2,3 -k by_count:1,2

help: ## Say what each command does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: $(VENV)/ready ## Start web and worker; PORT, HOST and RUSHES_INSTANCE are honoured
	@$(FLASK) models install --within 60 || echo "Going on without: recordings get no transcript until a model is here."
	@exec $(FLASK) start

test: $(VENV)/ready-dev $(VENV)/speech ## All tests; databases and browser where their programs are installed
	$(BIN)/python -m pytest -n auto --dist loadfile

test-fast: $(VENV)/ready-dev ## No servers, no browser, nothing slow
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not server and not browser" -q

check: $(VENV)/ready-dev ## Format, lint, types, contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/ready-dev $(VENV)/speech ## Timings: the data core, pages and pieces, processing; RUSHES_BENCH chooses
	$(BIN)/python -m tests.bench

torture: $(VENV)/ready-dev ## The large numbers: power cuts, failing disks, kills, steps, writers, queries
	$(BIN)/python -m tests.torture

texts: $(VENV)/ready-dev ## Remake the catalogue of texts for translators
	$(BIN)/pybabel -q extract -F pyproject.toml $(KEYWORDS) --ignore-dirs ".*" --omit-header --no-location --sort-output -o app/core/rushes.pot .

screenshots: $(VENV)/ready-dev ## Remake the pictures in docs/
	$(BIN)/python -m tests.screenshots

# Kept beside the packages, so that tests need no network; those that need the model say so where it is not.
$(VENV)/speech: $(VENV)/ready-dev app/processing/models.toml
	@RUSHES_MODELS=$(CURDIR)/$(VENV)/models $(FLASK) models install && touch $@ || echo "Going on without the speech model."

$(VENV)/ready: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/ready-dev: requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $(VENV)/ready $@
