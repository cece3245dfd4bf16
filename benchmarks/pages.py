"""Replies cut into pages the way AWS cuts them, by botocore's own paginators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks import models
from benchmarks.account import AwsError

if TYPE_CHECKING:
    from benchmarks.decode import Asked

_USUAL = {"ec2": 1000, "s3": 10_000, "logs": 50, "kms": 50}
_USUAL_ELSEWHERE = 100
_LARGEST = {
    "ec2:DescribeLaunchTemplateVersions": 200,
    "efs:DescribeAccessPoints": 1000,
    "kms:ListAliases": 100,
}
"""The largest pages where botocore's model does not tell them, or not truly (each operation's API reference)."""
_BAD_TOKEN = AwsError("InvalidNextToken", "The pagination token is not valid.")


def page(asked: Asked, reply: dict[str, Any], size: int | None, empty_pages: int = 0) -> dict[str, Any] | AwsError:
    """Return the page of ``reply`` that is asked for: all of it when the operation is not paged.

    ``size`` is the most items of a page; None is what AWS gives by itself. Before each page come ``empty_pages`` that
    hold nothing but a token, as AWS allows itself to send.
    """
    paginator = models.paginator(asked.service, asked.operation)
    if paginator is None:
        return reply
    found = items(paginator, reply)
    try:
        start, empty = _position(asked, paginator)
    except ValueError:
        return _BAD_TOKEN
    if empty < empty_pages:
        return _cut(reply, paginator, [], f"{start}.{empty + 1}")
    stop = start + _size(asked, paginator, size)
    return _cut(reply, paginator, found[start:stop], f"{stop}.0" if stop < len(found) else None)


def items(paginator: dict[str, Any], reply: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the items that are cut into pages, each with the member it stands in."""
    return [(name, item) for name in _list(paginator["result_key"]) for item in _get(reply, name) or ()]


def largest(service: str, operation: str) -> int:
    """Return how many items AWS's largest page holds."""
    usual = _USUAL.get(service, _USUAL_ELSEWHERE)
    limit = (models.paginator(service, operation) or {}).get("limit_key")
    described = models.model(service)
    shape: Any = described.operation_model(operation).input_shape if described is not None else None
    modelled = shape.members[limit].metadata.get("max", usual) if limit else usual
    return _LARGEST.get(f"{service}:{operation}", int(modelled))


def _position(asked: Asked, paginator: dict[str, Any]) -> tuple[int, int]:
    token = asked.parameters.get(_list(paginator["input_token"])[0])
    if not token:
        return 0, 0
    start, _, empty = str(token).partition(".")
    return int(start), int(empty)


def _size(asked: Asked, paginator: dict[str, Any], size: int | None) -> int:
    wanted = asked.parameters.get(paginator.get("limit_key", ""))
    if not wanted:
        return size or _USUAL.get(asked.service, _USUAL_ELSEWHERE)
    return min(int(wanted), size or largest(asked.service, asked.operation))


def _cut(
    reply: dict[str, Any], paginator: dict[str, Any], items: list[tuple[str, Any]], token: str | None
) -> dict[str, Any]:
    cut = dict(reply)
    for name in _list(paginator["result_key"]):
        _set(cut, name, [item for key, item in items if key == name])
    if token is not None:
        _set(cut, _list(paginator["output_token"])[0].split(" ")[0], token)
    if "more_results" in paginator:
        _set(cut, paginator["more_results"], token is not None)
    return cut


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _get(reply: Any, path: str) -> Any:
    for name in path.split("."):
        reply = (reply or {}).get(name)
    return reply


def _set(reply: dict[str, Any], path: str, value: object) -> None:
    *parents, last = path.split(".")
    for name in parents:
        reply[name] = dict(reply.get(name) or {})
        reply = reply[name]
    reply[last] = value
