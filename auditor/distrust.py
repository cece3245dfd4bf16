"""Replies that are none: what botocore takes for an empty or shorter answer, which would then read as "there is none".

botocore counts no bytes (and over TLS Python takes a reset connection for its end), reads a proxy's web page as a reply
without members, and broken JSON as an empty object. Each would pass a check that looks for something bad.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.awsrequest import AWSResponse
    from botocore.client import BaseClient
    from botocore.model import OperationModel, Shape

ATTEMPTS: Final = 3
"""Tries of a call whose reply is malformed: the network may have cut it, but what answers so thrice is not AWS."""
_CODE: Final = "MalformedReply"
_BAD_GATEWAY: Final = 502
_ROOT: Final = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?<(?:\w+:)?(\w+)")


def refuse_malformed(client: BaseClient) -> None:
    """Have ``client`` ask again when a reply is malformed, and raise ResponseParserError when it stays so."""
    service = client.meta.service_model.service_id.hyphenize()  # events of a service come before those of all services
    client.meta.events.register_first(f"before-parse.{service}", _mark)
    client.meta.events.register_first(f"needs-retry.{service}", _ask_again)


def complaint(operation: OperationModel, headers: Mapping[str, str], body: bytes) -> str:
    """Return what is wrong with the body of a successful reply; empty when nothing is."""
    announced = headers.get("Content-Length") or ""
    if announced.isdigit() and int(announced) != len(body):
        return f"it has {len(body)} of {announced} bytes"
    if body[:100].lstrip().lower().startswith((b"<html", b"<!doctype html")):
        return "it is a web page"
    if not _has_structured_body(operation):
        return "" if body or not _has_payload(operation) else "it is empty"
    protocol: str = operation.service_model.resolved_protocol
    if "json" in protocol:
        return "" if _is_json_object(body) else "it is not a JSON object"
    if not _is_whole_xml(body, _root(operation, protocol)):
        return "it is not the XML that AWS documents"
    return _odd_truth_value(body, _truth_values(operation.output_shape))


def _odd_truth_value(body: bytes, truth_values: re.Pattern[bytes] | None) -> str:
    """Return what is wrong with the truth values of an XML body: botocore takes all but ``true`` for false."""
    found = truth_values.findall(body) if truth_values else ()
    odd = next((each for each in found if each not in {b"true", b"false"}), None)
    return "" if odd is None else f"a truth value is {odd[:20]!r}"


@functools.cache
def _truth_values(shape: Shape | None) -> re.Pattern[bytes] | None:
    """Return the pattern that finds the truth values of a reply; None for one that has none.

    A name that is also another member's, of another type, tells nothing.
    """
    members = [member for each in _shapes(shape, set()) for member in _members(each)]
    names = {name for name, type_name in members if type_name == "boolean"}
    names -= {name for name, type_name in members if type_name != "boolean"}
    return re.compile(rf"<(?:{'|'.join(sorted(names))})>([^<]*)<".encode()) if names else None


def _shapes(shape: Any, seen: set[str]) -> Iterator[Any]:
    """Yield the shape and every shape it is made of, each once."""
    if shape is None or shape.name in seen:
        return
    seen.add(shape.name)
    yield shape
    members = [*getattr(shape, "members", {}).values(), getattr(shape, "member", None), getattr(shape, "value", None)]
    for part in members:
        yield from _shapes(part, seen)


def _members(shape: Any) -> Iterator[tuple[str, str]]:
    """Yield the names in XML and the types of a structure's members."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if "location" not in member.serialization:
                yield member.serialization.get("name", name), member.type_name


def _root(operation: OperationModel, protocol: str) -> bytes | None:
    """Return the name of the element that a reply is; None where botocore's model does not tell."""
    return f"{operation.name}Response".encode() if protocol in {"query", "ec2"} else None


def _is_whole_xml(body: bytes, expected: bytes | None) -> bool:
    """Return whether XML begins with the expected root and ends with what closes it, as a cut reply does not."""
    root = _ROOT.match(body)
    if root is None or (expected is not None and root[1] != expected):
        return False
    end = body[-200:].rstrip()
    return end.endswith((b"</%b>" % root[1], b":%b>" % root[1])) or (
        end.endswith(b"/>") and body.count(b"<", root.end()) == 0
    )


def _has_structured_body(operation: OperationModel) -> bool:
    shape = operation.output_shape
    if operation.service_model.resolved_protocol in {"query", "ec2"}:
        return True
    if shape is None:
        return False
    members: Mapping[str, Any] = shape.members
    payload = shape.serialization.get("payload")
    if payload is not None:
        return members[payload].type_name not in {"blob", "string"}
    return any(not each.serialization.get("location") for each in members.values())


def _has_payload(operation: OperationModel) -> bool:
    return operation.output_shape is not None and "payload" in operation.output_shape.serialization


def _is_json_object(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError:
        return False
    return True


def _mark(
    operation_model: OperationModel,
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any],
    **_event: object,
) -> None:
    """Turn a malformed success into a gateway's error: botocore's own way with S3's errors that come as successes."""
    body = response_dict["body"]
    if response_dict["status_code"] >= 300 or not isinstance(body, bytes):  # noqa: PLR2004 - botocore's own boundary
        return
    if operation_model.http.get("method") == "HEAD":
        return
    wrong = complaint(operation_model, response_dict["headers"], body)
    if wrong:
        response_dict.update(status_code=_BAD_GATEWAY, body=b"")
        customized_response_dict["Error"] = {"Code": _CODE, "Message": f"the reply is malformed: {wrong}"}


def _ask_again(attempts: int, response: tuple[AWSResponse, dict[str, Any]] | None = None, **_event: object) -> None:
    error = response[1].get("Error", {}) if response is not None else {}
    if response is None or error.get("Code") != _CODE:
        return
    response[0].status_code = _BAD_GATEWAY
    if attempts >= ATTEMPTS:
        raise ResponseParserError(error["Message"])
