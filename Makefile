# Two commands do all the set-up on a machine with Python 3.11+: make demo, and make test.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
NEEDED := import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11")

.PHONY: demo test lint manual screens bench load lock audit soak clean

demo: $(VENV)/run
	$(BIN)/python examples/demo.py

test: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	tests/install_tools.sh
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

lint: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy

manual: $(VENV)/dev
	$(BIN)/python docs/manual.py

screens: $(VENV)/dev
	$(BIN)/python docs/screens.py

bench: $(VENV)/dev
	$(BIN)/python -m bench
	$(BIN)/python -m bench.files
	$(BIN)/python -m bench.search

load: $(VENV)/dev
	$(BIN)/python -m bench.registry_load

MINUTES ?= 10
soak: $(VENV)/dev
	tests/install_tools.sh
	$(BIN)/python -m tests.soak $(MINUTES)

# After a change to one of the requirements: every package that comes along, with its hashes.
COMPILE := $(VENV)/tools/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-options

lock: $(VENV)/tools
	$(COMPILE) --output-file requirements.lock requirements.txt
	$(COMPILE) --output-file requirements-export.lock requirements-export.txt
	$(COMPILE) --output-file requirements-dev.lock requirements-dev.txt

audit: $(VENV)/tools
	$(VENV)/tools/bin/python docs/audit.py

$(VENV)/made:  # once, by one Python, whatever the next one to call make has in its PATH
	@$(PYTHON) -c '$(NEEDED)'
	$(PYTHON) -m venv --clear $(VENV)
	touch $@

$(VENV)/run: requirements.lock $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

$(VENV)/tools: $(VENV)/made
	$(PYTHON) -m venv $(VENV)/tools
	$(VENV)/tools/bin/python -m pip install --quiet --disable-pip-version-check pip-tools==7.6.2 pip-audit==2.10.1

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
