"""Replies as plain JSON values: what botocore parsed, made equal for live and replayed audits."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from auditor.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

_AS_IS: Final = (bool, int, float, type(None))


def plain(value: Any) -> Any:
    """Return ``value`` with times in UTC, bytes as text (base64 where they are none), and no transport metadata."""
    if isinstance(value, str):
        return value if value.isascii() else _encodable(value)
    if isinstance(value, _AS_IS):
        return value
    if isinstance(value, dict):
        return {plain(str(key)): plain(each) for key, each in value.items() if key != "ResponseMetadata"}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return _text(value.read() if hasattr(value, "read") else value)


def _encodable(text: str) -> str:
    """Return ``text`` with halves of characters, which JSON can carry and no file can, replaced."""
    return text.encode(errors="replace").decode()


def _text(value: bytes) -> str:
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


def masked(value: Any, shape: Shape | None) -> Any:
    """Return ``value`` with every member that AWS's model marks as sensitive masked."""
    return _masked(value, shape) if shape is not None and _holds_secrets(shape) else value


def _masked(value: Any, shape: Shape) -> Any:
    if value is None:
        return value
    if shape.metadata.get("sensitive"):
        return MASK
    if shape.type_name == "structure" and isinstance(value, dict):
        return {key: _masked(each, shape.members[key]) if key in shape.members else each for key, each in value.items()}  # type: ignore[attr-defined]
    if shape.type_name == "list" and isinstance(value, list):
        return [_masked(each, shape.member) for each in value]  # type: ignore[attr-defined]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _masked(each, shape.value) for key, each in value.items()}  # type: ignore[attr-defined]
    return value


@cache
def _holds_secrets(shape: Shape, above: frozenset[str] = frozenset()) -> bool:
    if shape.metadata.get("sensitive"):
        return True
    if shape.name in above:
        return False
    above |= {shape.name}
    if shape.type_name == "structure":
        return any(_holds_secrets(member, above) for member in shape.members.values())  # type: ignore[attr-defined]
    if shape.type_name == "list":
        return _holds_secrets(shape.member, above)  # type: ignore[attr-defined]
    return shape.type_name == "map" and _holds_secrets(shape.value, above)  # type: ignore[attr-defined]


_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": datetime,
}
"""How a plain value of each of botocore's types is held."""


def conforming(value: Any, shape: Shape | None) -> Any:
    """Return ``value`` when its types are those of AWS's model; ValueError when not, as botocore takes any JSON."""
    if value is None or shape is None:
        return value
    if not isinstance(value, _TYPES.get(shape.type_name, object)):
        raise ValueError(f"{shape.name} is {type(value).__name__} and not {shape.type_name}")  # noqa: TRY004 - data, not code
    for part, part_shape in _parts(value, shape):
        conforming(part, part_shape)
    return value


def _parts(value: Any, shape: Any) -> Iterator[tuple[Any, Shape]]:
    if shape.type_name == "structure":
        yield from ((each, shape.members[key]) for key, each in value.items() if key in shape.members)
    elif shape.type_name == "list":
        yield from ((each, shape.member) for each in value)
    elif shape.type_name == "map":
        yield from ((each, shape.value) for each in value.values())
