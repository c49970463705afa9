# The commands of the house. `make help` lists them.

UV_PINNED := 0.13.9
UV_OLDEST := 0.9.0
VENV      := $(or $(UV_PROJECT_ENVIRONMENT),.venv)
PYTHON    := $(VENV)/bin/python
# uv finds a Python of this machine and never fetches one.
UV         = UV_PYTHON_DOWNLOADS=never "$$(deploy/dev/uv.sh $(UV_PINNED) $(UV_OLDEST))"
# The console is built with Node.js: this machine's, else one from the lock file.
NODE      := $(shell node --version 2>/dev/null | grep -qE '^v([2-9][0-9]|[0-9]{3})' || echo --group node)
SOURCES   := deploy gateway/src proto/src tests $(wildcard services/*/src)

.DEFAULT_GOAL := help
.PHONY: help up down status logs test check console screenshots mutants coverage bench chaos proto deploy-files new-service new-resource load backup restore lock sync sync-dev

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

check: sync-dev ## format, lint, types, imports, contracts, documents and every test that starts no suite or broker: CHANGED=1
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy $(SOURCES)
	$(VENV)/bin/lint-imports
	$(PYTHON) -m crm_contracts.tools check
	@$(PYTHON) -m deploy.dev console check
	@$(PYTHON) -m deploy.dev check $(if $(CHANGED),--changed)

console: sync ## serve the console with hot reload in front of the running suite
	@$(PYTHON) -m deploy.dev console serve

screenshots: sync-dev ## make the pictures of the README anew from the running suite with the demo company
	@$(PYTHON) -m tests.pictures

mutants: sync-dev ## change rules one at a time and list what no test notices: PART=services/sales, COUNT=30, SEED=1
	@$(if $(PART),,$(error Say of which part: make mutants PART=services/sales))$(PYTHON) -m deploy.dev mutants "$(PART)" --count $(or $(COUNT),30) --seed $(or $(SEED),1)

coverage: sync-dev ## say what of each part its tests do not reach, branches included, and fail if it is too much: PARTS="gateway services/sales"
	@$(PYTHON) -m deploy.dev coverage $(PARTS)

bench: sync-dev ## measure: PROFILE=quick or full, SIZES=10000,1000000 of the growth; PEER=url ADAPTER=file beside another system
	@$(PYTHON) -m tests.bench --profile $(or $(PROFILE),quick) $(if $(SIZES),--sizes $(SIZES)) $(if $(PEER),--peer $(PEER)) $(if $(ADAPTER),--adapter $(ADAPTER))

chaos: sync-dev ## kill processes under load and check every promise: PROFILE=quick, full or long, SEED=number
	@$(PYTHON) -m tests.chaos --profile $(or $(PROFILE),quick) $(if $(SEED),--seed $(SEED))

proto: sync-dev ## regenerate everything that is generated from proto/
	@$(PYTHON) -m crm_contracts.tools build

deploy-files: sync-dev ## write what follows from the services, their settings and subscriptions: compose file, manifests, tables
	@$(PYTHON) -m deploy.files

new-service: sync-dev ## make a service that runs: name=billing, and its first record if the name does not say it: resource=invoice
	@$(if $(name),,$(error Say which: make new-service name=billing))UV_PYTHON_DOWNLOADS=never UV="$$(deploy/dev/uv.sh $(UV_PINNED) $(UV_OLDEST))" $(PYTHON) -m deploy.dev.scaffold service "$(name)" $(resource)

new-resource: sync-dev ## make a kind of record in a service: service=sales name=quote fields="valid_until:date total:money"
	@$(if $(and $(service),$(name)),,$(error Say which: make new-resource service=sales name=quote))$(PYTHON) -m deploy.dev.scaffold resource "$(service)" "$(name)" $(fields)

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
	@$(UV) sync --frozen --inexact $(NODE)

sync-dev:
	@$(UV) sync --frozen --inexact --group dev $(NODE)
