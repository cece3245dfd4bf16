"""Replies cut into pages the way AWS cuts them, by botocore's own paginators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks import models
from benchmarks.account import AwsError

if TYPE_CHECKING:
    from benchmarks.decode import Asked

_USUAL = {"ec2": 1000, "s3": 10_000, "iam": 100, "rds": 100}
_USUAL_ELSEWHERE = 100
_BAD_TOKEN = AwsError("InvalidNextToken", "The pagination token is not valid.")


def page(asked: Asked, reply: dict[str, Any], size: int | None, empty_pages: int = 0) -> dict[str, Any] | AwsError:
    """Return the page of ``reply`` that is asked for: all of it when the operation is not paged.

    ``size`` is the most items of a page; None is what AWS gives by itself. Before each page come ``empty_pages`` that
    hold nothing but a token, as AWS allows itself to send.
    """
    paginator = models.paginator(asked.service, asked.operation)
    if paginator is None:
        return reply
    names = _list(paginator["result_key"])
    items = [(name, item) for name in names for item in _get(reply, name) or ()]
    try:
        start, empty = _position(asked, paginator)
    except ValueError:
        return _BAD_TOKEN
    if empty < empty_pages:
        return _cut(reply, paginator, [], f"{start}.{empty + 1}")
    stop = start + _size(asked, paginator, size)
    return _cut(reply, paginator, items[start:stop], f"{stop}.0" if stop < len(items) else None)


def _position(asked: Asked, paginator: dict[str, Any]) -> tuple[int, int]:
    token = asked.parameters.get(_list(paginator["input_token"])[0])
    if not token:
        return 0, 0
    start, _, empty = str(token).partition(".")
    return int(start), int(empty)


def _size(asked: Asked, paginator: dict[str, Any], size: int | None) -> int:
    usual = size or _USUAL.get(asked.service, _USUAL_ELSEWHERE)
    wanted = asked.parameters.get(paginator.get("limit_key", ""))
    return min(int(wanted), usual) if wanted else usual


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
