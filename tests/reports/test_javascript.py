"""The script of the HTML report: its types by the TypeScript compiler, its core under Node; skipped without them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLED = Path(sys.prefix, "node/node_modules/.bin/tsc")
COMPILER = os.environ.get("TSC") or shutil.which("tsc") or (str(INSTALLED) if INSTALLED.exists() else "")
NODE = shutil.which("node")
OPTIONS = (
    "--noEmit", "--allowJs", "--checkJs", "--strict", "--noUncheckedIndexedAccess", "--noImplicitReturns",
    "--target", "es2023", "--lib", "es2023,dom,dom.iterable",
)  # fmt: skip
LONGEST = 400


def run(*command):
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=300, cwd=ROOT)


@pytest.mark.skipif(not COMPILER, reason="npm install --prefix .venv/node typescript")
def test_types_hold():
    modules = sorted(map(str, (ROOT / "reports/html/js").glob("*.js")))
    checked = run(COMPILER, *OPTIONS, *modules)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(not NODE, reason="Node.js is not installed")
def test_core_under_node():
    tested = run(NODE, "--test", *sorted(map(str, (ROOT / "tests/js").glob("*.test.mjs"))))
    assert tested.returncode == 0, tested.stdout


@pytest.mark.parametrize("path", sorted((ROOT / "reports/html").glob("*/*.[cj]s*")), ids=lambda path: path.name)
def test_modules_stay_small(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST
