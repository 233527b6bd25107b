# caspool: `make help` lists the targets. Every recipe sets up what it needs by itself.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export NODE_OPTIONS :=
JEST := node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js
INSTALLED := node_modules/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test check format unit int scenarios bench java-answers image cluster cluster-down deploy undeploy crds docs clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(INSTALLED): package.json package-lock.json .npmrc
	@tools/install

demo: $(INSTALLED) ## Run a pool on this machine: 3 servers, 3 mongod, one address (PORT, MANIFESTS, CASPOOL_HOME)
	@exec node cli/main.ts demo $(if $(PORT),--port $(PORT)) $(if $(MANIFESTS),--manifests $(MANIFESTS)) $(if $(CASPOOL_HOME),--home $(CASPOOL_HOME))

test: $(INSTALLED) ## Everything that proves the project; says what it had to skip and why
	@node tools/test/main.ts

check: $(INSTALLED) ## Types, lint, boundaries, unused code, generated files, charts
	@node tools/test/main.ts check

format: $(INSTALLED) ## Format and apply safe fixes
	@biome check --write .

unit: $(INSTALLED) ## Unit tests (pure, seconds)
	@node tools/test/main.ts unit

int: $(INSTALLED) ## Integration tests on a real mongod and a real API server
	@node tools/test/main.ts int

scenarios: $(INSTALLED) ## Scenarios: the local pool with a browser, and a real cluster
	@node tools/test/main.ts demo cluster

bench: $(INSTALLED) ## Measure what the documentation claims, or one part of it (PART)
	@node --expose-gc bench/main.ts $(PART)

image: $(INSTALLED) ## Build build/server.oci.tar and build/operator.oci.tar, with or without Docker
	@node tools/image/build.ts

cluster: $(INSTALLED) ## Start a Kubernetes to play with: kind where Docker runs, else native (Linux, root)
	@tools/cluster/cluster up

cluster-down: ## Remove it, with everything in it
	@tools/cluster/cluster clean

deploy: image ## Install the charts and the samples into the current cluster
	@node tools/deploy.ts

undeploy: $(INSTALLED) ## Remove what `make deploy` installed
	@node tools/deploy.ts --delete

crds: $(INSTALLED) ## Copy crds/*.yaml into the operator chart
	@node tools/crds.ts

java-answers: $(INSTALLED) ## Ask a Java anew how it reads the patterns of the tests
	@node tools/java-answers.ts

docs: $(INSTALLED) ## Write the generated documentation
	@node tools/docs.ts

clean: ## Remove build products of this tree (caches stay)
	@rm -rf dist build coverage
