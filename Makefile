# `make` alone lists the targets.
SHELL := /bin/bash
READY := .venv/.ready

# What the tests need beside Python: real mail and database servers, and pdftoppm to look at a PDF.
TEST_PACKAGES := dovecot-imapd postgresql poppler-utils chromium
GALLERY_PACKAGES := chromium poppler-utils

RUNS ?= 20
MINUTES ?= 10
POINTS ?=
TALLY ?= faults.tally
AT_ONCE ?= 2
MUTATIONS ?= 1000

.PHONY: help setup demo test faults bench lint gallery check-languages new-language lock clean

help:                ## list the targets
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:  +##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 24

setup: $(READY)      ## make .venv with all that requirements.lock names

$(READY): pyproject.toml requirements.lock scripts/setup
	@PYTHON="$(PYTHON)" scripts/setup

demo: $(READY)       ## run the desk on sample mail with embedded servers; KEEP=1 leaves the console open to look at
	@.venv/bin/mailbot demo $(if $(KEEP),--keep)

test: $(READY)       ## run all tests, installing the Debian packages they need
	@scripts/debian-packages $(TEST_PACKAGES)
	@.venv/bin/python -m pytest -n 2 --dist loadgroup

faults: $(READY)     ## kill the service at every point, RUNS=20 times each (or at POINTS=K1,K2), and MINUTES=10 of random faults; goes on where it was stopped
	@scripts/debian-packages $(TEST_PACKAGES)
	@FAULT_RUNS=$(RUNS) FAULT_MINUTES=$(MINUTES) FAULT_POINTS=$(POINTS) FAULT_TALLY=$(TALLY) \
	    .venv/bin/python -m pytest -n $(AT_ONCE) -v tests/faults

bench: $(READY)      ## measure how fast the desk is; BENCH="--help" tells what can be chosen
	@scripts/debian-packages $(TEST_PACKAGES)
	@.venv/bin/python -m bench $(BENCH)

fuzz: $(READY)       ## feed MUTATIONS=1000 changed forms of every sample mail and file to all that reads them
	@FUZZ_MUTATIONS=$(MUTATIONS) .venv/bin/python -m pytest -n 2 --timeout 36000 tests/security/test_fuzz.py

lint: $(READY)       ## check style, types and import directions
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

gallery: $(READY)    ## draw every kind of reply in every language as a picture
	@scripts/debian-packages $(GALLERY_PACKAGES)
	@.venv/bin/python scripts/gallery

check-languages: $(READY)  ## name what the words of each language lack beside the English ones
	@.venv/bin/python scripts/check-languages $(CODE)

new-language: $(READY)  ## make the folder of a new language with everything to fill in: CODE=sv
	@.venv/bin/python scripts/new-language $(CODE)

lock: $(READY)       ## resolve pyproject.toml anew into requirements.lock (needs uv)
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --all-extras --group dev pyproject.toml -o requirements.lock

clean:               ## remove what was built, .venv included
	rm -rf .venv build dist demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
