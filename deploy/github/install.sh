#!/usr/bin/env bash
# Install the auditor in a virtual environment of its own, in a folder that is no other job's.
# PYTHON: the interpreter. REQUIREMENT: what pip is to install; empty: the checkout that this action is part of.
set -euo pipefail

folder=$(mktemp -d "$RUNNER_TEMP/aws-account-auditor.XXXXXX")
# -I: modules of the working directory, which may have any names, are not imported.
"$PYTHON" -I -m venv "$folder/venv"
"$folder/venv/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input \
    -- "${REQUIREMENT:-$GITHUB_ACTION_PATH/../..}"
echo "folder=$folder" >>"$GITHUB_OUTPUT"
