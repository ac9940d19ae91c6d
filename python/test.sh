#!/usr/bin/env bash
# Tests of the Python client: types, tests against a scripted daemon, and tests against a real one with a real PyTorch.
#
#   PENSTOCK_PYTHON       the interpreter; default: the first of python3 and python3.10 … python3.14 that is 3.10 or later
#   PENSTOCK_TEST_TORCH   off: without PyTorch, whose wheels are 7 GB unpacked; default: on
#   PENSTOCK_PYTHON_ENV   where the virtual environment is kept; default: ~/.cache/penstock/python-tests
#
# Arguments go to pytest. Exit code 0 also when something could not be run: it is said in lines that begin with NOT RUN.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

not_run=()

finish() {
  ((${#not_run[@]} == 0)) || printf 'NOT RUN: %s\n' "${not_run[@]}"
  exit "$1"
}

find_python() {
  local candidate
  for candidate in ${PENSTOCK_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python3.10}; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      type -P "$candidate"
      return
    fi
  done
  return 1
}

if ! python=$(find_python); then
  not_run+=("the Python client's tests: no Python 3.10 or later with venv and pip; set PENSTOCK_PYTHON")
  finish 0
fi

# One environment per interpreter and set of pins: a changed pin is a new environment, and nothing is left of the old.
pins=$(cat tests/requirements.txt tests/requirements-torch.txt; "$python" -VV)
root=${PENSTOCK_PYTHON_ENV:-${XDG_CACHE_HOME:-$HOME/.cache}/penstock/python-tests}
environment=$root/$(printf '%s' "$pins" | cksum | cut -d ' ' -f 1)
export PIP_DISABLE_PIP_VERSION_CHECK=1

if [[ ! -e $environment/ready ]]; then
  rm -rf "$environment"
  "$python" -m venv "$environment" || finish 1
  if ! "$environment/bin/pip" install -q -r tests/requirements.txt; then
    not_run+=("the Python client's tests: pip cannot install $(tr '\n' ' ' <tests/requirements.txt)")
    finish 0
  fi
  touch "$environment/ready"
fi
if [[ ${PENSTOCK_TEST_TORCH:-on} == off ]]; then
  not_run+=("tests with PyTorch: PENSTOCK_TEST_TORCH is off")
elif ! "$environment/bin/python" -c 'import torch' 2>/dev/null; then
  "$environment/bin/pip" install -q -r tests/requirements-torch.txt \
    || not_run+=("tests with PyTorch: pip cannot install $(tr '\n' ' ' <tests/requirements-torch.txt)")
fi

# Installed as a user would, and not editable: what is tested is what pip builds.
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cp -R pyproject.toml README.md src "$build"
if ! "$environment/bin/pip" install -q --force-reinstall --no-deps "$build"; then
  not_run+=("the Python client's tests: pip cannot build it, which needs setuptools")
  finish 0
fi

failed=0
types=(--strict)
"$environment/bin/python" -c 'import torch' 2>/dev/null || types+=(--disable-error-code=import-not-found)
"$environment/bin/mypy" "${types[@]}" src tests || failed=1
"$environment/bin/python" -m pytest "$@" || failed=1
finish "$failed"
