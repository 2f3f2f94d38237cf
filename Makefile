PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
SELDOM := /(tests?|testing|models|sympy|ray|networkx|_inductor|_dynamo|onnx|distributed|ao|pip|setuptools)/

.PHONY: run test pytest explore fuzz soak evaluate evaluate-adapted fast benchmark lint types imports lock clean

$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Rimedio needs Python 3.11: install it, or say where it is with 'make PYTHON=/path/to/python3.11'"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV), the first time: some minutes"
	@# Two processors unpack side by side, the largest first; then what a build of torch needs beside the lock file.
	@$(PIP) --no-deps $$(grep -E '^(pip|setuptools)==' requirements.lock)
	@grep -vE '^(#|$$|pip==|setuptools==)' requirements.lock | sort -r | tr '\n' '\0' | xargs -0 -n 20 -P 2 $(PIP) --no-deps
	@$(PIP) -r requirements.lock
	@# pip would compile with one processor. Some packages bring files for another Python, which stay as they are;
	@# what is hardly ever imported is compiled when it is.
	@$(BIN)/python -m compileall -qq -j 0 -x '$(SELDOM)' $(VENV)/lib || true
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

run: $(VENV)/.installed
	@$(BIN)/rimedio run $(ARGS)

# Tests wait now and then, and the types are checked meanwhile; both are brought to their end.
test: lint imports
	@$(MAKE) --no-print-directory --keep-going --jobs=2 pytest types

# Four workers and some hundred processes import the same modules: compiled once, they are read from then on. Tests are
# compiled by pytest, which puts words into their assertions; all workers would do it at once. A worker that dies is not
# replaced: pytest-xdist 3.8 would wait for ever for what was left of its file.
pytest: export PYTHONDONTWRITEBYTECODE =
pytest: $(VENV)/.installed
	@$(BIN)/python -m compileall -q models nlp responses bot desk rimedio
	@$(BIN)/python -m pytest --collect-only --quiet --quiet $(ARGS) >/dev/null || true
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 $(ARGS)

# A thousand examples nobody has tried yet for each thing that must hold of every input.
explore: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2 --hypothesis-profile=exploring \
		$$(grep -rl --include='test_*.py' 'from hypothesis import' tests/unit | grep -v test_desk_fuzz) $(ARGS)

# Twenty thousand made-up requests against every address of the desk; says how each was answered.
fuzz: $(VENV)/.installed
	FUZZ_REQUESTS=20000 $(BIN)/python -m pytest -s tests/unit/desk/test_desk_fuzz.py $(ARGS)

# Five hundred kills at random moments of a busy evening, on SQLite and on PostgreSQL; about half an hour.
soak: $(VENV)/.installed
	KILLS=500 $(BIN)/python -m pytest -s tests/e2e/test_kills.py $(ARGS)

# Measures the classifier and writes docs/evaluation.md anew; with RIMEDIO_EVAL_DATA=FOLDER on public sets as well.
evaluate: $(VENV)/.installed
	$(BIN)/python -m benchmarks.evaluation $(ARGS)

# Adapts the encoder to each public set in RIMEDIO_EVAL_DATA, and writes the figures into the page; some hours.
evaluate-adapted: $(VENV)/.installed
	$(BIN)/python -m benchmarks.adapted $(ARGS)

# Makes the fast model beside the heads that ship; trains heads without a third of the businesses first: an hour.
fast: $(VENV)/.installed
	$(BIN)/python -m nlp.fast.training nlp/trained $(ARGS)

# Every way of classifying side by side, in one process, on the same rows; prints ratios. Half an hour.
benchmark: $(VENV)/.installed
	$(BIN)/python -m benchmarks.speed $(ARGS)

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy

imports: $(VENV)/.installed
	$(BIN)/lint-imports

# Resolves every version anew; torch keeps no local version, so that the file serves CPU and GPU builds.
lock: $(VENV)/.installed
	$(BIN)/pip-compile --quiet --upgrade --allow-unsafe --extra dev --strip-extras --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml
	sed -i 's/^torch==\([0-9.]*\)+.*/torch==\1/' requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
