# Everything a developer runs. `make setup` needs Python 3.11 or later with venv; nothing else is assumed.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: setup test demo check lint types layers agreement oracle docs protos catalog fixtures fixes benchmark fuzz realworld comparison package

$(BIN)/inspect: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

setup: $(BIN)/inspect

# The two commands of the README: set everything up, then run the main job, or the tests.
demo: setup
	@$(BIN)/inspect fixtures/classic/tf2.15.1/my_custom_layer.keras --against fixtures/locks/tf2.15.1.txt || test $$? -eq 1

test: setup
	$(BIN)/python -m pytest

check: lint types layers test

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

# Replays every recorded load (minutes) and prints the shares that agree.
agreement: setup
	$(BIN)/python tests/agreement.py

# Records what real releases do with real models: needs uv, hours, and disk for three environments at a time. It may be
# interrupted and goes on where it was; ORACLE names steps (make damage load pack) and options (fixtures/recorded/README.md).
oracle: setup
	$(BIN)/python fixtures/scripts/oracle/run.py $(ORACLE)

# Writes docs/rules.md, the index of what wakes which security rule, and docs/limits.md, from the code itself.
docs: setup
	$(BIN)/python docs/make_rules.py
	$(BIN)/python docs/make_limits.py

# Recreates the FileDescriptorSet from protos/ (needs grpcio-tools).
protos:
	$(PYTHON) protos/compile.py

# Records the public releases that the catalog lacks; needs uv, and minutes for each (docs/recorder.md).
catalog: setup
	$(BIN)/python fixtures/scripts/make_catalog.py
	$(BIN)/python fixtures/scripts/make_keras_catalog.py

# Makes the committed models again with real TensorFlow, and records what real loaders do with them.
fixtures:
	$(PYTHON) fixtures/scripts/make_classic.py

# Hostile variants of real artifacts for every codec, reader and rule: make fuzz RUNS=1000000 (docs/isolation.md). What
# fails is kept in build/fuzz.
RUNS ?= 50000
fuzz: setup
	PYTHONPATH=tests:fixtures $(BIN)/python -m fuzz.run --runs $(RUNS)

# Does for real what printed fixes say, on recorded failing loads: FIXES names the environments (fixtures/scripts/fixes/run.py).
fixes: setup
	$(BIN)/python fixtures/scripts/fixes/run.py $(FIXES)

benchmark: setup
	$(BIN)/python fixtures/scripts/benchmark.py

# Builds the wheel, holds it against the repository, and judges a model with it in an environment of its own.
package: setup
	rm -rf build && $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps -w build/dist .
	$(BIN)/python tests/wheel.py build/dist
	$(PYTHON) -m venv build/venv && build/venv/bin/pip install --quiet --disable-pip-version-check build/dist/*.whl
	cd build && venv/bin/inspect ../fixtures/classic/tf2.15.1/cnn.keras --against ../fixtures/locks/tf2.15.1.txt

# Holds the audit beside other scanners (docs/comparison.md); SCANNERS names their Pythons: --modelscan P --modelaudit P.
comparison: setup
	$(BIN)/python fixtures/scripts/compare_scanners.py $(SCANNERS)

# Downloads public models by package and inspects each.
realworld: setup
	$(BIN)/python fixtures/realworld.py
