# Everything that a fresh clone needs, with nothing but make and Python 3.11 or newer on the machine.
# Paths are relative and quoted, and programs run as `python -m`, so a folder with a space in its name works.

.DEFAULT_GOAL := help
.PHONY: help run dev setup setup-dev test tour vitals torture soak lint lint-web test-web lock bench clean
MAKEFLAGS += --no-print-directory

# The newest Python that really runs (a version manager's shim may exist and refuse); make run PYTHON=... overrides.
PYTHON := $(shell for name in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$name; break; fi; done)
VENV_PYTHON := .venv/bin/python

define check_python
@if [ -z "$(PYTHON)" ]; then \
	echo "Clarity needs Python 3.11 or newer, and found none on the PATH." >&2; \
	echo "Install one (https://www.python.org/downloads, or: apt install python3 python3-venv), then run make again." >&2; \
	exit 1; \
fi
endef

help: ## Show this list
	@echo "Clarity: an agent is a row, a tool is a row, a permission is a policy."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '%-18s %s\n' "$$name" "$$text"; done

run: setup ## Install what is missing and start everything; Ctrl-C stops it
	@.venv/bin/clarity up

dev: setup-dev ## Work on the web app: it reloads itself, on what runs from this folder
	@url=$$($(VENV_PYTHON) -m cli status --json | $(VENV_PYTHON) -c 'import json, sys; print(json.load(sys.stdin).get("api_url", ""))'); \
	if [ -z "$$url" ]; then echo "Nothing runs from this folder: make run in another terminal first." >&2; exit 1; fi; \
	CLARITY_API_URL="$$url" $(WEB) run --silent dev

setup: ## Install what running needs into .venv (nothing to do when it is up to date)
	$(check_python)
	@"$(PYTHON)" -I src/cli/install.py

setup-dev: ## Install what the tests need as well
	$(check_python)
	@"$(PYTHON)" -I src/cli/install.py --dev

test: setup-dev ## Format, lint, types, import rules, then every test
	@$(MAKE) lint
	@$(MAKE) test-web
	@echo "==> pytest"
	@$(VENV_PYTHON) -m pytest -n 2 --dist loadgroup

tour: setup-dev ## Take the pictures of memory-bank/tour.md anew
	@CLARITY_SCREENSHOTS=memory-bank/screenshots $(VENV_PYTHON) -m pytest -q tests/e2e/test_tour.py

vitals: setup-dev ## Load the built app as a desktop and as a slow phone, and time it (some minutes): RECORD=1
	@CLARITY_RECORD=$(RECORD) $(VENV_PYTHON) -m pytest -q -s tests/e2e/web_vitals.py

torture: setup-dev ## Break servers, Postgres, the model and clients, and look for harm: MINUTES=5 SEED=1 ARGS=--record
	@cd tests && ../$(VENV_PYTHON) -m torture --minutes $(or $(MINUTES),5) $(if $(SEED),--seed $(SEED)) $(ARGS)

soak: setup-dev ## Many users for a while, and no error, and no growth: MINUTES=10 USERS=200 ARGS=--record
	@cd tests && ../$(VENV_PYTHON) -m soak --minutes $(or $(MINUTES),10) --users $(or $(USERS),200) $(ARGS)

lint: setup-dev ## Format, lint, types and import rules only
	@echo "==> ruff check"
	@$(VENV_PYTHON) -m ruff check .
	@echo "==> ruff format --check"
	@$(VENV_PYTHON) -m ruff format --check .
	@echo "==> pyright"
	@$(VENV_PYTHON) -m pyright
	@echo "==> import-linter"
	@$(VENV_PYTHON) -c 'import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())'
	@$(MAKE) lint-web

WEB := $(VENV_PYTHON) -m embedded.npm webApp

lint-web: setup-dev ## Format, lint and types of the web app only
	@echo "==> biome"
	@$(WEB) run --silent lint
	@echo "==> tsc"
	@$(WEB) run --silent typecheck

test-web: setup-dev ## The web app's own tests, and its size
	@echo "==> vitest"
	@$(WEB) run --silent test
	@echo "==> vite build"
	@$(WEB) run --silent build

LOCK := $(VENV_PYTHON) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --group build

lock: setup-dev ## Pin dependencies anew after a change of pyproject.toml
	@$(LOCK) pyproject.toml -o requirements.lock
	@$(LOCK) --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

bench: setup-dev ## Measure against other stacks: make bench HARNESS=DIR (bench/run_harness.py says how)
	@if [ -z "$(HARNESS)" ]; then echo "Name the harness: make bench HARNESS=DIR" >&2; exit 2; fi
	@$(VENV_PYTHON) bench/run_harness.py "$(HARNESS)" $(ARGS)

clean: ## Remove .venv and caches; your data in .clarity stays (clarity reset deletes that)
	rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache webApp/node_modules webApp/dist
	find . -name __pycache__ -not -path './.clarity/*' -type d -prune -exec rm -rf {} +
