"""From the bytes of a request to the operation and parameters the client meant, by botocore's own models."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from benchmarks import models

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

    from benchmarks.server import Request

_PLACEHOLDER = re.compile(r"\{([^}+]+)(\+?)\}")
_SIGNED_AS = {"s3express": "s3"}
"""Services by names that botocore signs with and no model knows."""
_SIGNED_APART = {("s3express", "ListBuckets"): "ListDirectoryBuckets"}
"""Operations that share method and path with another one, and are told from it by the name they are signed with."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One decoded request. ``model`` is None when no service knows the operation."""

    service: str
    operation: str
    region: str
    parameters: dict[str, Any] = field(default_factory=dict)
    model: OperationModel | None = None
    method: str = "POST"


def decode(request: Request, head: bytes) -> Asked:
    """Return what a request asks for: region from the signature's scope, the rest by the service's protocol."""
    signed = request.signing_name.decode() or "sts"
    signing_name = _SIGNED_AS.get(signed, signed)
    method, target, *_ = request.line.decode("latin-1").split(" ")
    if request.target:
        service, operation, parameters = _json(signing_name, request)
    elif b"Action=" in request.body:
        service, operation, parameters = _query(signing_name, request.body.decode())
    else:
        service, operation, parameters = _rest(signing_name, method, target, head, request.body)
    operation = _SIGNED_APART.get((signed, operation), operation)
    found = models.model(service)
    known = found is not None and operation in found.operation_names
    described = found.operation_model(operation) if found is not None and known else None
    return Asked(service, operation, request.region.decode(), parameters, described, method)


# --- json -------------------------------------------------------------------------------------------------------


def _json(signing_name: str, request: Request) -> tuple[str, str, dict[str, Any]]:
    prefix, _, operation = request.target.decode().rpartition(".")
    service = signing_name
    for candidate in models.services_signing_as(signing_name):
        described = models.model(candidate)
        if described is not None and described.metadata.get("targetPrefix") == prefix:
            service = candidate
            break
    return service, operation, json.loads(request.body or b"{}")


# --- query and ec2 ----------------------------------------------------------------------------------------------


def _query(signing_name: str, body: str) -> tuple[str, str, dict[str, Any]]:
    flat = dict(parse_qsl(body, keep_blank_values=True))
    operation, version = flat.pop("Action"), flat.pop("Version", "")
    service = signing_name
    for candidate in models.services_signing_as(signing_name):
        described = models.model(candidate)
        if described is not None and described.api_version == version and operation in described.operation_names:
            service = candidate
            break
    described = models.model(service)
    if described is None or operation not in described.operation_names:
        return service, operation, dict(flat)
    shape = described.operation_model(operation).input_shape
    ec2 = described.resolved_protocol == "ec2"
    return service, operation, _from_tree(shape, _tree(flat), ec2=ec2) if shape else {}


def _tree(flat: dict[str, str]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for name, value in flat.items():
        *parents, last = name.split(".")
        node = root
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = value
    return root


def _from_tree(shape: Any, node: Any, *, ec2: bool) -> Any:
    if shape.type_name == "structure":
        named = {name: node.get(_query_name(name, member, ec2=ec2)) for name, member in shape.members.items()}
        return {
            name: _from_tree(shape.members[name], each, ec2=ec2) for name, each in named.items() if each is not None
        }
    if shape.type_name == "list":
        nested = not ec2 and not shape.serialization.get("flattened")
        items = node.get(shape.member.serialization.get("name", "member"), {}) if nested else node
        return [_from_tree(shape.member, items[index], ec2=ec2) for index in sorted(items, key=int)]
    return _scalar(shape, node)


def _query_name(name: str, member: Shape, *, ec2: bool) -> str:
    written: str = member.serialization.get("queryName" if ec2 else "name", "")
    if ec2 and not written:
        written = member.serialization.get("name", name)
        return written[0].upper() + written[1:]
    return written or name


def _scalar(shape: Shape, text: str) -> object:
    if shape.type_name in {"integer", "long"}:
        return int(text)
    return text == "true" if shape.type_name == "boolean" else text


# --- rest -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Route:
    operation: str
    method: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    literal: int
    parameters: frozenset[str]
    deprecated: bool

    def fits(self, query: dict[str, str]) -> tuple[int, int, bool]:
        """Return how well the route fits a request that it matches: the greater, the better."""
        return self.literal + 1000 * len(self.query), len(self.parameters & query.keys()), not self.deprecated


@cache
def _routes(service: str) -> tuple[_Route, ...]:
    """Return a service's routes, the most particular first."""
    described = models.model(service)
    if described is None or not described.resolved_protocol.startswith("rest"):
        return ()
    routes = [_route(described.operation_model(name)) for name in described.operation_names]
    return tuple(sorted(routes, key=lambda route: (-len(route.query), -route.literal)))


def _route(operation: OperationModel) -> _Route:
    path, _, query = operation.http["requestUri"].partition("?")
    pattern, place = "", 0
    for match in _PLACEHOLDER.finditer(path):
        name = re.sub(r"\W", "_", match[1])
        pattern += re.escape(path[place : match.start()]) + (f"(?P<{name}>.+)" if match[2] else f"(?P<{name}>[^/]+)")
        place = match.end()
    pattern += re.escape(path[place:].rstrip("/"))
    literals = tuple(parse_qsl(query, keep_blank_values=True))
    literal = len(_PLACEHOLDER.sub("", path))
    path_pattern = re.compile(pattern + "/?")
    parameters = frozenset(_query_parameters(operation.input_shape))
    return _Route(
        operation.name, operation.http["method"], path_pattern, literals, literal, parameters, operation.deprecated
    )


def _query_parameters(shape: Any) -> list[str]:
    members = shape.members.items() if shape is not None else ()
    written = [(name, member.serialization) for name, member in members]
    return [each.get("name", name) for name, each in written if each.get("location") == "querystring"]


def _rest(signing_name: str, method: str, target: str, head: bytes, body: bytes) -> tuple[str, str, dict[str, Any]]:
    url = urlsplit(target)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    found = [
        (route.fits(query), service, route, match)
        for service in models.services_signing_as(signing_name)
        for route in _routes(service)
        if route.method == method
        and (match := route.path.fullmatch(url.path))
        and all(query.get(name) == value for name, value in route.query)
    ]
    if not found:
        return signing_name, f"{method} {url.path}", query
    _, service, route, match = max(found, key=lambda each: each[0])
    described = models.model(service)
    shape = described.operation_model(route.operation).input_shape if described is not None else None
    parameters = _rest_parameters(shape, match, query, head) if shape is not None else {}
    if body[:1] == b"{":
        parameters |= json.loads(body)
    return service, route.operation, parameters


def _rest_parameters(shape: Any, match: re.Match[str], query: dict[str, str], head: bytes) -> dict[str, Any]:
    headers = {name.lower(): value.strip() for name, _, value in _header_lines(head)}
    sources = {
        "uri": {name: unquote(value) for name, value in match.groupdict().items()},
        "querystring": query,
        "header": headers,
    }
    parameters = {}
    for name, member in shape.members.items():
        written = member.serialization.get("name", name)
        place = member.serialization.get("location", "")
        key = {"uri": re.sub(r"\W", "_", written), "header": written.lower()}.get(place, written)
        value = sources.get(place, {}).get(key)
        if value is not None:
            parameters[name] = [value] if member.type_name == "list" else _scalar(member, value)
    return parameters


def _header_lines(head: bytes) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:] if line]
