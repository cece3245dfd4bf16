"""Whether a statement is about the resource of a request (IAM User Guide, "IAM JSON policy elements: Resource")."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from auditor.policy.kinds import Kind
from auditor.policy.patterns import ANY, ONE, VARIABLE, Pattern, Token, tokens, variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.policy.conditions import Context, Truth
    from auditor.policy.document import Statement

ARN_PARTS: Final = 6
SERVICE: Final = 2
COMPLETED: Final = {Kind.IDENTITY, Kind.SESSION, Kind.BOUNDARY}
"""The kinds in which an ARN that ends early stands for all that begin so."""
WITH_PRINCIPAL: Final = {Kind.RESOURCE, Kind.RCP, Kind.ENDPOINT}
"""The kinds whose statements say whom they are about; a trust policy has no resources but its role."""
NAMES_FIRST: Final = {
    *("aws-marketplace", "codepipeline", "execute-api", "kinesis", "mapcredits", "neptune-db", "s3", "servicequotas"),
    *("sns", "ssm-sap", "wafv2"),
}
"""The services in whose ARNs a name, not the type of the resource, stands before the first separator."""


LONGEST_KEPT: Final = 2_048
"""Patterns longer than any ARN are read again each time, lest a hostile one fill the memory."""
Parts = tuple[Pattern, ...]
"""The parts of an ARN, in order."""
OPEN: Final = Pattern((ANY,))


class Fit(Enum):
    """How a pattern and a resource go together; VOID where the pattern means nothing in this kind of policy."""

    YES = auto()
    NO = auto()
    UNKNOWN = auto()
    VOID = auto()


class Arn:
    """An ARN with wildcards, or another text, and what of it matters again and again."""

    __slots__ = ("backwards", "is_arn", "parts", "reaches_on", "whole", "wild_type")

    def __init__(self, found: Sequence[Token]) -> None:
        self.whole = Pattern(found)
        self.parts = tuple(map(Pattern, _parts(self.whole.tokens)))
        self.backwards = self.parts[::-1]
        self.is_arn = self.parts[0].literal == "arn"
        self.reaches_on = any(part.tokens[-1:] == (ANY,) for part in self.parts[:-1])
        """Whether a part before the last ends in ``*``, which then "can expand to match beyond the colon"."""
        self.wild_type = _wild_type(self.parts[-1].tokens)


def _parts(text: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """Return the parts of an ARN, of which the last may have colons of its own."""
    colons = [position for position, each in enumerate(text) if each == ":"][: ARN_PARTS - 1]
    starts = [0, *(position + 1 for position in colons)]
    return [text[start:end] for start, end in zip(starts, [*colons, len(text)], strict=True)]


def _wild_type(resource: Sequence[Token]) -> bool:
    """Return whether a wildcard stands in the type of a resource that is then named: there is no such pattern."""
    end = next((position for position, each in enumerate(resource) if each in {"/", ":"}), None)
    if end is None or not {ANY, ONE} & set(resource[:end]):
        return False
    return any(each is not ANY for each in resource[end + 1 :])


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about: an ARN, possibly with wildcards for any of several, or ``*``."""

    arn: Arn
    parts: Parts
    """The ARN's six parts; none where the text is no ARN."""
    backwards: tuple[str, ...]
    """The parts as texts, the last first, of an ARN without wildcards."""
    stretches: bool
    """Whether there is a colon for a wildcard of an earlier part to reach beyond."""
    everything: bool
    """Whether the action is one that knows no resources, so that only a statement about all of them is about it."""

    def fits(self, pattern: Pattern, part: Pattern, *, whole: bool) -> bool:
        """Return whether ``pattern`` takes the ``whole`` of a part of the target, or else some of it."""
        return pattern.covers(part) if whole else pattern.overlaps(part)


