# Everything happens in .venv, from requirements.lock, checked by hash. `make` alone lists what there is.

PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
ENVIRONMENT := $(VENV)/.installed
# The first Python that is new enough; make run PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
CODE := marketing pipelines sample_data dashboard.py

export PYTHONUTF8 := 1
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX

.PHONY: help run test check bench lock clean chromium

help:
	@echo "make run      the dashboard on sample data, at http://127.0.0.1:8501 (make run PORT=8600 for another port)"
	@echo "make test     every test, in a browser too"
	@echo "make check    format, lint, types, imports"
	@echo "make bench    how fast it is here"
	@echo "make lock     requirements.lock anew, from pyproject.toml"
	@echo "make clean    .venv and caches away; workspaces stay"

run: $(ENVIRONMENT)
	@$(BIN)/python -m compileall -q $(CODE)
	@exec $(BIN)/marquee demo --no-browser --port $(PORT) --parent $$PPID

test: $(ENVIRONMENT) chromium
	$(BIN)/python -m compileall -q $(CODE) tests
	$(BIN)/pytest -n 2 --dist loadfile

check: $(ENVIRONMENT)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest tests/test_imports.py

bench: $(ENVIRONMENT)
	@$(BIN)/python -m compileall -q $(CODE)
	@missed=; for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || missed="$$missed $$file"; \
	done; test -z "$$missed" || { echo "Bounds missed:$$missed"; exit 1; }

lock: $(ENVIRONMENT)
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra dev --extra openai \
		--generate-hashes --no-header --no-annotate -q -o requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find $(CODE) tests -name __pycache__ -prune -exec rm -rf {} +

# uv comes from its own entry in the lock, by the pip of $(PYTHON) or of the venv, and installs the rest in seconds;
# where it cannot, pip does. Byte code is made where it is first used: all of it at once would take longer than all else.
PIP_INSTALL := install -q --disable-pip-version-check --require-hashes --no-deps

$(ENVIRONMENT): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Marquee needs Python 3.11 or newer. Install it, or name it: make run PYTHON=..."; exit 2; }
	@echo "Installing the packages of requirements.lock into $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	@awk '/^[^ ]/ { ours = /^uv==/ } ours' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || \
		$(PYTHON) -m pip --python $(BIN)/python $(PIP_INSTALL) -r $(VENV)/uv.txt 2>/dev/null || \
		{ $(BIN)/python -m ensurepip >/dev/null && $(BIN)/python -m pip $(PIP_INSTALL) -r $(VENV)/uv.txt; } || true
	@$(BIN)/python -m uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock || { \
		echo "uv could not do it; pip does, which takes some minutes ..."; \
		{ $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null || { \
			echo "This Python has no pip. On Debian: apt-get install python3-venv"; exit 2; }; } && \
		$(BIN)/python -m pip $(PIP_INSTALL) -r requirements.lock; }
	@$(BIN)/python -m uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . || \
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "Installing Chromium for the tests in a browser ..."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; \
	else echo "The tests in a browser need Chromium: install it as root (Debian: apt-get install chromium)."; exit 2; fi
