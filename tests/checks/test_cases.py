"""Every case of every check, and the invariants that hold over all of them."""

import importlib
from pathlib import Path

import pytest

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("test_"))


def load(name):
    spec = importlib.util.spec_from_file_location(f"cases_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASES


CASES = [case for name in MODULES for case in load(name)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case):
    case.run()
