"""Requests from outside that a policy allows: the proofs of its reach, in words that people read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.policy import spelling
from auditor.policy.kinds import Kind
from auditor.policy.principals import ANONYMOUS, Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.decision import Decision
    from auditor.policy.policies import Request

IMPLIED: Final = {
    *("aws:principalaccount", "aws:principalarn", "aws:principalisawsservice", "aws:principalorgid"),
    *("aws:principalorgpaths", "aws:principalservicename", "aws:principalservicenameslist", "aws:principaltype"),
    *("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "kms:calleraccount", "s3:resourceaccount"),
}
"""The keys of which it is said already who the caller is, and whose the resource."""
OF_SERVICES: Final = frozenset(
    {"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"}
)
"""The keys that only services bear: that others do not needs no telling."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A request from outside that the policy allows, and which of its statements, counted from 1, does."""

    request: Request
    decision: Decision
    statement: int
    who: str = ""
    """Who may make such a request, in words; empty for none but the request's principal."""

    @property
    def caller(self) -> str:
        """Who is let in, in words."""
        return self.who or ("an anonymous caller" if self.request.principal is ANONYMOUS else _called(self.request))

    @property
    def terms(self) -> tuple[str, ...]:
        """What of the request a condition asks for, in words: ``sts:ExternalId x``, ``no aws:SourceVpce``."""
        values = self.request.context.values
        lacking = frozenset() if self.request.principal.caller is Caller.SERVICE else OF_SERVICES - values.keys()
        keys = sorted(set(self._keys()) - (IMPLIED & values.keys()) - lacking)
        return tuple(
            f"{spelling.key(key)} {' and '.join(values[key])}" if key in values else f"no {spelling.key(key)}"
            for key in keys
        )

    def _keys(self) -> Iterator[str]:
        """Yield the keys that decided: those of the statement that allows, and of the Denies that failed for them."""
        for step in (step for layer in self.decision.layers for step in layer.steps):
            if step.allows and step.rule.number == self.statement and step.kind is Kind.RESOURCE:
                yield from (condition.key for condition in step.rule.statement.conditions)
            elif step.failed is not None and not step.allows:
                yield step.failed.key

    def __str__(self) -> str:
        """Return the request in words."""
        asked = self.request
        with_terms = f", with {' and '.join(self.terms)}" if self.terms else ""
        return f"statement {self.statement} lets {self.caller} call {asked.action} on {asked.resource}{with_terms}"


def _called(request: Request) -> str:
    name = request.principal.text
    return f"the service {name}" if request.principal.caller is Caller.SERVICE else name
