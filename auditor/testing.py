"""For tests of checks: resources made by hand, and the verdict on them. No mocks and no AWS.

>>> from auditor.testing import fake, verdict
>>> verdict(bucket_versioned, fake(Bucket, versioning="Enabled")).status
<Status.PASS: 'PASS'>
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from auditor.guardrails import UNKNOWN as UNGUARDED
from auditor.guardrails import Guardrails
from auditor.inventory import Gap, Inventory
from auditor.judge import judge
from auditor.request import Unseen
from auditor.resource import GLOBAL, GLOBAL_REGION, Resource
from auditor.severity import Status
from auditor.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.checking import Check
    from auditor.finding import Finding

R = TypeVar("R", bound=Resource)

NOW: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""The time at which the tests' audits are made."""
ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
TARGET: Final = Target(ACCOUNT, "aws", ("eu-west-1", "us-east-1"), "us-east-1", f"arn:aws:iam::{ACCOUNT}:user/auditor")


def refused(operation: str = "service:Operation") -> Unseen:
    """Return the fact value of a call that AWS refused."""
    return Unseen(operation, operation, "AccessDenied", f"not authorized to perform: {operation}")


def fake(
    resource_type: type[R], id: str = "", *, region: str = "", tags: dict[str, str] | None = None, **facts: Any
) -> R:
    """Return a resource with the facts given: values, or :func:`refused`. Reading any other fact is Unseen.

    A singleton gets the id and ARN it has in an account; any other resource an id of its own unless given.
    """
    place = region or (GLOBAL_REGION if resource_type.scope is GLOBAL else REGION)
    inventory = Inventory(TARGET, NOW)
    resource: R
    if resource_type.listing is None:
        (resource,) = inventory.enlist(resource_type, place)  # type: ignore[assignment]
    else:
        id_ = id or f"a-{resource_type.__name__.lower()}"
        arn = id_ if id_.startswith("arn:") else f"arn:aws:{resource_type.service}:{place}:{ACCOUNT}:{id_}"
        resource = resource_type(inventory, id_, arn, place)
        inventory.add(resource)
    resource.tags = tags or {}
    resource.give(facts)
    return resource


def verdict(
    check: Check,
    resource: Resource,
    *others: Resource,
    unlisted: Iterable[type[Resource]] = (),
    guardrails: Guardrails = UNGUARDED,
    **settings: Any,
) -> Finding | None:
    """Return what ``check`` finds of ``resource`` in an account that also has ``others``; None where it does not apply.

    Listings of the ``unlisted`` types were refused. Singletons that the check reads and that are not given exist with
    no fact seen. ``guardrails`` are what the account's organization forbids. ``settings`` override the check's
    parameters.
    """
    inventory = Inventory(replace(TARGET, guardrails=guardrails), NOW)
    for each in (resource, *others):
        each.move(inventory)
    for resource_type in sorted(check.types, key=lambda each: each.__name__):
        if resource_type.listing is None:
            for place in inventory.regions(resource_type):
                inventory.enlist(resource_type, place)
    for resource_type in unlisted:
        place = GLOBAL_REGION if resource_type.scope is GLOBAL else REGION
        inventory.gaps.append(Gap(resource_type, place, refused(resource_type.listing_request().name)))
    return next((each for each in judge(check, inventory, settings) if each.resource.arn == resource.arn), None)


@dataclass(frozen=True, slots=True)
class Case:
    """A resource (with the rest of its account) and what a check must say of it.

    ``says`` are words that the problems, or the reason a fact is unseen, must contain. ``doubt`` is a sentence on what
    one may doubt about AWS's semantics here: the check's page of the documentation shows it beside the verdict.
    """

    check: Check
    resources: tuple[Resource, ...]
    expected: Status | None
    says: str = ""
    settings: tuple[tuple[str, Any], ...] = ()
    unlisted: tuple[type[Resource], ...] = ()
    doubt: str = ""
    guardrails: Guardrails = UNGUARDED

    @property
    def name(self) -> str:
        """How a test runner shows the case."""
        return f"{self.check.id}-{self.verdict_name}-{self.says}".replace(" ", "_")

    @property
    def verdict_name(self) -> str:
        """The expected verdict in words."""
        return self.expected.value if self.expected else "not applicable"

    def judged(self) -> Finding | None:
        """Return what the check finds; None where it does not apply."""
        settings = dict(self.settings)
        return verdict(self.check, *self.resources, unlisted=self.unlisted, guardrails=self.guardrails, **settings)

    def under(self, guardrails: Guardrails) -> Case:
        """Return the case in an account whose organization sets it ``guardrails``."""
        return replace(self, guardrails=guardrails)

    def run(self) -> None:
        """Assert the verdict."""
        finding = self.judged()
        status = finding.status if finding else None
        assert status is self.expected, f"{status} instead of {self.expected}: {finding}"  # noqa: S101
        if finding and self.says:
            told = [each.summary for each in finding.problems] + [str(finding.unseen), finding.error]
            assert any(self.says in each for each in told), f"{self.says!r} is not among {told}"  # noqa: S101


def passes(check: Check, *resources: Resource, doubt: str = "", **settings: Any) -> Case:
    """Return the case of a resource that passes."""
    return Case(check, resources, Status.PASS, settings=tuple(settings.items()), doubt=doubt)


def fails(check: Check, *resources: Resource, says: str = "", doubt: str = "", **settings: Any) -> Case:
    """Return the case of a resource that fails, with a problem that contains ``says``."""
    return Case(check, resources, Status.FAIL, says, tuple(settings.items()), doubt=doubt)


def unknown(
    check: Check, *resources: Resource, says: str = "", doubt: str = "", unlisted: Iterable[type[Resource]] = ()
) -> Case:
    """Return the case of a resource of which a needed fact, or of whose account a needed listing, was refused."""
    return Case(check, resources, Status.UNKNOWN, says, unlisted=tuple(unlisted), doubt=doubt)


def inapplicable(check: Check, *resources: Resource, doubt: str = "") -> Case:
    """Return the case of a resource that the check is not about."""
    return Case(check, resources, None, doubt=doubt)
