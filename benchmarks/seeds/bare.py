"""What AWS answers about all that an account does not use: the emptiest replies that the services' models allow.

Every operation that the built-in checks ask and no other seed answers gets one, so that an account is wholly read
whatever checks are added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor import registry
from auditor.facts import Asked
from auditor.plan import Plan
from benchmarks import models
from benchmarks.account import AwsError
from benchmarks.seeds.seed import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.account import Reply
    from benchmarks.seeds.seed import Seed

_NUMBERS: Final = frozenset({"integer", "long", "float", "double"})
_REQUIRED: Final[dict[str, Any]] = {"string": "none", "timestamp": NOW, "blob": b""}
"""What stands in for a member that the model requires; optional ones of these types are left out."""
_DEPTH: Final = 1
"""How many structures deep optional members are filled in, too."""


def fill(seed: Seed) -> None:
    """Answer what no other seed has answered so far."""
    plan = Plan(registry.load().checks.values())
    missing = {
        (step.request.service, step.request.operation) for step in plan.steps() if step.request.service
    } - seed.account.operations
    codes = _codes(fact for fact in plan.facts if isinstance(fact, Asked))
    for service, operation in sorted(missing):
        code = codes.get(f"{service}:{operation}")
        seed.account.put(service, operation, _error(service, operation, code) if code else empty(service, operation))


def _codes(facts: Iterable[Asked[Any]]) -> dict[str, str]:
    """Return, by operation, the code by which AWS says that nothing is configured."""
    return {fact.request.name: next(iter(fact.absent)) for fact in facts if fact.absent}


def _error(service: str, operation: str, said: str) -> AwsError:
    code, _, words = said.partition(": ")
    described = models.model(service)
    shapes = described.operation_model(operation).error_shapes if described is not None else []
    statuses = [each.metadata.get("error", {}).get("httpStatusCode") for each in shapes if each.name == code]
    return AwsError(code, words or "There is none.", next(filter(None, statuses), 400))


def empty(service: str, operation: str) -> Reply:
    """Return the emptiest reply of an operation: no rows, switches off, the first of a choice of words."""
    described = models.model(service)
    shape = described.operation_model(operation).output_shape if described is not None else None
    return _structure(shape, _DEPTH) if shape is not None else {}


def _value(shape: Any, *, required: bool, depth: int) -> Any:
    """Return the emptiest value of a shape, structures ``depth`` deep; None for a member that is best left out."""
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, depth - 1) if depth or required else None
    if kind in {"list", "map"}:
        return [] if kind == "list" else {}
    if kind == "string" and shape.enum:
        return shape.enum[0]
    if kind in _NUMBERS:
        return shape.metadata.get("min", 0)
    return False if kind == "boolean" else _REQUIRED.get(kind) if required else None


def _structure(shape: Any, depth: int) -> dict[str, Any]:
    members = {
        name: _value(each, required=name in shape.required_members, depth=max(depth, 0))
        for name, each in shape.members.items()
    }
    return {name: each for name, each in members.items() if each is not None}
