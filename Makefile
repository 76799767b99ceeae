# make plan    set up, solve the main scenario, print the plan
# make test    set up, run the tests
# make check   set up, formatting, lint, types
# make interop load our exports in PyPSA, pyam and Frictionless, in an environment of their own
# make bench   measure us beside HiGHS, linopy, Pyomo rules, PyPSA and oemof; make bench-decide until every
#              target is decided, make bench-full without limits
# make reproduce  solve the shipped factories anew and compare with results/
# make soak    random trials of the planner for as long as is asked: make soak MINUTES=30 SEED=2 (docs/reliability.md)
# make clean   remove what make has set up
#
# Needs Python 3.11 or later with venv (Debian: python3-venv). PYTHON=... names another one.

PYTHON ?= $(firstword $(foreach name,python3 python3.11 python3.12 python3.13 python3.14,\
            $(shell $(name) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
CASE := textile-suzhou
BIN := .venv/bin
MINUTES := 0
SEED := 1
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt

.PHONY: plan test check interop bench bench-decide bench-full reproduce soak clean

PEERS := raw linopy pyomo pypsa oemof

plan: .venv/plan.stamp
	$(BIN)/plan solve scenarios/$(CASE)/scenario.toml

test: .venv/dev.stamp
	$(BIN)/python -m pytest

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

interop: .venv/dev.stamp .venv-interop/stamp
	PLAN=$(CURDIR)/$(BIN)/plan .venv-interop/bin/python -m pytest interop

bench: .venv/plan.stamp $(PEERS:%=.venv-bench-%/stamp)
	$(BIN)/python -m benchmarks.run

bench-decide: .venv/plan.stamp $(PEERS:%=.venv-bench-%/stamp)
	$(BIN)/python -m benchmarks.run --decide

bench-full: .venv/plan.stamp $(PEERS:%=.venv-bench-%/stamp)
	$(BIN)/python -m benchmarks.run --full

reproduce: .venv/plan.stamp
	$(BIN)/python -m benchmarks.reproduce

soak: .venv/dev.stamp
	$(BIN)/python -m tests.soak --minutes $(MINUTES) --seed $(SEED)

clean:
	rm -rf .venv .venv-interop .venv-bench-* .mypy_cache .ruff_cache .pytest_cache .hypothesis soak-failures

.venv/python.stamp:
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or later with venv was found (Debian: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv-interop/stamp: .venv/python.stamp interop/requirements.txt
	$(BIN)/python -m venv --clear .venv-interop
	.venv-interop/bin/python -m pip install --disable-pip-version-check --quiet -r interop/requirements.txt
	@touch $@

.venv-bench-%/stamp: benchmarks/requirements-%.txt .venv/python.stamp
	$(BIN)/python -m venv --clear .venv-bench-$*
	.venv-bench-$*/bin/python -m pip install --disable-pip-version-check --quiet -r $<
	@touch $@

.venv/plan.stamp: .venv/python.stamp pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

.venv/dev.stamp: .venv/plan.stamp
	$(PIP) --editable '.[dev]'
	@touch $@