@functools.lru_cache(maxsize=1_024)
def target(resource: str, *, everything: bool = False) -> Target:
    """Return what a request for ``resource`` is about."""
    arn = Arn(tokens(resource) or ())
    parts = arn.parts if len(arn.parts) == ARN_PARTS else ()
    stretches = arn.whole.wild or ":" in arn.parts[-1].tokens
    return Target(arn, parts, tuple(part.literal or "" for part in reversed(parts)), stretches, everything)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the patterns of a statement are read: the kind of its policy, and what its variables stand for."""

    kind: Kind
    context: Context
    resolving: bool = True
    """Whether the policy is of a version that has variables."""


def about(statement: Statement, wanted: Target, reading: Reading) -> Truth:
    """Return whether a statement is about a target.

    A target with wildcards is granted where any of it is, and denied where all of it is. A NotResource with a pattern
    that means nothing, or that ends early, is about nothing.
    """
    if statement.resources is not None:
        whole = wanted.everything or not statement.allows
        fits = [_fit(each, wanted, reading, whole=whole) for each in statement.resources]
        return True if Fit.YES in fits else None if Fit.UNKNOWN in fits else False
    if statement.not_resources is not None:
        whole = wanted.everything or statement.allows
        fits = [_fit(each, wanted, reading, whole=whole) for each in statement.not_resources]
        return False if Fit.YES in fits or Fit.VOID in fits else None if Fit.UNKNOWN in fits else True
    return reading.kind in WITH_PRINCIPAL


def _fit(text: str, wanted: Target, reading: Reading, *, whole: bool) -> Fit:
    if text == "*":
        return Fit.YES
    if "${" not in text or not reading.resolving:
        return _compare(_arn(text), wanted, reading.kind, whole=whole)
    context = reading.context
    if all(context.knows(each) for each in variables(text)):
        found = tokens(text, context.variable)
        return Fit.VOID if found is None else _compare(Arn(found), wanted, reading.kind, whole=whole)
    # Whatever a variable turns out to be, the pattern takes no more than with a wildcard in its place.
    widest = _arn(VARIABLE.sub("*", text))
    return Fit.UNKNOWN if _compare(widest, wanted, reading.kind, whole=False) is Fit.YES else Fit.NO


def _arn(text: str) -> Arn:
    return _kept(text) if len(text) <= LONGEST_KEPT else Arn(tokens(text) or ())


@functools.lru_cache(maxsize=65_536)
def _kept(text: str) -> Arn:
    return Arn(tokens(text) or ())


def _compare(arn: Arn, wanted: Target, kind: Kind, *, whole: bool) -> Fit:
    if not arn.is_arn or (not wanted.parts and len(arn.parts) == ARN_PARTS):
        return Fit.YES if wanted.fits(arn.whole, wanted.arn.whole, whole=whole) else Fit.NO
    if len(arn.parts) < ARN_PARTS:
        completed = _completed(arn.parts, kind)
        if isinstance(completed, Fit):
            return completed
        return Fit.YES if _part_by_part(completed[::-1], wanted, whole=whole) else Fit.VOID
    if arn.wild_type and not {arn.parts[SERVICE].literal, wanted.parts[SERVICE].literal} & NAMES_FIRST:
        return Fit.NO
    if _part_by_part(arn.backwards, wanted, whole=whole):
        return Fit.YES
    reaches = arn.reaches_on and wanted.stretches and wanted.fits(arn.whole, wanted.arn.whole, whole=whole)
    return Fit.YES if reaches else Fit.NO


def _completed(parts: Parts, kind: Kind) -> Parts | Fit:
    """Return an ARN that ends early with its missing parts, or how it fits where the kind knows no such ARN.

    In identity policies AWS completes it; others take what their wildcards say ("Incomplete ARNs").
    """
    completed = parts + (OPEN,) * (ARN_PARTS - len(parts))
    if kind in COMPLETED or (kind is Kind.SCP and parts[-1].tokens[-1:] == (ANY,)):
        return completed
    if kind in {Kind.SCP, Kind.RCP}:
        return Fit.VOID
    return completed if any(part.wild for part in parts) else Fit.NO


def _part_by_part(backwards: Parts, wanted: Target, *, whole: bool) -> bool:
    """Return whether an ARN's parts fit, the last first, since it tells most resources apart."""
    if not wanted.parts:
        return wanted.arn.whole.wild and not whole
    if not wanted.arn.whole.wild:
        for part, text in zip(backwards, wanted.backwards, strict=True):  # noqa: SIM110 - all() takes twice as long
            if not part.takes(text):
                return False
        return True
    return all(wanted.fits(part, text, whole=whole) for part, text in zip(backwards, wanted.arn.backwards, strict=True))
