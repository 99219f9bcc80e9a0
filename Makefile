# One verb per chore. Whatever is installed goes into .venv; `make clean` takes it away again.
PORT ?= 8501
VENV_PYTHON := .venv/bin/python

.PHONY: help run test lint bench clean

help:
	@echo "make run    start the dashboard at http://localhost:$(PORT) (PORT=8600 for another port)"
	@echo "make test   check the style, then run every test, the browser tests included"
	@echo "make lint   check the style only"
	@echo "make bench  measure rnnscope beside its peers"
	@echo "make clean  delete .venv and everything else that can be made again"
	@echo "The first call installs into .venv; PYTHON=/path/to/python3 chooses the Python for it."

run: .venv/.installed
	@exec $(VENV_PYTHON) -m streamlit run app/main.py --server.port "$(PORT)"

test: lint
	@$(VENV_PYTHON) app/bench/chromium.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 exec $(VENV_PYTHON) -m pytest -n 2 --dist loadfile

lint: .venv/.installed-test
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .

bench: .venv/.installed-test
	@.venv/bin/rnnscope bench

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# .venv/.installed and .venv/.installed-test are stamps, written last, that hold the folder they are true for.
# .venv/.unfinished holds the process that is installing; one left behind says that it was interrupted, or that
# .venv was moved or its Python removed (next line). Such a .venv is made again rather than half used.
$(shell if [ -e .venv/.installed ] && ! { [ "$$(cat .venv/.installed)" = "$$(pwd -P)" ] && $(VENV_PYTHON) -c 'import pip'; } \
	2>/dev/null; then rm -f .venv/.installed-test; mv .venv/.installed .venv/.unfinished; fi)

.venv/.installed-test: EXTRA := [test]
.venv/.installed .venv/.installed-test: requirements.txt pyproject.toml
	@set -e; \
	other=$$(cat .venv/.unfinished 2>/dev/null || true); \
	if kill -0 "$$other" 2>/dev/null && { [ ! -e /proc/self ] || [ "/proc/$$other/cwd" -ef . ]; }; then \
	    echo "Another make is installing into .venv: wait until it has ended." >&2; exit 1; \
	fi; \
	if [ -e .venv/.unfinished ] || ! $(VENV_PYTHON) -c 'import pip' 2>/dev/null; then \
	    python=$$($(FIND_PYTHON)); \
	    rm -rf .venv; mkdir .venv; echo $$$$ > .venv/.unfinished; \
	    "$$python" -m venv .venv; \
	fi; \
	echo "Installing rnnscope (a few minutes the first time)"; \
	rm -f .venv/.installed .venv/.installed-test; echo $$$$ > .venv/.unfinished; \
	$(VENV_PYTHON) -m pip --disable-pip-version-check install -qq --editable '.$(EXTRA)' || { \
	    rm -f .venv/.unfinished; echo "The installation failed, see above; then call make again." >&2; exit 1; }; \
	pwd -P > .venv/.installed; pwd -P > $@; rm .venv/.unfinished

# Prints the first Python that runs (a pyenv shim may not), is new enough and can make a virtual environment.
FIND_PYTHON = no_venv=; \
	for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	    if "$$python" -c 'import ensurepip' 2>/dev/null; then echo "$$python"; exit 0; fi; \
	    no_venv="$$python"; \
	done; \
	if [ -n "$$no_venv" ]; then \
	    echo "$$no_venv cannot make a virtual environment: on Debian or Ubuntu, apt-get install python3-venv." >&2; \
	else \
	    echo "rnnscope needs Python 3.11 or newer and found none: install one, or name it with PYTHON=/path/to/python3." >&2; \
	fi; exit 1
