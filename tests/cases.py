"""Every case of every check: the tables ``CASES`` of tests/checks."""

import importlib.util
from pathlib import Path

FOLDER = Path(__file__).parent / "checks"


def load(path):
    name = "_".join(["cases", *path.relative_to(FOLDER).with_suffix("").parts])
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, "CASES", [])


FILES = sorted(path for path in FOLDER.rglob("*.py") if not path.name.startswith(("test_", "conftest")))
CASES = [case for path in FILES for case in load(path)]
