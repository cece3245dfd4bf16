"""Running checks: each resource's verdict, with the evidence that decided it."""

from __future__ import annotations

import hashlib
import re
import shlex
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.finding import Evidence, Finding, Refusal, ResourceRef
from auditor.reading import Reading
from auditor.redaction import redacted
from auditor.request import Unseen
from auditor.resource import GLOBAL_REGION
from auditor.severity import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.checking import Check
    from auditor.facts import Observation
    from auditor.finding import Problem
    from auditor.inventory import Gap, Inventory
    from auditor.resource import Resource

EVIDENCE_BYTES: Final = 4096
"""The longest evidence value a finding carries, as JSON."""
PLACEHOLDER: Final = re.compile(r"\{resource\.(id|arn|region|account)\}")


def judge(check: Check, inventory: Inventory, parameters: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the check's finding for every resource it applies to, and one per region whose listing was refused."""
    settings = {**check.parameters, **parameters}
    for gap in inventory.gaps:
        if gap.resource_type is check.resource:
            yield _unlisted(check, inventory, gap, settings)
    for resource in inventory.listed(check.resource):
        finding = _Trial(check, resource, settings).finding()
        if finding:
            yield finding


def fingerprint(check_id: str, arn: str) -> str:
    """Return the identity of a finding over runs: 32 hexadecimal digits of check id and resource ARN."""
    return hashlib.sha256(f"{check_id}\n{arn}".encode()).hexdigest()[:32]


class _Trial:
    """One check on one resource."""

    def __init__(self, check: Check, resource: Resource, settings: Mapping[str, Any]) -> None:
        self.check = check
        self.resource = resource
        self.settings = settings
        self.problems: list[Problem] = []
        self.unseen: Unseen | None = None
        self.error = ""

    def finding(self) -> Finding | None:
        """Return the verdict; None when the check does not apply to the resource."""
        with Reading(self.check.facts, self.check.types) as reading:
            applies = self._applies()
            if applies:
                self._run()
        if not applies and not self.unseen and not self.error:
            return None
        status = self._status()
        resource = self.resource
        return Finding(
            check=self.check.id,
            status=status,
            severity=self.check.severity,
            account=resource.account,
            region=resource.region,
            service=self.check.service,
            resource=reference(resource),
            fingerprint=fingerprint(self.check.id, resource.arn),
            problems=tuple(redacted(each) for each in self.problems),
            evidence=tuple(evidence(reading.observations)),
            unseen=Refusal.of(self.unseen) if self.unseen else None,
            error=self.error,
            fix=_command(self.check.fix.cli, resource) if status is Status.FAIL else "",
            parameters=dict(self.settings),
        )

    def _applies(self) -> bool:
        if self.check.applies is None:
            return True
        try:
            return self.check.applies(self.resource)
        except Unseen as unseen:
            self.unseen = unseen
        except Exception as error:  # noqa: BLE001 - a fault of a check is a finding, not the end of the audit
            self.error = _where(error)
        return False

    def _run(self) -> None:
        arguments = (self.resource, self.resource.inventory) if self.check.takes_inventory else (self.resource,)
        try:
            for problem in self.check.function(*arguments, **self.settings):
                self.problems.append(problem)
        except Unseen as unseen:
            self.unseen = unseen
        except Exception as error:  # noqa: BLE001 - a fault of a check is a finding, not the end of the audit
            self.error = _where(error)

    def _status(self) -> Status:
        if self.problems:
            return Status.FAIL
        if self.error:
            return Status.ERROR
        return Status.UNKNOWN if self.unseen else Status.PASS


def reference(resource: Resource) -> ResourceRef:
    """Return how a finding names a resource."""
    return ResourceRef(resource.aws_type, resource.id, resource.arn, resource.name, resource.tags)


def evidence(observations: Iterable[Observation]) -> Iterator[Evidence]:
    """Yield each distinct observation once, masked and no longer than a finding should carry."""
    seen = set()
    for each in observations:
        key = each.resource.arn, each.fact
        if key not in seen:
            seen.add(key)
            value, truncated = _bounded(redacted(each.value))
            yield Evidence(each.resource.arn, each.fact, each.operation, each.at, value, truncated)


def _bounded(value: Any) -> tuple[Any, bool]:
    if value is None or isinstance(value, (bool, int, float)):
        return value, False
    encoded = msgspec.json.encode(value, enc_hook=_encoded)
    if len(encoded) <= EVIDENCE_BYTES:
        return msgspec.json.decode(encoded), False
    return encoded[:EVIDENCE_BYTES].decode(errors="ignore"), True


def _encoded(value: object) -> object:
    """Return how a value of a check's own type is shown."""
    return sorted(value) if isinstance(value, (set, frozenset)) else repr(value)


def _unlisted(check: Check, inventory: Inventory, gap: Gap, settings: Mapping[str, Any]) -> Finding:
    """Return the UNKNOWN of all the resources that a refused listing hides."""
    target = inventory.target
    place = "" if gap.region == GLOBAL_REGION else gap.region
    arn = f"arn:{target.partition}:{check.service}:{place}:{target.account}:{check.resource.__name__.lower()}/*"
    return Finding(
        check=check.id,
        status=Status.UNKNOWN,
        severity=check.severity,
        account=target.account,
        region=gap.region,
        service=check.service,
        resource=ResourceRef(check.resource.aws_type, "*", arn, "*"),
        fingerprint=fingerprint(check.id, arn),
        unseen=Refusal.of(gap.unseen),
        parameters=dict(settings),
    )


def _command(template: str, resource: Resource) -> str:
    """Return a fix command for the resource, its names quoted for a shell."""
    return PLACEHOLDER.sub(lambda match: shlex.quote(str(getattr(resource, match[1]))), template)


def _where(error: Exception) -> str:
    """Return what went wrong in a check and where, short enough for a report and without a machine's paths."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})"
