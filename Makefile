# Two commands do everything on a machine with Python 3.11, 3.12 or 3.13 and make:
#   make run    installs into .venv and runs the pipeline
#   make test   installs what the tests need as well, and runs them
# Also: test-quick (about a minute), test-machines (the tests as other machines would run them).

CANDIDATES = $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
FITS = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
BIN = .venv/bin
PIP = $(BIN)/python -m pip install -q --disable-pip-version-check

# The virtual environment holds absolute paths: in a folder that was moved or copied, it runs the code of the old one.
BUILT_IN := $(shell sed -n '1s|^\#!\(.*\)/\.venv/bin/python.*|\1|p' $(BIN)/digits 2>/dev/null)
ifneq ($(BUILT_IN),)
ifneq ($(realpath $(BUILT_IN)),$(realpath .))
$(error this folder was moved or copied, and its .venv belongs to $(BUILT_IN): rm -r .venv, and make again installs one here)
endif
endif

# Without a bytecode cache, each of the thousand commands that the tests start would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-quick test-machines check audit install lock bench-train bench-score bench-run test-bundle starter flink-up flink-down

run: install
	@echo "Reading works already, with the model that comes with digits: $(BIN)/digits predict PICTURE"
	$(BIN)/digits run

# One worker more than processors; lists the slowest tests at the end.
test: .venv/installed-dev
	$(BIN)/python -m pytest -n auto --durations 10 --durations-min 1

test-quick: .venv/installed-dev
	$(BIN)/python -m pytest -n auto --only quick --durations 5 --durations-min 1

# Takes hours. ONLY="AVX2 one-processor" selects settings, WEIGHTS=--weights the tests that start TensorFlow.
test-machines: .venv/installed-dev
	$(BIN)/python -m tests.machines --record $(WEIGHTS) $(ONLY)

check: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/basedpyright

# Asks the advisory database about each locked package; installs pip-audit in an environment of its own (60 MB).
audit: .venv/installed artifacts/audit/installed
	$(BIN)/python .ci/audit.py artifacts/audit/bin/pip-audit requirements.lock requirements-dev.lock

artifacts/audit/installed:
	$(BIN)/python -m venv --clear artifacts/audit
	artifacts/audit/bin/python -m pip install -q --disable-pip-version-check pip-audit==2.10.1
	@touch $@

# Needs MNIST_FILES and half an hour; resumes if interrupted.
bench-train: .venv/installed-dev
	$(BIN)/python -m tests.benchmarks.training.recipes artifacts/bench

# Needs MNIST_FILES and a quarter of an hour; PEERS names a folder with onnxruntime (see the script).
bench-score: .venv/installed-dev
	$(BIN)/python -m tests.benchmarks.scoring.score artifacts/bench-score --model . --memory

# Times a cached run against Luigi, Kedro and DVC, which are installed in a separate environment (210 MB).
bench-run: .venv/installed-dev artifacts/peers/installed
	$(BIN)/python -m tests.benchmarks.commands.run_peers artifacts/peers/bin/python

artifacts/peers/installed:
	$(BIN)/python -m venv --clear artifacts/peers
	artifacts/peers/bin/python -m pip install --disable-pip-version-check luigi==3.8.1 kedro==1.7.0 dvc==3.67.1
	@touch $@

# Rebuilds the model that the tests use: read tests/sealed/README.md first.
test-bundle: .venv/installed-dev
	$(BIN)/python -m tests.sealed.make

# Trains the starter model that is shipped; needs MNIST_FILES: read tests/starter/make.py first.
starter: .venv/installed-dev
	$(BIN)/python -m tests.starter.make

# A local Flink cluster for `digits score --engine beam`; needs Java 11 or 17 and Maven.
flink-up: .venv/installed-dev
	$(BIN)/python -m tests.distributed.flink up

flink-down:
	$(BIN)/python -m tests.distributed.flink down

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@for python in $(CANDIDATES); do \
	  if $$python -c '$(FITS)' 2>/dev/null; then \
	    echo "using $$($$python --version) ($$python); about 3 GB go into .venv"; \
	    $$python -m venv --clear .venv && exit 0; exit 1; \
	  fi; \
	done; \
	echo "digits needs Python 3.11, 3.12 or 3.13 (TensorFlow has none for others): found $$(python3 --version 2>&1)." >&2; \
	echo "Install one of them, or name it: make PYTHON=/path/to/python3.12" >&2; \
	exit 1
	@$(BIN)/python .ci/install.py requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	@$(BIN)/python .ci/install.py requirements-dev.lock
	@touch $@

# Needs uv. The lock files contain hashes and no index URL.
LOCK = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q
lock:
	$(LOCK) --group build -o requirements.lock
	$(LOCK) --group build --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/python -m tests.pipeline.packaging.locked
