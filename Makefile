# faqsearch: `make demo` and `make test` work on a fresh machine; both set up .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.installed
INTEGRATIONS := $(VENV)/.integrations
QUERY ?= 캐시 환불
OPENSEARCH ?= 2.19
NODES ?= 1

.PHONY: setup demo serve opensearch test test-slow test-opensearch test-integrations test-all docs docs-serve torture mutation lint check \
	format bench bench-full clean help

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(SETUP) ## set up .venv with everything for development

$(SETUP): pyproject.toml constraints.txt hatch_build.py $(wildcard faqsearch/native/*.pyx)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,bench]'
	touch $@

demo: $(SETUP) ## index data/, print a search and serve the page (DEMO_SERVE=0: only say how to)
	$(BIN)/faqsearch index data/faqs.jsonl demo.index
	$(BIN)/faqsearch search demo.index '$(QUERY)'
	@if [ "$${DEMO_SERVE:-1}" != 0 ] && [ -t 1 ]; then \
		$(BIN)/faqsearch serve demo.index --title '온새 고객센터'; \
	else \
		echo "the page: $(BIN)/faqsearch serve demo.index --title '온새 고객센터'"; \
	fi

serve: $(SETUP) ## serve the page of data/
	$(BIN)/faqsearch index data/faqs.jsonl demo.index
	$(BIN)/faqsearch serve demo.index --title '온새 고객센터'

opensearch: $(SETUP) ## start a real OpenSearch on this machine (OPENSEARCH=3.3, NODES=3); Ctrl-C ends it
	$(BIN)/python -m cluster --version $(OPENSEARCH) --nodes $(NODES)

test: $(SETUP) ## the quick tests (at most five minutes)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not slow' --ignore tests/integrations

test-slow: $(SETUP) ## the slow tests only
	$(BIN)/python -m pytest -n 2 --dist loadfile --durations 15 -m slow --ignore tests/integrations

test-opensearch: $(SETUP) ## the index's tests once more, on a real OpenSearch (OPENSEARCH=3.3)
	$(BIN)/python -m pytest -q -p no:cacheprovider --backend opensearch-$(OPENSEARCH) $(TESTS)

$(INTEGRATIONS): $(SETUP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[integrations]'
	touch $@

test-integrations: $(INTEGRATIONS) ## the tests against LangChain, LlamaIndex, MCP, Django, pandas and Polars, and the examples
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/integrations

test-all: test test-slow ## all tests
	$(MAKE) -j 2 --output-sync=target test-opensearch test-integrations
	$(MAKE) test-opensearch OPENSEARCH=3.3 TESTS="tests/test_search.py tests/test_facets.py"

torture: $(SETUP) ## kill, damage, stress and fuzz indexes for an hour (docs/reliability.md)
	FAQSEARCH_TORTURE=1 $(BIN)/python -m pytest -s -p no:xdist tests/test_faults.py tests/test_crash.py tests/test_corruption.py tests/test_stateful.py tests/test_golden.py tests/test_metamorphic.py tests/test_hostile.py tests/test_fuzz.py tests/test_opensearch_kill.py

SAMPLE ?= 300
mutation: $(SETUP) ## would the tests notice a fault in query/ or index/? (SAMPLE=300 faults of some 9,700)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt 'cosmic-ray==8.7.0'
	$(BIN)/python tests/mutation.py --sample $(SAMPLE)

docs: $(VENV)/.docs ## build the documentation site into site/; a warning or a dead link fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

docs-serve: $(VENV)/.docs ## show the documentation site while it is written
	$(BIN)/mkdocs serve

$(VENV)/.docs: $(SETUP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	touch $@

lint: $(SETUP) ## format, lint, types, import layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint ## lint, the shape of the code and the code blocks of the docs
	$(BIN)/python -m pytest -q tests/test_structure.py tests/test_docs.py

format: $(SETUP) ## write the format that check asks for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(SETUP) ## measure for half an hour (give the public sets with DATA=folder)
	$(BIN)/python -m benchmarks all $(if $(DATA),--data $(DATA))

bench-full: $(SETUP) ## measure everything, for hours
	$(BIN)/python -m benchmarks all --full $(if $(DATA),--data $(DATA))

clean: ## remove what was built
	rm -rf $(VENV) demo.index site dist .pytest_cache .mypy_cache .ruff_cache
