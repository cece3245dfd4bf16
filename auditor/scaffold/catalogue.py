"""What AWS services list and how, by the API models that botocore ships: names for new checks, without a network."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import AuditorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel, ServiceModel

LISTS: Final = re.compile(r"(?:List|Describe|Get)(?P<plural>\w+)")
SCALARS: Final = {"string": "str", "boolean": "bool", "integer": "int", "long": "int"}
"""The Python types of the shapes that a single word or number of a reply has."""


class CatalogueError(AuditorError):
    """A service or a kind of resource has another name in AWS's API; the message names the nearest."""


@dataclass(frozen=True, slots=True)
class Value:
    """Where one value of a resource stands: at ``path`` of the row, or of the reply of ``operation``."""

    path: str
    type: str
    operation: str = ""
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource that a service lists: the operation, the rows of its reply, and what names a row."""

    service: str
    name: str
    type: str
    regional: bool
    operation: str
    rows: str
    id: str
    arn: str
    value: Value


def service_of(check_id: str) -> str:
    """Return the AWS service that the id starts with; CatalogueError when there is none."""
    from botocore.loaders import Loader

    services = Loader().list_available_services("service-2")
    named = [each for each in services if check_id.startswith(f"{each}-")]
    if named:
        return max(named, key=len)
    nearest = difflib.get_close_matches(check_id.partition("-")[0], services, 1)
    hint = f": did you mean {nearest[0]}?" if nearest else ""
    raise CatalogueError(f"{check_id} does not start with a service that boto3 knows{hint}")


def kind_of(service: str, words: list[str]) -> tuple[Kind, tuple[str, ...]]:
    """Return the kind of resource that ``words`` start with, the longest there is, and the words behind it.

    CatalogueError, with the kinds there are, when the service lists nothing of that name.
    """
    kinds = {kind.lower(): (kind, operation) for kind, operation in _kinds(_model(service))}
    for count in range(len(words) - 1, 0, -1):
        if found := kinds.get("".join(words[:count])):
            return _kind(_model(service), *found), tuple(words[count:])
    known = ["-".join([service, *words_of(kind)]) for kind, _ in kinds.values()]
    nearest = [each for each in known if words[0] in each] or difflib.get_close_matches("-".join(words), known) or known
    hint = f"it lists {', '.join(sorted(nearest, key=len)[:3])}" if nearest else "declare its class by hand"
    raise CatalogueError(f"{service} lists no {words[0]} by a call without parameters: {hint}")


def _model(service: str) -> ServiceModel:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def _is_regional(service: str) -> bool:
    """Return whether the service has an endpoint in each region of the commercial partition."""
    from botocore.loaders import Loader

    services = Loader().load_data("endpoints")["partitions"][0]["services"]
    return bool(services.get(service, {}).get("isRegionalized", True))


def words_of(name: str) -> list[str]:
    """Return the words of a CamelCase name in lower case."""
    return [each.lower() for each in re.findall(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z\d]+", name)]


def _kinds(model: ServiceModel) -> Iterator[tuple[str, OperationModel]]:
    """Yield every kind of resource that an operation lists without being told of what; lists before descriptions."""
    for verb in ("Get", "Describe", "List"):
        for name in model.operation_names:
            plural = LISTS.fullmatch(name)
            if plural and name.startswith(verb) and plural["plural"].endswith("s"):
                operation = model.operation_model(name)
                if _rows(operation) and not _required(operation):
                    yield _singular(plural["plural"]), operation


def _singular(plural: str) -> str:
    if plural.endswith("ies"):
        return f"{plural[:-3]}y"
    return plural[:-2] if plural.endswith(("sses", "xes", "ches")) else plural[:-1]


def _rows(operation: OperationModel) -> str:
    """Return the member of the reply that holds the rows; nothing when there is none."""
    members = operation.output_shape.members if operation.output_shape else {}
    return next((name for name, shape in members.items() if shape.type_name == "list"), "")


def _required(operation: OperationModel) -> list[str]:
    return list(operation.input_shape.required_members) if operation.input_shape else []


def _kind(model: ServiceModel, name: str, operation: OperationModel) -> Kind:
    service, rows = model.service_name, _rows(operation)
    reply: Any = operation.output_shape
    row = reply.members[rows].member
    members: dict[str, Any] = row.members if row.type_name == "structure" else {}
    id_ = _first(members, f"{name}(Name|Id|Identifier)", "Name|Id", ".*(Name|Id)")
    arn = _first(members, f"{name}Arn|Arn")
    guessed = f"arn:{{partition}}:{service}:{{region}}:{{account}}:{'-'.join(words_of(name))}/{{id}}"
    return Kind(
        service=service,
        name=name,
        type=f"AWS::{model.metadata['serviceId'].replace(' ', '')}::{name}",
        regional=_is_regional(service),
        operation=operation.name,
        rows=rows,
        id=id_ or arn or "@",
        arn=f"{{{arn}}}" if arn else guessed,
        value=_listed({key: shape for key, shape in members.items() if key not in {id_, arn}})
        or _asked(model, name, {id_, arn, _singular(rows)})
        or Value("@", "str"),
    )


def _first(members: dict[str, Any], *patterns: str) -> str:
    """Return the first member that the first of the patterns matches, whatever its case."""
    found = (each for pattern in patterns for each in members if re.fullmatch(pattern, each, re.IGNORECASE))
    return next(found, "")


def _listed(members: dict[str, Any]) -> Value | None:
    """Return the row's first value that is a single word or number."""
    found = (Value(name, SCALARS[shape.type_name]) for name, shape in members.items() if shape.type_name in SCALARS)
    return next(found, None)


def _asked(model: ServiceModel, name: str, names: set[str]) -> Value | None:
    """Return what an operation tells of one resource, best of all one that is asked by one of ``names``."""
    asking = re.compile(f"(Describe|Get){name}(?!s$)\\w*")
    operations = [model.operation_model(each) for each in filter(asking.fullmatch, model.operation_names)]
    values = [
        Value(next(iter(each.output_shape.members)), "dict[str, Any]", each.name, _required(each)[0])
        for each in operations
        if len(_required(each)) == 1 and each.output_shape and each.output_shape.members
    ]
    return min(values, key=lambda each: (each.parameter not in names, len(each.operation)), default=None)
