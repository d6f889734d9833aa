# `make` lists the verbs. Everything installs what it needs, once, into .venv and .venvs/.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
ENGINES := .venvs
AIRFLOW := 3.3
AIRFLOWS := 2.10 2.11 3.0 3.1 3.3
EXAMPLE := examples/data_quality/quality.py
PYTEST := $(BIN)/python -m pytest

export FLOWC_METAFLOW_PYTHON ?= $(CURDIR)/$(ENGINES)/metaflow/bin/python
export FLOWC_AIRFLOW_VENV ?= $(CURDIR)/$(ENGINES)/airflow-$(AIRFLOW)

.DEFAULT_GOAL := help
.PHONY: help run setup engines check format lint types imports unit test conformance-airflow conformance-airflow-all golden docs-fix benchmark clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-30s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.base ## install flowc, then check, compile and run an example flow
	@echo "== flowc check $(EXAMPLE)"
	@$(BIN)/flowc check $(EXAMPLE)
	@echo "== flowc compile $(EXAMPLE) --target airflow -o build"
	@$(BIN)/flowc compile $(EXAMPLE) --target airflow -o build
	@echo "== flowc run $(EXAMPLE)"
	@$(BIN)/flowc run $(EXAMPLE)
	@echo
	@echo "Look next at the flow ($(EXAMPLE)), at the file it became (build/airflow/),"
	@echo "at its picture ($(BIN)/flowc graph $(EXAMPLE)), at its runs ($(BIN)/flowc runs $(EXAMPLE)), and at README.md."

setup: $(VENV)/.dev ## install what developers need

engines: $(ENGINES)/metaflow/.installed $(ENGINES)/airflow-$(AIRFLOW)/.installed $(ENGINES)/airflow-2.11/.installed ## install Metaflow and each Airflow in an environment of its own

check: setup ## format, lint, types, imports, unit and golden tests: about a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -q -n 2 -m "not slow and not airflow and not metaflow and not argo"

format: setup ## write formatting and safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: setup ## format and lint, nothing written
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: setup ## mypy --strict
	$(BIN)/mypy

test: setup engines ## every test, real Airflow and Metaflow included
	$(PYTEST) -n 2 -m "not s3 and not stepfunctions and not scheduler and not argo"

conformance-airflow: setup engines ## run flows under the real schedulers of Airflow 3.3 and 2.11 (needs PostgreSQL)
	$(PYTEST) -n 0 tests/conformance/airflow_scheduler

conformance-airflow-all: setup $(AIRFLOWS:%=$(ENGINES)/airflow-%/.installed) ## import every golden's DAG file by Airflow 2.10, 2.11, 3.0, 3.1 and 3.3
	FLOWC_AIRFLOW_VERSIONS="$(AIRFLOWS)" $(PYTEST) -n 0 tests/conformance/airflow/test_imports.py

.PHONY: conformance-s3 conformance-s3-all conformance-stepfunctions conformance-stepfunctions-wide
conformance-s3: setup ## hold the stores against real S3 servers, moto and Ceph, and every fault on the way (needs Ceph)
	$(PYTEST) -n 0 tests/conformance/s3

conformance-s3-all: setup ## the same with every fault and kill in every task by every client, and 1,000 races: about an hour
	FLOWC_ALL_FAULTS=1 FLOWC_RACES=1000 $(PYTEST) -n 0 tests/conformance/s3

.PHONY: conformance-airflow-kubernetes
conformance-airflow-kubernetes: setup engine-argo $(ENGINES)/airflow-3.3/.installed ## run flows under Airflow 3.3, every step a pod of a real Kubernetes (needs root)
	$(PYTEST) -n 0 tests/conformance/airflow_kubernetes

engine-argo: ## build the programs of a real Kubernetes with Argo Workflows, once (Linux, Go; about 10 minutes on two cores)
	@tests/engines/argo/build.sh

conformance-argo: setup engine-argo ## run flows under a real workflow-controller on a real kubelet (needs root)
	$(PYTEST) -n 0 -m "not argo_wide" tests/conformance/argo

conformance-argo-wide: setup engine-argo ## the widest and deepest flows under Argo Workflows: half an hour
	$(PYTEST) -n 0 -m argo_wide tests/conformance/argo

conformance-stepfunctions: setup $(ENGINES)/asl-validator/.installed $(ENGINES)/aws-local-stepfunctions/.installed ## run flows on Step Functions and Batch (moto), each job a real process, artifacts in S3 over HTTP
	$(PYTEST) -n 0 tests/conformance/stepfunctions

conformance-stepfunctions-wide: setup ## run a foreach of 1,000 items over two steps on Step Functions and Batch
	FLOWC_WIDTH=1000 $(PYTEST) -n 0 tests/conformance/stepfunctions/test_wide.py

golden: setup ## write the golden files anew; read the diff before you commit it
	$(PYTEST) -q tests/golden tests/diagnostics tests/unit/airflow/test_pod_form.py --update-goldens

docs-fix: setup ## write what the pages of docs/ show anew; read the diff before you commit it
	$(PYTEST) -q tests/diagnostics/test_pages.py tests/unit/cli/test_targets.py tests/docs --update-goldens

benchmark: setup engines ## print the figures and ratios of benchmarks/, all or BENCHMARKS="task container"
	$(BIN)/python benchmarks/run.py $(BENCHMARKS)

clean: ## remove what make installed and built
	rm -rf $(VENV) $(ENGINES) build .flowc .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or say make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check uv
	$(UV) pip install -q --compile-bytecode --python $(BIN)/python -e '.[dev]'
	@touch $@

$(ENGINES)/aws-local-stepfunctions/.installed: tests/engines/aws_local_stepfunctions/package-lock.json
	mkdir -p $(@D)
	cp tests/engines/aws_local_stepfunctions/package.json $< $(@D)
	npm ci --silent --no-audit --no-fund --prefix $(@D)
	@touch $@

$(ENGINES)/asl-validator/.installed: tests/engines/asl_validator/package-lock.json
	mkdir -p $(@D)
	cp tests/engines/asl_validator/package.json $< $(@D)
	npm ci --silent --no-audit --no-fund --prefix $(@D)
	@touch $@

$(ENGINES)/metaflow/.installed: tests/engines/metaflow/requirements.txt | $(VENV)/.dev
	$(UV) venv -q --clear --python $(BIN)/python $(ENGINES)/metaflow
	$(UV) pip install -q --python $(ENGINES)/metaflow/bin/python -r $<
	@touch $@

$(ENGINES)/airflow-%/.installed: tests/engines/airflow/requirements-%.txt | $(VENV)/.dev
	$(UV) venv -q --clear --python $(BIN)/python $(ENGINES)/airflow-$*
	$(UV) pip install -q --compile-bytecode --python $(ENGINES)/airflow-$*/bin/python -r $<
	@touch $@
