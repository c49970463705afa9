# The commands of the house. `make help` lists them.

UV_PINNED := 0.13.9
UV_OLDEST := 0.9.0
VENV      := $(or $(UV_PROJECT_ENVIRONMENT),.venv)
PYTHON    := $(VENV)/bin/python
# uv finds a Python of this machine and never fetches one.
UV         = UV_PYTHON_DOWNLOADS=never "$$(deploy/dev/uv.sh $(UV_PINNED) $(UV_OLDEST))"
SOURCES   := deploy gateway/src proto/src tests $(wildcard services/*/src)

.DEFAULT_GOAL := help
.PHONY: help up down status logs test check bench chaos proto new-service load backup restore lock sync sync-dev

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

up: sync ## start everything, load the demo company, print the address and the users
	@$(PYTHON) -m deploy.dev up

down: ## stop everything
	@$(PYTHON) -m deploy.dev down

status: ## show every process
	@$(PYTHON) -m deploy.dev status

logs: ## show the logs: NAME=sales or NAME=sales.api, FOLLOW=1 to go on
	@$(PYTHON) -m deploy.dev logs $(NAME) $(if $(FOLLOW),--follow)

test: sync-dev ## run every test against a private broker and database: ARGS="-k name"
	@$(PYTHON) -m deploy.dev test $(ARGS)

check: sync-dev ## the fast half: format, lint, types, imports, contracts, rules (under two minutes)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy $(SOURCES)
	$(VENV)/bin/lint-imports
	$(PYTHON) -m crm_contracts.tools check
	$(PYTHON) -m deploy.dev test -m "not slow" $(wildcard tests/architecture tests/contract services/*/tests gateway/tests)

bench: sync-dev ## measure: PROFILE=quick or full
	@$(PYTHON) -m tests.bench --profile $(or $(PROFILE),quick)

chaos: sync-dev ## kill processes under load and check every promise: PROFILE=quick, full or long, SEED=number
	@$(PYTHON) -m tests.chaos --profile $(or $(PROFILE),quick) $(if $(SEED),--seed $(SEED))

proto: sync-dev ## regenerate everything that is generated from proto/
	@$(PYTHON) -m crm_contracts.tools build

new-service: sync-dev ## make a service that runs: name=billing, and its first record if the name does not say it: resource=invoice
	@$(if $(name),,$(error Say which: make new-service name=billing))UV_PYTHON_DOWNLOADS=never UV="$$(deploy/dev/uv.sh $(UV_PINNED) $(UV_OLDEST))" $(PYTHON) -m deploy.dev.scaffold "$(name)" $(resource)

load: ## load your own data into the running suite: DATA=folder
	@$(if $(DATA),,$(error Say what to load: make load DATA=folder))$(PYTHON) -m deploy.dev.load "$(DATA)"

backup: ## write a backup of all databases while the suite runs: FOLDER=folder
	@$(if $(FOLDER),,$(error Say where to: make backup FOLDER=folder))$(PYTHON) -m deploy.backup create "$(FOLDER)"

restore: ## bring all databases to the moment of a backup, stopping the services: FOLDER=folder REPLACE=1
	@$(if $(FOLDER),,$(error Say where from: make restore FOLDER=folder))$(PYTHON) -m deploy.backup restore "$(FOLDER)" $(if $(REPLACE),--replace)

lock: ## resolve the dependencies anew
	@$(UV) lock

# Adds what `up` needs and removes nothing, so that tests which run meanwhile keep their tools.
sync:
	@$(UV) sync --frozen --inexact

sync-dev:
	@$(UV) sync --frozen --inexact --group dev
