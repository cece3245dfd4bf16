"""botocore made cheaper through its own seams: leaner models and less work per call.

Every function here changes cost and never meaning; where botocore's shape differs from what a function expects, it
leaves things as they are. Without this module every audit gives the same findings, later.
"""

from __future__ import annotations

import gzip
import logging
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from botocore import utils
from botocore.loaders import JSONFileLoader, create_loader

from auditor.connections import SEAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from botocore.client import BaseClient
    from botocore.session import Session

_LOGGER = logging.getLogger(__name__)

OWN_CALLS: Final[Mapping[str, frozenset[str]]] = {"s3": frozenset({"HeadBucket", "CreateSession"})}
"""What botocore's own handlers call: HeadBucket finds a bucket's region, CreateSession opens directory buckets."""

EXTRAS: Final = "service-2.sdk-extras"
"""The file of what botocore merges into a service's model."""


# --- Service models: only the operations that will be called -----------------------------------------------------


def use_lean_models(session: Session, operations: Mapping[str, Collection[str]]) -> None:
    """Have the session's clients know only ``operations`` (service → names) of the services named.

    Must come before the session's first client. Services not named (those botocore fetches credentials with) stay
    whole, and so do all models when botocore loads them another way.
    """
    try:
        loader = create_loader(session.get_config_variable("data_path"))
        loader.file_loader = _LeanFiles(operations)
        session.register_component("data_loader", loader)
    except SEAMS:
        _LOGGER.debug("service models are loaded the ordinary way", exc_info=True)


class _LeanFiles(JSONFileLoader):
    """Reads botocore's data files with msgspec, and of a service's model only what its named operations need."""

    def __init__(self, operations: Mapping[str, Collection[str]]) -> None:
        self._operations = operations
        self._shapes: dict[str, frozenset[str]] = {}

    def load_file(self, file_path: str) -> Any:
        """Return the file's content; None when there is no such file."""
        content = _content(file_path)
        if content is None:
            return None
        *_, service, _version, kind = Path(file_path).parts
        try:
            if kind == "service-2" and service in self._operations:
                return self._lean(service, content)
            if kind == EXTRAS and service in self._shapes:
                return _extras_of(msgspec.json.decode(content), self._shapes[service])
        except (msgspec.MsgspecError, *SEAMS):
            _LOGGER.debug("%s is read whole", file_path, exc_info=True)
        return msgspec.json.decode(content)

    def _lean(self, service: str, content: bytes) -> dict[str, Any]:
        model = lean_model(content, {*self._operations[service], *OWN_CALLS.get(service, ())})
        self._shapes[service] = frozenset(model["shapes"])
        return model


def _extras_of(extras: dict[str, Any], shapes: Collection[str]) -> dict[str, Any]:
    """Return what botocore merges into a service's model, less the shapes that the lean model leaves out."""
    merged = extras["merge"]
    kept = {name: shape for name, shape in merged.get("shapes", {}).items() if name in shapes}
    return {**extras, "merge": {**merged, "shapes": kept}}


def _content(path: str) -> bytes | None:
    plain, compressed = Path(path + ".json"), Path(path + ".json.gz")
    if plain.is_file():
        return plain.read_bytes()
    return gzip.decompress(compressed.read_bytes()) if compressed.is_file() else None


def lean_model(content: bytes, operations: Collection[str]) -> dict[str, Any]:
    """Return a service model with only ``operations``, the shapes they reach, all exceptions, and no documentation."""
    model = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    raw_operations = _raw(model.pop("operations"))
    raw_shapes = _raw(model.pop("shapes"))
    kept = {name: _undocumented(msgspec.json.decode(raw)) for name, raw in raw_operations.items() if name in operations}
    exceptions = [name for name, raw in raw_shapes.items() if b'"exception":true' in bytes(raw)]
    shapes = _reachable(raw_shapes, [*_references(kept), *exceptions])
    rest = {key: msgspec.json.decode(raw) for key, raw in model.items() if key != "documentation"}
    return {**rest, "operations": kept, "shapes": shapes}


def _raw(content: msgspec.Raw) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(content, type=dict[str, msgspec.Raw])


def _reachable(raw_shapes: Mapping[str, msgspec.Raw], names: list[str]) -> dict[str, Any]:
    shapes: dict[str, Any] = {}
    while names:
        name = names.pop()
        if name not in shapes:
            shapes[name] = _undocumented(msgspec.json.decode(raw_shapes[name]))
            names.extend(_references(shapes[name]))
    return shapes


def _references(value: Any) -> Iterator[str]:
    """Yield the names of the shapes that a part of a model refers to."""
    if isinstance(value, dict):
        name = value.get("shape")
        if isinstance(name, str):
            yield name
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _undocumented(value: Any) -> Any:
    """Return a part of a model without its prose: most of its bytes. A member *named* documentation is no prose."""
    if isinstance(value, dict):
        return {
            key: _undocumented(each)
            for key, each in value.items()
            if key != "documentation" or not isinstance(each, str)
        }
    return [_undocumented(each) for each in value] if isinstance(value, list) else value


# --- Timestamps -------------------------------------------------------------------------------------------------


def use_fast_timestamps(session: Session) -> None:
    """Have replies' timestamps read by the standard library, in UTC; what it cannot read, botocore reads."""
    try:
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=timestamp)
    except SEAMS:
        _LOGGER.debug("timestamps are parsed the ordinary way", exc_info=True)


def timestamp(value: str | float) -> datetime:
    """Return the moment AWS wrote as ISO 8601, seconds since 1970, or an HTTP date; ValueError for anything else."""
    try:
        if isinstance(value, str) and value[4:5] == "-":
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return utils.parse_timestamp(value)  # type: ignore[arg-type]  # the stub forgets numbers


# --- Endpoints --------------------------------------------------------------------------------------------------


def remember_endpoints(client: BaseClient, size: int, providers: dict[str, Any]) -> None:
    """Have ``client`` work out each bucket's endpoint once: botocore remembers 100 of them, over all clients.

    Its rules become those of ``providers``, by service: they are the same in all regions, and large.
    """
    try:
        resolver = client._ruleset_resolver  # type: ignore[attr-defined]
        service = client.meta.service_model.service_name
        resolver._provider = providers.get(service) or providers.setdefault(
            service, _remembering(resolver._provider, size)
        )
    except SEAMS:
        _LOGGER.debug("endpoints are resolved the ordinary way", exc_info=True)


def _remembering(provider: Any, size: int) -> Any:
    resolve = type(provider).resolve_endpoint
    cached = lru_cache(size)(lambda **parameters: resolve(provider, **parameters))
    provider.resolve_endpoint = partial(_remembered, cached)
    return provider


def _remembered(cached: Callable[..., Any], **parameters: object) -> Any:
    return cached(**{name: tuple(each) if isinstance(each, list) else each for name, each in parameters.items()})
