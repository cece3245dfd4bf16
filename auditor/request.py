"""Requests: AWS operations as declared, how their replies are read, and what is said when there is none."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from auditor.call import Call, Failure, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.resource import Resource
    from auditor.secrets import Examined

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)
"""What a parser raises on a reply that is not what AWS documents."""


class Unseen(Exception):  # noqa: N818 - an answer ("not seen"), not an error of the program
    """A fact AWS did not tell: which operation would have, the permission it takes, and why it did not.

    Check authors never catch it; the engine turns it into the verdict UNKNOWN.
    """

    def __init__(self, operation: str, permission: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.operation = operation
        self.permission = permission
        self.code = code
        self.message = message


@functools.cache
def _compiled(path: str) -> Any:
    import jmespath

    return jmespath.compile(path)


def select(path: str, value: Any) -> Any:
    """Return what the JMESPath ``path`` selects of ``value``; an empty path selects all, an absent member is None."""
    if not path:
        return value
    if path.isidentifier() and isinstance(value, dict):
        return value.get(path)
    return _compiled(path).search(value)


class Request:
    """One AWS operation as declared: its parameter template, its service, and the IAM permission it takes.

    Templates name ``{id}``, ``{arn}``, ``{account}``, ``{region}``, ``{partition}`` or any top-level field of the
    resource's listed row. ``served_in`` is for what AWS offers at one place of a partition only: the region by
    partition. ``examined`` says which texts of the reply may hold secrets: only what was sighted in them is kept.
    """

    __slots__ = ("_permission", "_service", "examined", "operation", "owner", "parameters", "served_in")

    def __init__(
        self,
        operation: str,
        *,
        service: str = "",
        permission: str = "",
        served_in: Mapping[str, str] | None = None,
        examined: Examined | None = None,
        **parameters: object,
    ) -> None:
        self.operation = operation
        self.parameters = parameters
        self.served_in = served_in or {}
        self.examined = examined
        self._service = service
        self._permission = permission
        self.owner: type[Resource] | None = None

    @property
    def service(self) -> str:
        """The botocore service name the call goes to: the resource's own unless declared otherwise."""
        return self._service or (self.owner.service if self.owner else "")

    @property
    def permission(self) -> str:
        """The IAM action that allows the call."""
        return self._permission or f"{self.service}:{self.operation}"

    @property
    def name(self) -> str:
        """How the operation is named in evidence: ``service:Operation``."""
        return f"{self.service}:{self.operation}"

    def offered_in(self, partition: str) -> bool:
        """Return whether AWS offers the operation in a partition."""
        return not self.served_in or partition in self.served_in

    def call(self, region: str, names: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> Call:
        """Return the call with every template filled from ``names``; Unseen when AWS left out what it takes.

        ``given`` are the values of parameters that are no templates.
        """
        place = self.served_in.get(names["partition"], region)
        try:
            return Call.of(self.service, self.operation, place, {**fill(self.parameters, names), **(given or {})})
        except UNREADABLE as error:
            raise self.unseen("NotReturned", f"the listing does not tell {error}, which the call takes") from error

    def unseen(self, code: str, message: str) -> Unseen:
        """Return the exception that says this operation did not answer."""
        return Unseen(self.name, self.permission, code, message)

    def succeeded(self, outcome: Reply | Failure) -> Reply:
        """Return the reply, or raise Unseen for a failure."""
        if isinstance(outcome, Failure):
            raise self.unseen(outcome.code, outcome.message)
        return outcome


def fill(template: Any, names: Mapping[str, Any]) -> Any:
    """Return ``template`` with the ``{name}`` of every string in it replaced."""
    if isinstance(template, str):
        return template.format_map(names) if "{" in template else template
    if isinstance(template, dict):
        return {key: fill(value, names) for key, value in template.items()}
    if isinstance(template, (list, tuple)):
        return [fill(value, names) for value in template]
    return template
