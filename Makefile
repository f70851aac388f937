# musicsim's commands; `make help` lists them. Each sets up .venv first where that is needed.
.DEFAULT_GOAL := help
.PHONY: help run test stress demo lint format coverage covered package screenshots constraints clean set-up

# As typed, handed on by the environment: a `$`, a quote or a space in it means nothing to make and the shell.
override MUSIC := $(value MUSIC)
export MUSIC
unexport PYTHONPATH PYTHONHOME
# Hundreds of processes would compile everything again.
unexport PYTHONDONTWRITEBYTECODE
# `python -m`, not the commands beside it: pip writes the checkout's path into those, which not every path survives.
python := .venv/bin/python

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: set-up  ## open the app, with a music folder if you like: make run MUSIC=FOLDER
	@case $$MUSIC in '~' | '~/'*) MUSIC=$$HOME$${MUSIC#'~'} ;; esac; \
	exec $(python) -P -m musicsim gui $${MUSIC:+"$$MUSIC"}

demo: set-up  ## render a small library and show that similar finds each style
	@$(python) -P -m musicsim --data build/demo/data demo build/demo/music

test: set-up  ## run the tests, in minutes; some of them: make test ARGS="-k playlist"
	@$(python) packaging/system-libraries tests
	@$(python) -m pytest --numprocesses=4 --no-loadscope-reorder $(ARGS)

stress: set-up  ## run the tests that take an hour: every kill, every damage, thousands of spoilt files
	@$(python) packaging/system-libraries tests
	@$(python) -m pytest -m stress $(ARGS)

lint: set-up  ## check style, types and the direction of imports
	$(python) -m ruff check
	$(python) -m ruff format --check
	$(python) -m mypy
	$(python) -c 'from importlinter.cli import lint_imports_command as lint; lint()'

format: set-up  ## format the code and sort its imports
	$(python) -m ruff check --fix-only --quiet
	$(python) -m ruff format

coverage: set-up  ## run all tests and show the lines they don't reach
	@$(python) -m pytest --cov --cov-report=term-missing $(ARGS)

covered: set-up  ## check that the modules in tests/fully_covered.txt still are, to the last line
	@$(python) -m pytest --numprocesses=2 --quiet --cov --cov-report= tests/base tests/library tests/playlists tests/similarity
	@$(python) -m coverage report --fail-under=100 --include="$$(paste -s -d , tests/fully_covered.txt)"

package: set-up  ## build the stand-alone program in dist/musicsim and try it
	@$(python) -m pip install --quiet --disable-pip-version-check -e '.[package]'
	$(python) -m PyInstaller --noconfirm --log-level WARN --workpath build/pyinstaller packaging/musicsim.spec
	$(python) packaging/smoke-test dist/musicsim/musicsim

screenshots: set-up  ## take the README's screenshots anew
	@$(python) packaging/screenshots.py 2>build/screenshots.log || { tail build/screenshots.log; exit 1; }

constraints: set-up  ## try the newest packages, and keep their versions for the set-up if CI's checks pass
	@packaging/renew-constraints

clean:  ## remove what was built, but not .venv
	rm -rf build dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

set-up:
	@packaging/set-up
