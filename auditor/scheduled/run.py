"""One scheduled audit from beginning to end: once for each event, however often that is delivered."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from auditor import config
from auditor.registry import Selection
from auditor.scan import Basis, load
from auditor.scheduled import fleet_guarding
from auditor.scheduled.delivery import Delivery
from auditor.scheduled.settings import SettingsError
from auditor.scheduled.store import Store, StoreError
from auditor.source import Live
from auditor.targets import Access

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from auditor.audit import Audit
    from auditor.scheduled.delivery import Destination
    from auditor.scheduled.settings import Settings
    from auditor.scheduled.store import Objects
    from auditor.targets import Target

LEAST: Final = 5.0
"""Seconds that are given to the collection at least."""


@dataclass(frozen=True, slots=True)
class Job:
    """An audit to run: by which settings, for which event, at what time, and until when by the monotonic clock.

    ``log`` takes what is structured: the name of what happened, and its details.
    """

    settings: Settings
    event: str
    at: datetime
    until: float
    log: Callable[[str, dict[str, Any]], None]

    def run(self, destination: Destination) -> dict[str, Any]:
        """Audit, keep and tell the results, and return their summary; that of the first time for an event run before.

        The errors of AuditorError where the account, the settings or the destination are not as they must be.
        """
        began = monotonic()
        audit = audit_of(self.settings, destination)
        source = Live.open(self._access, audit.plan.operations(), audit.plan.examined())
        target = source.target()
        store = Store(destination, self.settings.prefix, target.account)
        done = store.finished(self.event)
        if done:
            store.point(done)
            self.log("audit-repeated", {"account": target.account, "run": self.event})
            return {**done.summary, "repeated": True}
        target = self._guarded(target, destination)
        self.log(
            "audit-began", {"account": target.account, "regions": list(target.regions), "checks": len(audit.checks)}
        )
        delivery = Delivery(self.settings, self.event, destination, store, self.log)
        before = delivery.latest(self.at)
        deadline = max(self.until - self.settings.reserve, began + LEAST)
        collected = audit.live(source, target, self.at, self.settings.workers, until=deadline)
        return delivery.deliver(audit, collected, before, began)

    def _guarded(self, target: Target, destination: Destination) -> Target:
        """Return an account with the policies that its organization sets it, or with why no verdict heeds them."""
        if not self.settings.guardrails:
            return target
        try:
            found = fleet_guarding.read(destination, self.settings.prefix, self.settings.guardrails)
        except StoreError as error:
            told = f"no verdict heeds the organization's service and resource control policies: {error}"
            self.log("guardrails-unread", {"account": target.account, "run": self.event, "message": str(error)})
            return replace(target, warnings=(*target.warnings, told))
        return replace(target, guardrails=found)

    @property
    def _access(self) -> Access:
        given = self.settings
        return Access(
            role_arns=(given.role_arn,) if given.role_arn else (),
            external_id=given.external_id,
            regions=given.regions,
            endpoint_url=given.endpoint_url,
            timeout=given.timeout,
            workers=given.workers,
        )


def audit_of(settings: Settings, destination: Objects) -> Audit:
    """Return what the settings ask of an account; SettingsError where the bucket has no such configuration."""
    selection = Selection(
        checks=settings.checks,
        services=settings.services,
        severities=settings.severities,
        frameworks=settings.frameworks,
        exclude_checks=settings.exclude_checks,
        exclude_services=settings.exclude_services,
    )
    return load(Basis(selection, (), (), _configuration(settings.config, destination), ())).audit


def _configuration(key: str, destination: Objects) -> config.Config:
    """Return the parameters and exceptions in the bucket's auditor.toml; SettingsError where it is missing."""
    if not key:
        return config.Config()
    text = destination.get(key)
    if text is None:
        raise SettingsError(f"there is no {key} in the bucket: put one there, or set AUDITOR_CONFIG to nothing")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / config.FILE_NAME
        path.write_bytes(text)
        return config.read(path, ())
