# Each target works as the only command on a machine with Python 3.11 (with venv) and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test check bench lock clean

help: ## what each target does
	@sed -n 's/^\([a-z]*\):.* ## /make \1	/p' Makefile

demo: $(READY) ## a broker on its whole road: two declarations, agencies played, replies shown
	@$(BIN)/python -m broker.demo

test: $(READY) ## every test
	$(BIN)/python -m pytest -n auto

check: $(READY) ## format, lint, types, house rules, the configuration
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_house_rules.py tests/test_house_project.py
	$(BIN)/swb check

bench: $(READY) ## every figure beside its floor, ratios first
	@$(BIN)/python tests/performance/bench.py

lock: $(READY) ## requirements.lock anew from pyproject.toml
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/python -m pip install --quiet pip-tools
	.venv/lock/bin/pip-compile --quiet --extra dev --generate-hashes --strip-extras \
		--allow-unsafe --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host \
		--no-emit-options --output-file requirements.lock pyproject.toml

clean: ## everything that was made here, but no data
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis .pytest_cache build dist

# The environment, made once and again when the lock or the project's own description changes.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation -e .
	touch $(READY)
