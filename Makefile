# Redaktion: what one types. Every target bootstraps .venv by itself; `make help` lists them.

PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$name"; break; }; done)
VENV := .venv
RUN := $(VENV)/bin/python
PYTEST := $(VENV)/bin/pytest
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench proof messages screenshots clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## Start the newspaper: web server, worker, beat and Redis
	@exec $(RUN) manage.py serve

test: $(VENV)/dev.stamp ## Run the test suite (DATABASE_URL and REDIS_URL are honoured)
	@$(PYTEST) -n $(JOBS) --dist loadgroup

lint: $(VENV)/dev.stamp ## Check style, types, migrations, packages and forgotten secrets
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/mypy
	@$(RUN) -m tests.audit
	@DJANGO_SETTINGS_MODULE=tests.settings $(RUN) manage.py makemigrations --check --dry-run

format: $(VENV)/dev.stamp ## Put the source into shape
	@$(VENV)/bin/ruff check --quiet --fix .
	@$(VENV)/bin/ruff format --quiet .

bench: $(VENV)/dev.stamp ## Measure counting, ranking and pages on this machine
	@$(RUN) -m tests.bench

proof: $(VENV)/dev.stamp ## Run the long tests: kills, faults, whole set-ups
	@$(PYTEST) -m proof

messages: $(VENV)/dev.stamp ## Bring the message catalogues up to date with the source
	@$(RUN) manage.py extract_messages

screenshots: $(VENV)/dev.stamp ## Picture every template into var/screenshots (of SITE=http://..., or a demo of its own)
	@$(RUN) -m tests.screenshots $(SITE)

clean: ## Remove .venv (the data in var/ stays)
	@rm -rf $(VENV)

# The stamps hold the checksum of what was installed: installing again only when it changed.
$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	@$(call install,requirements.txt,$@)

$(VENV)/dev.stamp: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@$(call install,requirements-dev.txt,$@)

define install
sum=$$(cat requirements.txt $(1) | cksum); \
if [ "$$sum" != "$$(cat $(2) 2>/dev/null)" ]; then \
	echo "Installing $(1)"; \
	$(PIP) -r $(1) || { echo "The packages of $(1) could not be installed."; exit 1; }; \
fi; \
echo "$$sum" > $(2)
endef

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Redaktion needs Python 3.11 or newer; \
	install it or name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "$(PYTHON) is too old: Redaktion needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks the venv module; \
	install it (on Debian: apt install python3-venv)."; exit 1; }
	@echo "Making $(VENV) with $(PYTHON)"
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)
