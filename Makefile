# Everything one can do here. Every target makes the environment it needs in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OLD := .venv-duckdb15
VALIDATOR := .venv-focus
PYTHON312 ?= python3.12
LINES ?= 5000000

# Tests start many programs: each would compile the package again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo aws test check lint types layers bench lambda release soak duckdb15 ministack focus lock clean

help: ## list what one can do
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## generate an organisation's bills, allocate and prove them
	@test ! -e .demo || { echo ".demo is there already: look at it, or remove it first with rm -r .demo"; exit 2; }
	$(BIN)/apportion demo .demo --running-month
	@echo "The program is in $(BIN): . $(BIN)/activate puts it on your path."

aws: $(READY) ## a whole life in AWS, against emulators on this machine
	$(BIN)/python examples/whole_life.py

test: $(READY) ## run all tests
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict
	$(BIN)/mypy

layers: $(READY) ## imports point one way
	$(BIN)/lint-imports

check: lint types layers test ## all that CI does

bench: $(READY) ## measure speed and memory; LINES=20000000 for the large one
	$(BIN)/python bench/commands.py
	$(BIN)/python bench/bench.py --lines $(LINES)

lambda: $(READY) ## build the functions' zips in dist/lambda, the same bytes every time
	$(BIN)/python release/lambda_zip.py

release: $(READY) ## build and check all files of a release in dist/release; TAG=v0.1.0 checks the tag, too
	$(BIN)/python release/build.py $(if $(TAG),--tag $(TAG))

soak: $(READY) ## the slow tests: thousands of crashes, corrupted files and examples of each property
	APPORTION_SOAK=1 $(BIN)/python -m pytest -n 2 --dist worksteal -q -o faulthandler_timeout=14400 -m hypothesis tests/unit tests/stories
	APPORTION_SOAK=1 $(BIN)/python -m pytest -n 2 --dist worksteal -q -o faulthandler_timeout=14400 tests/soak tests/crash/test_crash.py tests/crash/test_ledger_crash.py tests/unit/app/test_s3_ledger.py tests/unit/usecases/retention/test_expire.py tests/unit/usecases/runs/test_repair.py tests/stories/test_dashboard_access.py tests/stories/test_dashboard_browser.py tests/unit/web/test_api.py tests/unit/web/test_site.py

$(OLD)/.ready: $(READY)
	$(PYTHON) -m venv $(OLD)
	$(OLD)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps 'duckdb>=1.5,<1.6'
	$(BIN)/python -c "import site; print(site.getsitepackages()[0])" > $$($(OLD)/bin/python -c "import site; print(site.getsitepackages()[0])")/zz_apportion.pth
	@touch $@

duckdb15: $(OLD)/.ready ## the golden stories on DuckDB 1.5, and both versions at one ledger
	APPORTION_DUCKDB_15=$(CURDIR)/$(OLD)/bin/python $(BIN)/python -m pytest -q tests/stories/test_duckdb_versions.py

$(VALIDATOR)/.ready:
	$(PYTHON312) -m venv $(VALIDATOR)
	$(VALIDATOR)/bin/python -m pip install --quiet --disable-pip-version-check 'focus-validator==2.1.0' 'pyarrow<20' 'numpy<2'
	@touch $@

focus: $(READY) $(VALIDATOR)/.ready ## the official FOCUS validator before what we write; needs Python 3.12
	rm -rf .demo-focus
	$(BIN)/apportion --quiet demo .demo-focus
	cd .demo-focus && ../$(BIN)/apportion --quiet focus --version 1.2 --to focus --output json > /dev/null
	APPORTION_FOCUS_VALIDATOR=$(CURDIR)/$(VALIDATOR)/bin/focus-validator APPORTION_FOCUS_SAMPLE=$(CURDIR)/.demo-focus/focus $(BIN)/python -m pytest -q tests/stories/test_focus_validator.py

ministack: ## install the emulator that generated policies are compared with
	$(PYTHON) -m venv .venv-ministack
	.venv-ministack/bin/python -m pip install --quiet --disable-pip-version-check 'ministack>=1.5,<2' boto3

lock: ## lock the newest dependencies with hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group dev --all-extras pyproject.toml -o requirements.lock

clean: ## remove what was made here
	rm -rf $(VENV) $(OLD) .venv-ministack .cache $(VALIDATOR) .demo .demo-focus build dist
