# Each target works as the only command on a machine with Python 3.11 (with venv) and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready

# Every process would compile the program anew, and a start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-servers check bench attack bench-cluster soak fuzz env lock clean schemas \
	deliveries reference

help: ## what each target does
	@sed -n 's/^\([a-z-]*\):.* ## /make \1	/p' Makefile

demo: $(READY) ## a broker on its whole road: two declarations, agencies played, replies shown
	@$(BIN)/python -m broker.demo

# The tests of a file share what is expensive: one worker runs them, the longest files first.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test: $(READY) ## every test that needs no server
	$(PYTEST) -m "not servers and not long"

test-servers: $(READY) ## the tests on Kafka and PostgreSQL, and the long stories
	$(PYTEST) -m "servers or long"

check: $(READY) ## format, lint, types, house rules, the configuration
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_house_rules.py tests/test_house_project.py
	$(BIN)/swb check

bench: $(READY) ## every figure beside its floor, ratios first
	@$(BIN)/python tests/performance/bench.py

attack: $(READY) ## what hostile files of one sender cost all others
	@$(BIN)/python -m tests.performance.attack

bench-cluster: $(READY) ## the same on a real Kafka and PostgreSQL, and what stands still
	@$(BIN)/python -m tests.performance.cluster_bench

MINUTES ?= $(or $(SWB_SOAK_MINUTES),60)

soak: $(READY) ## the fault stories on a real cluster by growing seed; MINUTES=60
	@SWB_SOAK_MINUTES=$(MINUTES) $(BIN)/python -m tests.cluster.soak

fuzz: $(READY) ## any bytes to every adapter, with new seeds; MINUTES=60
	@SWB_FUZZ_MINUTES=$(MINUTES) $(BIN)/python -m tests.fuzz.longer

# Kafka's cluster id is 16 random bytes, written as the passwords are. The folder of the passwords
# is closed and each file in it open: who reads it in a container is nobody here.
DRAW := $(PYTHON) -c 'import secrets, sys; print(secrets.token_urlsafe(int(sys.argv[1])), end="")'

env: ## .env and .secrets/ for docker compose, all drawn; never overwrites
	@if test -e .env || test -e .secrets; then \
		echo "make env: .env or .secrets is there, and is not overwritten" >&2; exit 1; fi
	@set -eu; umask 077; mkdir .secrets; \
	for name in kafka_nodes kafka postgres database; do \
		$(DRAW) 32 > .secrets/$${name}_password; done; \
	chmod 444 .secrets/*; \
	id=$$($(DRAW) 16); \
	printf 'KAFKA_CLUSTER_ID=%s\nSECRETS_FOLDER=./.secrets\n' "$$id" > .env

schemas: $(READY) ## a new version of each agency schema that the models changed
	@$(BIN)/python -m broker.delivery.schemas

deliveries: $(READY) ## the table of types of deliveries in README.md, from the packages
	@$(BIN)/python -m broker.documentation.readme

reference: $(READY) ## REFERENCE.md from the code
	@$(BIN)/python -m tests.documentation.reference

lock: $(READY) ## requirements.lock anew from pyproject.toml
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/python -m pip install --quiet pip-tools
	.venv/lock/bin/pip-compile --quiet --extra dev --generate-hashes --strip-extras \
		--allow-unsafe --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host \
		--no-emit-options --output-file requirements.lock pyproject.toml

clean: ## everything that was made here, but no data
	rm -rf .venv .cache .mypy_cache .ruff_cache .hypothesis .pytest_cache build dist

# The environment, made once and again when the lock or the project's own description changes.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation -e .
	touch $(READY)
