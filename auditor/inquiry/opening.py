"""Reading what inquiries look at: from an account, of which only what the answer takes is asked, or a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from auditor import registry, snapshot
from auditor.collect import Collector, Quiet
from auditor.crew import Inline, Threads
from auditor.garbage import rare_collections
from auditor.inquiry.view import View
from auditor.inventory import Inventory
from auditor.plan import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.console import Console
    from auditor.facts import Fact
    from auditor.resource import Resource
    from auditor.targets import Access, Target

PER_SERVICE: Final = 48
"""Calls to one service at once."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What to read: how to reach the account, or else the snapshot to read instead."""

    access: Access
    replay: Path | None
    console: Console

    def principals(self) -> View:
        """Return the account's principals, and what runs as its roles. Unseen where they could not be listed."""
        return self._view(Plan.of(registry.perspective().PRINCIPALS))

    def rights(self, resource: str) -> View:
        """Return the principals with their policies, and the policy of the resource with an ARN.

        Unseen where the principals could not be listed.
        """
        perspective = registry.perspective()
        facts: frozenset[Fact[Any]] = perspective.RIGHTS | perspective.facts_of(resource)
        services = {fact.owner.service for fact in perspective.RIGHTS}
        region = resource.split(":", 4)[3] if resource.startswith("arn:") else ""
        return self._view(Plan.of(facts, partial(_concerns, resource, services)), region)

    def _view(self, plan: Plan, region: str = "") -> View:
        inventory = self._replayed(plan, self.replay) if self.replay else self._live(plan, region)
        perspective = registry.perspective()
        return View(
            account=perspective.account(inventory),
            at=inventory.at,
            policy_of=partial(perspective.resource_policy, inventory),
            is_kept_from_public=partial(perspective.is_kept_from_public, inventory),
            has_access_lists=partial(perspective.has_access_lists, inventory),
            source="snapshot" if self.replay else "live",
        )

    @staticmethod
    def _replayed(plan: Plan, path: Path) -> Inventory:
        recorded = snapshot.read(path)
        inventory = Inventory(recorded.header.target, recorded.header.at)
        with rare_collections():
            Collector(plan, inventory, Inline(recorded), Quiet()).run()
        return inventory

    def _live(self, plan: Plan, region: str) -> Inventory:
        from auditor.source import Live

        source = Live.open(self.access, plan.operations(), plan.examined())
        target = _narrowed(source.target(), region)
        at = datetime.now(UTC).replace(microsecond=0)
        inventory = Inventory(target, at)
        for warning in target.warnings:
            self.console.warn(warning)
        self.console.say(f"reading the policies of account {target.account}")
        crew = Threads(source, self.access.workers, PER_SERVICE)
        with rare_collections(), self.console.progress(lambda: source.retries) as progress:
            Collector(plan, inventory, crew, progress).run()
        return inventory


def _narrowed(target: Target, region: str) -> Target:
    """Return the target with only the region of the resource that is asked about, if it has one."""
    return replace(target, regions=(region,)) if region in target.regions else target


def _concerns(arn: str, always: set[str], resource: Resource) -> bool:
    """Return whether a resource is the one that an ARN is of, or is within, or one that ``always`` matters."""
    return resource.service in always or arn == resource.arn or arn.startswith((f"{resource.arn}/", f"{resource.arn}:"))
