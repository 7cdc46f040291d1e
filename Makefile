# One way to do each thing. ARGS= is handed on: make test ARGS="-k bootstrap".
PYTHON := .venv/bin/python
APPS   := accounts opportunities stakeholders readiness forecasting coaching integrations
CODE    = $(wildcard $(APPS) buyreadiness benchmarks tests manage.py bootstrap.py)
TEMPLATES = find . -path ./.venv -prune -o -path '*/templates/*' -name '*.html' -print0
ARGS   ?=
# mypy's plugin reads the settings, which demand addresses; it connects to none of them.
NOWHERE = SECRET_KEY=none DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0

.DEFAULT_GOAL := help
.PHONY: help run test check fix proof bench lock ready ready-dev
LOCK = uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	--no-annotate --python-version 3.11 --extra embedded pyproject.toml

help: ## show this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "make %-6s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

ready:
	@python3 bootstrap.py

ready-dev:
	@python3 bootstrap.py --dev

run: ready ## start everything, from nothing, at http://127.0.0.1:8000/ (PORT=)
	@$(PYTHON) manage.py up $(ARGS)

test: ready-dev ## run all tests on a throw-away database and broker
	@$(PYTHON) -m pytest -n auto --dist loadgroup $(ARGS)

check: ready-dev ## format, lint, imports, templates, types, migrations, translations
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	$(TEMPLATES) | xargs -0 -r .venv/bin/djade --check
	$(NOWHERE) .venv/bin/mypy $(CODE)
	$(PYTHON) manage.py check --fail-level WARNING
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py check_translations
	$(PYTHON) manage.py vendor_static --check

fix: ready-dev ## do what can be done automatically for `make check`
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
	$(TEMPLATES) | xargs -0 -r .venv/bin/djade

proof: ready-dev ## the long evidence runs: worlds, fits, kills, fuzzing
	@$(PYTHON) -m pytest -m proof $(ARGS)

bench: ready-dev ## measurements, as ratios in one run
	@$(PYTHON) -m benchmarks $(ARGS)

lock: ## pin pyproject.toml's dependencies anew, with hashes (needs uv)
	$(LOCK) -o requirements.lock
	$(LOCK) -o requirements-dev.lock --group dev -c requirements.lock
	sed -i.old '/^ *#/d' requirements-dev.lock && rm requirements-dev.lock.old
