# make run    everything needed to use the product here, then serve it
# make test   everything that is checked, on a fresh machine too
PYTHON ?= python3
PORT ?= 8000
export PORT

PY := .venv/bin/python
PYTEST := $(PY) -m pytest
PARALLEL := --numprocesses auto --maxprocesses 4
RUN_DEPS := .venv/.stamp-run
DEV_DEPS := .venv/.stamp-dev
ASSETS := node_modules/.stamp
FONTS := var/.stamp-fonts
STATIC := var/.stamp-static
STATIC_SOURCES := $(shell find static -type f 2>/dev/null) pingan/staticfiles.py pingan/settings.py

# The checks choose their own database and broker, whatever the shell has set.
SQLITE := env -u DATABASE_URL -u REDIS_URL
POSTGRES := $(PY) -m tests.servers run --postgres --
SERVICES := $(PY) -m tests.servers run --

.PHONY: run setup setup-dev test lint unit unit-postgres services e2e format lock clean
.DELETE_ON_ERROR:

run: setup
	@$(PY) tools/check_port.py
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py load_demo
	@exec $(PY) -m gunicorn -c tools/gunicorn_conf.py

setup: $(RUN_DEPS) $(FONTS) $(STATIC)

setup-dev: $(DEV_DEPS) $(FONTS) $(STATIC)

$(RUN_DEPS): requirements.lock
	@$(PYTHON) tools/install.py $<
	@touch $@

# The development lock holds the same versions of everything in requirements.lock.
$(DEV_DEPS): requirements-dev.lock | $(RUN_DEPS)
	@$(PYTHON) tools/install.py $<
	@touch $@

$(ASSETS): package.json package-lock.json | $(RUN_DEPS)
	@$(PY) tools/assets.py
	@touch $@

# Without fonts the product still runs (and says so): try again at the next run.
$(FONTS): tools/fonts.py $(ASSETS)
	@mkdir -p var
	@if $(PY) tools/fonts.py; then touch $@; fi

$(STATIC): $(ASSETS) $(STATIC_SOURCES) | $(RUN_DEPS)
	@mkdir -p var
	@$(PY) manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

test: lint unit unit-postgres services e2e

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo
	$(SQLITE) $(PY) manage.py makemigrations --check --dry-run

unit: setup-dev
	$(SQLITE) $(PYTEST) $(PARALLEL)

unit-postgres: setup-dev
	$(POSTGRES) $(PYTEST) $(PARALLEL)

services: setup-dev
	$(SERVICES) $(PYTEST) -m services

e2e: setup-dev
	$(SQLITE) $(PYTEST) -m e2e

format: setup-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# For developers who change a dependency; needs uv.
lock:
	uv pip compile pyproject.toml --group dev --generate-hashes --universal --python-version 3.11 -o requirements-dev.lock
	uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 -c requirements-dev.lock -o requirements.lock
	uv pip compile requirements-node.in --generate-hashes --universal --python-version 3.11 -o requirements-node.lock
	npm install --package-lock-only --ignore-scripts

# Takes away everything that make brought, and the demo database with it.
clean:
	rm -rf .venv node_modules var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
