#!/usr/bin/env bash
# Makes a Python with the PyTorch that the tests tagged "pytorch" compare with, and with the TensorBoard and MLflow that
# read what a run records, and says how to run them.
# usage: make_venv.sh DIR [pip options, such as --extra-index-url https://download.pytorch.org/whl/cpu]
set -euo pipefail
dir=${1:?usage: make_venv.sh DIR [pip options]}
shift
python3 -m venv "$dir"
"$dir/bin/pip" install --quiet "$@" -r "$(dirname "$0")/requirements.txt" \
  -r "$(dirname "$0")/requirements-record.txt"
echo "export PENSTOCK_PYTHON=$(realpath "$dir")/bin/python   # then: mvn -pl trainer -am test -Dtests.included=pytorch"
