"""A new check with its three cases: written to be changed, and green from the first run.

In a checkout of the auditor the check goes where the built-in ones are; anywhere else its cases stand beside it.
"""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.checking import ID
from auditor.errors import AuditorError
from auditor.facts import Derived
from auditor.registry import load
from auditor.resource import Resource
from auditor.scaffold.catalogue import Kind, kind_of, service_of, words_of

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.facts import Fact

GOOD: Final = {"str": '"value"', "bool": "True", "int": "1", "dict[str, Any]": '{"Key": "value"}'}
"""A value of each type that a resource as it should be may have, in Python."""
CHECKOUT: Final = ("auditor", "checks", "tests/checks")


class ScaffoldError(AuditorError):
    """A check cannot be written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a new check is about: a resource class with one fact, the words of the rule, and how the class is had.

    ``known`` is a class of the built-in checks, ``kind`` what a new class is declared from; one of them is there.
    """

    service: str
    class_name: str
    fact: str
    permission: str
    rule: tuple[str, ...]
    known: type[Resource] | None = None
    kind: Kind | None = None


def write(check_id: str, folder: Path) -> list[Path]:
    """Write the check and its cases below ``folder`` and return the files.

    ScaffoldError or CatalogueError for an id that cannot be used, and where a file is in the way.
    """
    if not ID.fullmatch(check_id):
        raise ScaffoldError(f"{check_id!r} is not an id: write service-subject-rule in lower case: sqs-queue-encrypted")
    checks = load().checks
    if check_id in checks:
        raise ScaffoldError(f"the id {check_id} is taken: `auditor checks show {check_id}` explains that check")
    classes = {each for check in checks.values() for each in check.types if each.__module__.startswith("checks.")}
    files = _files(check_id, _known(check_id, classes) or _new(check_id), folder)
    taken = [path for path in files if path.exists()]
    if taken:
        raise ScaffoldError(f"{taken[0]} is there already: remove it, or choose another id")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ScaffoldError(f"{error.filename} cannot be written: {error.strerror}") from error
    return list(files)


def _known(check_id: str, classes: set[type[Resource]]) -> Subject | None:
    """Return the subject of an id that starts with a built-in resource class; None when none is so named."""
    for resource_type in sorted(classes, key=lambda each: (-len(each.__name__), each.__name__)):
        start = "-".join([resource_type.service, *words_of(resource_type.__name__)]) + "-"
        facts = [each for each in resource_type.facts().values() if not isinstance(each, Derived)]
        if check_id.startswith(start) and facts:
            rule = tuple(check_id.removeprefix(start).split("-"))
            name, fact = resource_type.__name__, facts[0]
            return Subject(resource_type.service, name, fact.name, _permission(fact), rule, known=resource_type)
    return None


def _permission(fact: Fact[Any]) -> str:
    requests = fact.requests or (fact.owner.listing_request(),)
    return requests[0].permission


def _new(check_id: str) -> Subject:
    """Return the subject of an id that starts with a service and a kind of resource it lists."""
    service = service_of(check_id)
    kind, rule = kind_of(service, check_id.removeprefix(f"{service}-").split("-"))
    fact = "_".join(words_of(kind.value.path)) or "value"
    taken = {*keyword.kwlist, *dir(Resource), *Resource.__init__.__code__.co_names}
    if fact in taken:
        fact = "_".join([*words_of(kind.name), fact])
    return Subject(service, kind.name, fact, f"{service}:{kind.value.operation or kind.operation}", rule, kind=kind)


def _files(check_id: str, subject: Subject, folder: Path) -> dict[Path, str]:
    """Return the files to write and their texts."""
    name = check_id.replace("-", "_")
    if not all((folder / each).is_dir() for each in CHECKOUT):
        check, cases = _texts(check_id, subject, name, alone=True)
        return {folder / f"{name}.py": check, folder / f"test_{name}.py": cases}
    package = subject.service.replace("-", "_")
    module = name.removeprefix(f"{package}_")
    check, cases = _texts(check_id, subject, f"checks.{package}.{module}", alone=False)
    home, marker = folder / "checks" / package, folder / "checks" / package / "__init__.py"
    package_files = {} if marker.exists() else {marker: f'"""Checks of {subject.service}."""\n'}
    return {**package_files, home / f"{module}.py": check, folder / "tests" / "checks" / f"{name}.py": cases}


def _texts(check_id: str, subject: Subject, module: str, *, alone: bool) -> tuple[str, str]:
    """Return the source of the check and of its cases; ``alone`` cases run themselves."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("auditor.scaffold", "."),
        autoescape=False,  # noqa: S701 - it writes Python
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    values = {"check_id": check_id, "module": module, "alone": alone, **_values(subject)}
    return templates.get_template("check.j2").render(values), templates.get_template("cases.j2").render(values)


def _values(subject: Subject) -> dict[str, Any]:
    words, kind, known = words_of(subject.class_name), subject.kind, subject.known
    function = "_".join([*words, *subject.rule])
    fact_kind = "Asked" if kind and kind.value.operation else "Listed"
    return {
        "title": f"The {' '.join(words)} is {' '.join(subject.rule)}",
        "words": " ".join(words),
        "variable": "_".join(words),
        "function": function,
        "class_name": subject.class_name,
        "class_module": known.__module__ if known else "",
        "imported": f"{subject.class_name}, {function}",
        "service": subject.service,
        "fact": subject.fact,
        "fact_kind": fact_kind,
        "classes": ", ".join(sorted([fact_kind, "Fix", "Listing", "Problem", "Problems", "Resource", "Severity"])),
        "permission": subject.permission,
        "kind": kind,
        "scope": "REGIONAL" if kind and kind.regional else "GLOBAL",
        "good": GOOD[kind.value.type] if kind else '"value"',
    }
