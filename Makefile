# Two commands do all the set-up on a machine with Python 3.11+: make demo, and make test.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
NEEDED := import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11")

.PHONY: demo test lint screens bench soak clean

demo: $(VENV)/run
	$(BIN)/python examples/demo.py

test: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	tests/install_mariadb.sh
	$(BIN)/python -m pytest

lint: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy

screens: $(VENV)/dev
	$(BIN)/python docs/screens.py

bench: $(VENV)/dev
	$(BIN)/python -m bench

$(VENV)/run: requirements.txt
	@$(PYTHON) -c '$(NEEDED)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/dev: requirements.txt requirements-voice.txt requirements-dev.txt
	@$(PYTHON) -c '$(NEEDED)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
