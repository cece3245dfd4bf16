"""What a rule of the linter looks at: a statement, and what of its policy matters to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from auditor.policy.actions import Action
    from auditor.policy.document import Document, Statement
    from auditor.policy.kinds import Kind

Found = tuple[str, str, str]
"""A lapse without its place: the code, the words and the value."""


class Place(NamedTuple):
    """A statement of a document and what matters to it: the policy's kind, and whether its version has variables.

    ``partition`` is that of its account, empty if unknown. ``actions`` are those that its Action names; None where it
    names all, or some that are unknown, so that nothing can be said of what they take.
    """

    statement: Statement
    document: Document
    kind: Kind
    resolving: bool
    partition: str
    actions: tuple[Action, ...] | None

    @property
    def has_trust(self) -> bool:
        """Whether the statement is one of a role's trust policy: it is about actions of STS alone."""
        actions = self.statement.actions or ()
        return bool(actions) and all(each.lower().startswith("sts:") for each in actions)
