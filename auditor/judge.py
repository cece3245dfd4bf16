"""Running checks: each resource's verdict, with the evidence that decided it."""

from __future__ import annotations

import hashlib
import re
import shlex
import traceback
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.finding import Evidence, Finding, Refusal, ResourceRef
from auditor.reading import Reading
from auditor.redaction import redacted
from auditor.remedies import NOT_OFFERED
from auditor.request import Unseen
from auditor.resource import GLOBAL_REGION, REGIONAL
from auditor.severity import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.checking import Check
    from auditor.facts import Observation
    from auditor.finding import Problem
    from auditor.inventory import Gap, Inventory
    from auditor.resource import Resource
    from auditor.targets import Target

EVIDENCE_BYTES: Final = 4096
"""The longest evidence value a finding carries, as JSON."""
PLACEHOLDER: Final = re.compile(r"\{resource\.(id|arn|region|account)\}")


def judge(check: Check, inventory: Inventory, parameters: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the check's finding for every resource it applies to, and one per region whose listing was refused."""
    trial = _Trial(check, {**check.parameters, **parameters})
    for gap in inventory.gaps:
        if gap.resource_type is check.resource:
            yield trial.unlisted(inventory.target, gap)
    for resource in inventory.listed(check.resource):
        finding = trial.finding(resource)
        if finding:
            yield finding


def fingerprint(check_id: str, arn: str) -> str:
    """Return the identity of a finding over runs: 32 hexadecimal digits of check id and resource ARN."""
    return hashlib.sha256(f"{check_id}\n{arn}".encode()).hexdigest()[:32]


class _Trial:
    """One check with its settings, tried on one resource after the other."""

    def __init__(self, check: Check, settings: dict[str, Any]) -> None:
        self.check = check
        self.settings = settings
        self.facts = check.facts
        self.types = check.types

    def finding(self, resource: Resource) -> Finding | None:
        """Return the verdict; None when the check does not apply to the resource."""
        with Reading(self.facts, self.types) as reading:
            result = _run(self.check, resource, self.settings)
        if result is None:
            return None
        status = result.status
        return Finding(
            check=self.check.id,
            status=status,
            severity=self.check.severity,
            account=resource.account,
            region=resource.region,
            service=self.check.service,
            resource=resource.once("reference", partial(reference, resource)),
            fingerprint=fingerprint(self.check.id, resource.arn),
            problems=tuple(redacted(each) for each in result.problems),
            evidence=tuple(evidence(reading.observations)),
            unseen=Refusal.of(result.unseen) if result.unseen else None,
            error=result.error,
            fix=_command(self.check.fix.cli, resource) if status is Status.FAIL else "",
            parameters=self.settings,
        )

    def unlisted(self, target: Target, gap: Gap) -> Finding:
        """Return the UNKNOWN of all the resources that a refused listing hides."""
        check = self.check
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
            parameters=self.settings,
        )


@dataclass(slots=True)
class _Result:
    """What came of running a check: the problems it yielded, and how it ended."""

    problems: list[Problem] = field(default_factory=list)
    unseen: Unseen | None = None
    error: str = ""

    @property
    def status(self) -> Status:
        """The verdict. A problem already found stands, whatever was not seen after it."""
        if self.problems:
            return Status.FAIL
        if self.error:
            return Status.ERROR
        return Status.UNKNOWN if self.unseen else Status.PASS


def _run(check: Check, resource: Resource, settings: Mapping[str, Any]) -> _Result | None:
    """Return what the check makes of the resource; None when it does not apply."""
    arguments = (resource, resource.inventory) if check.takes_inventory else (resource,)
    result = _Result()
    try:
        if check.applies is not None and not check.applies(resource):
            return None
        for problem in check.function(*arguments, **settings):
            result.problems.append(problem)
    except Unseen as unseen:
        if unseen.code == NOT_OFFERED and check.resource.scope is REGIONAL and not result.problems:
            return None
        result.unseen = unseen
    except Exception as error:  # noqa: BLE001 - a fault of a check is a finding, not the end of the audit
        result.error = _where(error)
    return result


def reference(resource: Resource) -> ResourceRef:
    """Return how a finding names a resource."""
    return ResourceRef(resource.aws_type, resource.id, resource.arn, resource.name, resource.tags)


def evidence(observations: Iterable[Observation]) -> Iterator[Evidence]:
    """Yield each distinct observation once, masked and no longer than a finding should carry."""
    told = set()
    for each in observations:
        key = id(each.resource), each.fact
        if key not in told:
            told.add(key)
            yield each.resource.once(f"evidence of {each.fact}", partial(_evidence, each))


def _evidence(observation: Observation) -> Evidence:
    value, truncated = _bounded(observation.value)
    arn = observation.resource.arn
    return Evidence(arn, observation.fact, observation.operation, observation.at, value, truncated)


def _bounded(value: Any) -> tuple[Any, bool]:
    """Return a fact's value masked, and cut where it is too long to carry."""
    if value is None or isinstance(value, (bool, int, float)):
        return value, False
    encoded = msgspec.json.encode(redacted(value), enc_hook=_encoded)
    if len(encoded) <= EVIDENCE_BYTES:
        return msgspec.json.decode(encoded), False
    return encoded[:EVIDENCE_BYTES].decode(errors="ignore"), True


def _encoded(value: object) -> object:
    """Return how a value of a check's own type is shown."""
    return sorted(value) if isinstance(value, (set, frozenset)) else repr(value)


def _command(template: str, resource: Resource) -> str:
    """Return a fix command for the resource, its names quoted for a shell."""
    return PLACEHOLDER.sub(lambda match: shlex.quote(str(getattr(resource, match[1]))), template)


def _where(error: Exception) -> str:
    """Return what went wrong in a check and where, short enough for a report and without a machine's paths."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})"
