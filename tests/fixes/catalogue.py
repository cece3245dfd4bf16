"""Which CLI fixes are proven and which are only rehearsed, and why: for the tests and for the docs.

With ``tests`` on ``sys.path``, ``from fixes.catalogue import proven, unproven``; neither the emulator nor the AWS CLI
is needed for that.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fixes.words import WORDS

if TYPE_CHECKING:
    from types import ModuleType

    from fixes.proof import Proof

MECHANISM: Final = frozenset({"catalogue", "commands", "conftest", "lab", "proof", "states", "words"})
"""The modules of this folder that hold no tables."""


@cache
def tables() -> tuple[ModuleType, ...]:
    """Return the modules that hold proofs, by name."""
    stems = {path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("test_")}
    return tuple(importlib.import_module(f"fixes.{stem}") for stem in sorted(stems - MECHANISM))


def proofs() -> tuple[Proof, ...]:
    """Return every proof."""
    return tuple(proof for module in tables() for proof in module.PROOFS)


def proven() -> frozenset[str]:
    """Return the ids of the checks whose CLI fix is proven on the emulator."""
    return frozenset(proof.check for proof in proofs())


def unproven() -> dict[str, str]:
    """Return why the emulator cannot prove a CLI fix, by check id, in alphabetical order."""
    return dict(sorted(item for module in tables() for item in module.UNPROVEN.items()))


def words(check_id: str) -> dict[str, str]:
    """Return what the words in CAPITALS of a check's command stand for in a rehearsal."""
    homes = [module for module in tables() if check_id in told(module)]
    return {word: value for module in homes for word, value in (WORDS | getattr(module, "WORDS", {})).items()}


def told(module: ModuleType) -> list[str]:
    """Return the ids of the checks that a module's tables speak of."""
    return [proof.check for proof in module.PROOFS] + list(module.UNPROVEN)
