"""Alarms: on what happens in the account, and whether they tell anybody."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from auditor import Check, Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import both, either
from auditor.remedies import NOT_LISTED
from checks.cloudtrail.resources import Trail
from checks.cloudwatch.events import ORDINARY, SUBJECTS, Subject
from checks.cloudwatch.resources import Alarm, CloudWatchAccount
from checks.logs.resources import MetricFilter

if TYPE_CHECKING:
    from checks.logs.patterns import Event

LOGS_GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs"
GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html"

NAMED: Final = 5
"""How many events a problem names before it counts the rest."""


def _fix(subject: Subject) -> Fix:
    return Fix(
        cli=f"aws logs put-metric-filter --region REGION --log-group-name LOG_GROUP --filter-name {subject.kind} "
        f"--filter-pattern '{subject.pattern}' "
        f"--metric-transformations metricName={subject.kind},metricNamespace=Audit,metricValue=1 && "
        f"aws cloudwatch put-metric-alarm --region REGION --alarm-name {subject.kind} --metric-name {subject.kind} "
        f"--namespace Audit --statistic Sum --period 300 --evaluation-periods 1 --threshold {subject.events} "
        "--comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching "
        "--alarm-actions TOPIC_ARN",
        text="LOG_GROUP is the one that a multi-region trail delivers to; TOPIC_ARN a topic in the same region with a "
        "confirmed subscription.",
        cost=True,
    )


def _alarm(subject: Subject) -> Check:
    """Return the check that somebody is told of a subject's events."""

    def alarm(_account: CloudWatchAccount, inventory: Inventory, *, events: int = subject.events) -> Problems:
        silent = [name for name, event in subject.witnesses.items() if not _noticed(inventory, event, events)]
        if silent:
            rest = f" and {len(silent) - NAMED} more" if len(silent) > NAMED else ""
            yield Problem(
                f"nobody is told of {', '.join(silent[:NAMED])}{rest}",
                found=silent,
                expected=f"a metric filter such as {subject.pattern} and an alarm that notifies somebody",
            )

    alarm.__doc__ = (
        f"Somebody is told of {subject.name}.\n\n{subject.why} What counts is the effect, however it is written: "
        "a metric filter matches the event in the log group of a multi-region trail that records everything, and an "
        "alarm on its metric goes off within `events` events of one period and has an action on an existing topic "
        "with a confirmed subscription. Several filters may share the events. A filter that matches any event is no "
        "alarm."
    )
    return check(
        f"cloudwatch-account-alarm-{subject.kind}",
        Severity.LOW,
        reads=[
            Trail.log_group,
            Trail.records_everything,
            MetricFilter.pattern,
            MetricFilter.watches_all_events,
            MetricFilter.transformations,
            Alarm.metrics,
            Alarm.statistics,
            Alarm.fires_at,
            Alarm.needs_one_datapoint,
            Alarm.notifies,
        ],
        references=[CONTROLS, f"{LOGS_GUIDE}/FilterAndPatternSyntax.html"],
        fix=_fix(subject),
    )(alarm)


def _noticed(inventory: Inventory, event: Event, events: int) -> bool:
    """Return whether a filter counts the event, and notifies somebody when so many came."""

    def notices(each: MetricFilter) -> bool:
        return both(
            lambda: each.watches_all_events,
            lambda: each.raises(event) and not each.raises(ORDINARY),
            partial(each.notifies_within, events),
        )

    return either(
        lambda: inventory.any(MetricFilter, notices),
        lambda: inventory.any(Trail, lambda trail: both(lambda: trail.records_everything, partial(_is_hidden, trail))),
    )


def _is_hidden(trail: Trail) -> bool:
    """Return False; Unseen for a trail that delivers to a log group of another account, or of a region not audited."""
    if trail.log_group is None:
        return False
    region, account = trail.log_group.split(":")[3:5]
    if region not in trail.inventory.target.regions or account != trail.account:
        told = f"{trail.log_group} belongs to another account, or to a region that is not audited"
        raise MetricFilter.listing_request().unseen(NOT_LISTED, told)
    return False


ALARM_CHECKS: Final = [_alarm(subject) for subject in SUBJECTS]


@check(
    "cloudwatch-alarm-has-action",
    Severity.HIGH,
    reads=[Alarm.actions],
    references=[CONTROLS, f"{GUIDE}/alarm-actions.html"],
    fix=Fix(
        text="Give the alarm an action with `aws cloudwatch put-metric-alarm --alarm-actions`, which replaces the "
        "whole alarm: repeat its other settings. An alarm that only feeds a composite alarm needs none.",
    ),
)
def alarm_has_action(alarm: Alarm) -> Problems:
    """Alarms do something when they go off.

    An alarm without an action turns red in a console that nobody looks at.
    """
    if not alarm.actions:
        yield Problem("the alarm has no action", found=[], expected="an action such as an SNS topic")


@check(
    "cloudwatch-alarm-actions-enabled",
    Severity.HIGH,
    reads=[Alarm.actions_enabled],
    references=[CONTROLS, f"{GUIDE}/alarm-actions.html"],
    fix=Fix(cli="aws cloudwatch enable-alarm-actions --region {resource.region} --alarm-names {resource.id}"),
)
def alarm_actions_enabled(alarm: Alarm) -> Problems:
    """The actions of alarms are switched on.

    Actions that were switched off for a maintenance window and forgotten leave everybody in the dark.
    """
    if not alarm.actions_enabled:
        yield Problem("the alarm's actions are switched off", found=False, expected="ActionsEnabled: true")
