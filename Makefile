# The two commands that matter are `make demo` and `make test`; both bring everything they need.

PORT ?= 8000
PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip install -qq --disable-pip-version-check --no-input

# A file in .venv, named after what was installed, says that nothing is left to do.
fingerprint = $(firstword $(shell cat $(1) | cksum))
RUN_READY := .venv/ready-to-run-$(call fingerprint,requirements.txt)
TEST_READY := .venv/ready-to-test-$(call fingerprint,requirements.txt tests/requirements.txt)

# A name on the path proves nothing (it may be a launcher without a Python behind it): each candidate is asked.
PYENV := $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions
CANDIDATES := python3.14 python3.13 python3.12 python3 \
	$(foreach version,3.14 3.13 3.12,$(wildcard $(PYENV)/$(version).*/bin/python3))
NEW_ENOUGH := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))

.PHONY: help demo test lint bench messages
.SILENT:
.DELETE_ON_ERROR:

help: ## show this list
	sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile

demo: $(RUN_READY) ## start the clinic with demo data at http://localhost:8000/ (another port: make demo PORT=8001)
	exec $(PYTHON) manage.py demo --port $(PORT)

test: $(TEST_READY) ## run the linters and all tests, on SQLite and PostgreSQL (some of them: make test ARGS="-k booking")
	exec $(PYTHON) -m tests.run $(ARGS)

bench: $(TEST_READY) ## measure what was promised about speed, on SQLite and PostgreSQL (more of it: make bench ARGS="--scale million")
	exec $(PYTHON) -m tests.bench $(ARGS)

lint: $(TEST_READY) ## run the linters only
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

messages: $(RUN_READY) ## gather the texts of the sources for translators and compile their answers (needs GNU gettext)
	$(PYTHON) manage.py makemessages --locale ar --ignore tests --no-obsolete --no-wrap --add-location file
	$(PYTHON) manage.py compilemessages --locale ar --ignore .venv

$(RUN_READY): .venv/bin/python
	echo "Installing what the clinic runs on (once, about a minute) …"
	$(PIP) -r requirements.txt
	touch $@

$(TEST_READY): $(RUN_READY)
	echo "Installing what the tests run on (once) …"
	$(PIP) -r tests/requirements.txt
	touch $@

.venv/bin/python:
	for python in $(CANDIDATES); do \
		if $$python -c '$(NEW_ENOUGH)' 2>/dev/null; then \
			echo "Making .venv with $$($$python --version) …"; \
			rm -rf .venv; exec $$python -m venv .venv; \
		fi; \
	done; \
	echo "No Python 3.12 or newer (with its venv module) was found: install one and run make again." >&2; exit 1
