"""The house rules: who imports whom, how long things are, what is documented."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("auditor", "checks", "reports")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def trees():
    return [(path, ast.parse(path.read_text())) for path in FILES]


def functions():
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield path, node


def length(node):
    lines = node.end_lineno - node.lineno + 1
    if ast.get_docstring(node):
        first = node.body[0]
        lines -= first.end_lineno - first.lineno + 1
    return lines


def test_who_may_import_whom():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_functions_are_short():
    lengths = sorted(length(node) for _, node in functions())
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 30
    assert [f"{path.name}:{node.name}" for path, node in functions() if length(node) > 50] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short(path):
    assert len(path.read_text().splitlines()) <= 400


def test_every_public_thing_is_documented():
    """Ruff sees to functions and classes; this sees to modules, the fourth kind."""
    assert [path for path, tree in trees() if not ast.get_docstring(tree)] == []


def test_nothing_is_left_for_later():
    words = ("TODO", "FIXME", "XXX", "NotImplementedError()", "for now")
    assert [path.name for path in FILES if any(word in path.read_text() for word in words)] == []


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["checks"], ["plan"], ["permissions"]], ids=" ".join)
def test_the_sdk_is_imported_only_when_a_scan_begins(arguments):
    script = (
        "import sys; from auditor.__main__ import main; main(sys.argv[1:]); "
        "print(*{'boto3', 'botocore', 'jinja2', 'rich', 'moto'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_that_it_is_typed(package):
    assert (ROOT / package / "py.typed").exists()
