"""The handlers of deploy/organization: list the accounts, keep why one failed, merge what the others found in groups.

The state machine audits each account with :func:`auditor.aws_lambda.handler` in between. An account that is listed and
has no report of the run in the end is UNKNOWN in the organization's report, whoever failed to tell why.
"""

from __future__ import annotations

import os
from time import monotonic
from typing import TYPE_CHECKING, Any

from auditor.aws_lambda import log
from auditor.errors import AuditorError
from auditor.scheduled.aws import Destinations
from auditor.scheduled.fleet_group import left
from auditor.scheduled.fleet_groups import planned
from auditor.scheduled.fleet_guarding import leave
from auditor.scheduled.fleet_members import FleetSettings, Members
from auditor.scheduled.fleet_merge import Merging, merge_group, written
from auditor.scheduled.fleet_run import (
    ACCOUNTS,
    GROUPS,
    ORGANIZATION,
    WARNINGS,
    Failed,
    FleetRun,
    GroupStarted,
    Started,
    told,
)
from auditor.scheduled.messages import event as detail
from auditor.scheduled.run import audit_of
from auditor.scheduled.settings import Settings
from auditor.scheduled.store import RunRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.scheduled.fleet_news import FleetNews


def accounts(event: Any, _context: object) -> dict[str, Any]:
    """Write the list of accounts to audit; return its key and the run, as the state machine's next state takes them."""
    return _logged(_accounts, event)


def failed(event: Any, _context: object) -> dict[str, Any]:
    """Keep why the audit of an account failed; return the key."""
    return _logged(_failed, event)


def groups(event: Any, _context: object) -> dict[str, Any]:
    """Put the accounts in groups to merge; return the key of the list, and how many there are."""
    return _logged(_groups, event)


def group(event: Any, _context: object) -> dict[str, Any]:
    """Merge the reports of a group's accounts; return its name. Once for a run."""
    return _logged(_group, event)


def merge(event: Any, _context: object) -> dict[str, Any]:
    """Merge the groups, keep and tell what comes of it; return its summary. Once for a run."""
    return _logged(_merge, event)


def _logged(act: Callable[[Any], dict[str, Any]], event: Any) -> dict[str, Any]:
    try:
        return act(event)
    except AuditorError as error:
        log("fleet-failed", {"step": act.__name__[1:], "error": type(error).__name__, "message": str(error)})
        raise


def _accounts(event: Any) -> dict[str, Any]:
    settings = Settings.of(os.environ, {})
    destination = Destinations(settings)
    run = FleetRun.of(destination, settings.prefix, told(event, Started))
    members = Members(settings, FleetSettings.of(os.environ), destination)
    chosen, guards = members.chosen(), members.guarding()
    warnings = (*chosen.warnings, *guards.warnings, *guards.missing(each.id for each in chosen.members))
    run.write(WARNINGS, warnings)
    keys = leave(run, guards, (each.id for each in chosen.members))
    key = run.write(ACCOUNTS, [members.item(each, keys.get(each.id, "")) for each in chosen.members])
    log("fleet-began", {"run": run.name, "accounts": len(chosen.members), "warnings": warnings})
    return {"run": run.name, "at": event["at"], "accounts": key, "count": len(chosen.members)}


def _failed(event: Any) -> dict[str, Any]:
    settings = Settings.of(os.environ, {})
    failure = told(event, Failed)
    key = FleetRun.of(Destinations(settings), settings.prefix, failure).fail(failure)
    log("account-failed", {"run": failure.run, "account": failure.account, "error": failure.failure.error})
    return {"failure": key}


def _groups(event: Any) -> dict[str, Any]:
    settings = Settings.of(os.environ, {})
    run = FleetRun.of(Destinations(settings), settings.prefix, told(event, Started))
    found = planned(run, FleetSettings.of(os.environ).group_findings)
    log("fleet-grouped", {"run": run.name, "groups": len(found), "whole": all(each.whole for each in found)})
    return {"groups": f"{run.place.base}{GROUPS}", "count": len(found)}


def _group(event: Any) -> dict[str, Any]:
    began = monotonic()
    settings = Settings.of(os.environ, {})
    destination = Destinations(settings)
    started = told(event, GroupStarted)
    run = FleetRun.of(destination, settings.prefix, started)
    if left(run, started.group) is None:
        merge_group(run, audit_of(settings, destination), started.group)
        log("group-merged", {"run": run.name, "group": started.group, "seconds": round(monotonic() - began, 1)})
    return {"group": started.group}


def _merge(event: Any) -> dict[str, Any]:
    began = monotonic()
    settings = Settings.of(os.environ, {})
    destination = Destinations(settings)
    run = FleetRun.of(destination, settings.prefix, told(event, Started))
    done = run.store().finished(run.name)
    if done:
        run.store().point(done)
        return {**done.summary, "repeated": True}
    found = Merging(run, audit_of(settings, destination)).merged()
    key = written(run, found)
    summary = found.summary(run.name, f"s3://{settings.bucket}/{key}")
    if found.any:
        _tell(destination, found, summary, settings.bucket)
    run.store().finish(run.name, RunRecord(run.name, run.at, key, "", summary))
    for line in found.metrics(monotonic() - began):
        log("", line)
    log("fleet-finished", {"account": ORGANIZATION, **summary})
    return summary


def _tell(destination: Destinations, found: FleetNews, summary: dict[str, Any], bucket: str) -> None:
    partition = found.report.audit.partition.split()[0]
    try:
        destination.publish(found.subject(), found.text(summary["report"]))
    finally:
        destination.announce(detail(found.news, summary), [f"arn:{partition}:s3:::{bucket}"])
