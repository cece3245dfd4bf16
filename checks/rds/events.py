"""Whether somebody is told of RDS's critical events: a check of each kind of event source."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Check, Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import both
from checks.rds.kinds import CONTROLS, USER_GUIDE, relational
from checks.rds.related import EventSubscription, RDSRegion
from checks.rds.resources import DBCluster, DBInstance

if TYPE_CHECKING:
    from auditor import Resource


class Source(NamedTuple):
    """A kind of event source: what ids and texts call it, AWS's word, the critical categories, and what has them."""

    key: str
    noun: str
    source_type: str
    categories: tuple[str, ...]
    of: tuple[type[DBInstance | DBCluster], ...]

    @property
    def description(self) -> str:
        """The title and rationale of the source's check."""
        return (
            f"Somebody is told of critical events of {self.noun}.\n\nFailures, maintenance and changes of "
            f"configuration go unnoticed where no subscription tells an SNS topic of them. What counts are enabled "
            f"subscriptions of {self.noun}, or of all sources, that are not narrowed to some: together they have to "
            f"cover the categories. A region without databases needs none."
        )


SOURCES: Final = (
    Source("cluster", "database clusters", "db-cluster", ("failure", "maintenance"), (DBCluster,)),
    Source(
        "instance",
        "database instances",
        "db-instance",
        ("configuration change", "failure", "maintenance"),
        (DBInstance,),
    ),
    Source(
        "parameter-group",
        "database parameter groups",
        "db-parameter-group",
        ("configuration change",),
        (DBInstance, DBCluster),
    ),
    Source(
        "security-group",
        "database security groups",
        "db-security-group",
        ("configuration change", "failure"),
        (DBInstance, DBCluster),
    ),
)


def _notified(source: Source) -> Check:
    """Return the check that somebody is told of the critical events of a kind of source."""

    def notified(
        region: RDSRegion, inventory: Inventory, *, categories: tuple[str, ...] = source.categories
    ) -> Problems:
        missing: list[str] = []

        def uncovered() -> bool:
            missing.extend(_uncovered(inventory, region.id, source.source_type, categories))
            return bool(missing)

        if both(uncovered, lambda: any(_has_databases(inventory, each, region.id) for each in source.of)):
            yield Problem(
                f"no subscription tells of {', '.join(missing)} of {source.noun}", expected=", ".join(categories)
            )

    notified.__doc__ = source.description
    named = " ".join(shlex.quote(each) for each in source.categories)
    facts = EventSubscription
    return check(
        f"rds-{source.key}-events-notified",
        Severity.LOW,
        reads=[
            *(each.engine for each in source.of),
            *(facts.enabled, facts.status, facts.source_type, facts.sources, facts.categories),
        ],
        references=[f"{USER_GUIDE}/USER_Events.html", CONTROLS],
        fix=Fix(
            cli="aws rds create-event-subscription --region {resource.region} --subscription-name NAME --sns-topic-arn "
            f"TOPIC_ARN --source-type {source.source_type} --event-categories {named} --enabled",
        ),
    )(notified)


EVENT_CHECKS: Final = [_notified(source) for source in SOURCES]


def _uncovered(inventory: Inventory, region: str, source_type: str, categories: tuple[str, ...]) -> list[str]:
    """Return the categories of a kind of source that no subscription of the region covers."""
    told: set[str] = set()
    for each in inventory.all(EventSubscription, region):
        if _concerns_all(each, source_type):
            told.update(each.categories or categories)
    return [each for each in categories if each not in told]


def _concerns_all(subscription: EventSubscription, source_type: str) -> bool:
    """Return whether a subscription works and is about every source of the type."""
    working = subscription.enabled and subscription.status == "active"
    return working and subscription.source_type in {None, source_type} and not subscription.sources


def _has_databases(inventory: Inventory, resource_type: type[Resource], region: str) -> bool:
    return any(relational(each) for each in inventory.all(resource_type, region))
