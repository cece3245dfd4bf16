"""What the test suite knows, imported by the names that pytest's ``pythonpath`` gives its modules."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import ModuleType

TESTS: Final = Path(__file__).resolve().parents[2] / "tests"


def suite(module: str) -> ModuleType:
    """Return a module of the test suite."""
    for folder in (str(TESTS), str(TESTS / "checks")):
        if folder not in sys.path:
            sys.path.append(folder)
    return import_module(module)
