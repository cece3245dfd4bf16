"""CloudWatch Logs' resources and where each fact comes from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from auditor import REGIONAL, Asked, Listed, Listing, Resource, derived
from auditor.facts import both, either
from auditor.policy import parse as parse_policy
from checks.access.audience import Reading, audience_of
from checks.cloudtrail.resources import Trail
from checks.cloudwatch.resources import Alarm
from checks.logs import patterns

if TYPE_CHECKING:
    from types_boto3_logs.type_defs import MetricTransformationOutputTypeDef

    from auditor.policy import Document
    from checks.logs.patterns import Event, Pattern


class Counter(NamedTuple):
    """A metric in which a filter counts: by how much for each event, and whether it has a value without events too."""

    metric: str
    step: float
    is_padded: bool


def _any_group(region: Resource) -> str:
    """Return the ARN of any log group of a region."""
    place = f"{region.inventory.target.partition}:logs:{region.region}:{region.account}"
    return f"arn:{place}:log-group:other"


class LogsRegion(Resource, type="AWS::::Account", service="logs", scope=REGIONAL):
    """CloudWatch Logs' settings for the account in one region."""

    policies = Asked["dict[str, Document]"](
        "DescribeResourcePolicies",
        "resourcePolicies",
        parse=lambda rows: {row["policyName"]: parse_policy(row["policyDocument"]) for row in rows},
    )
    audience = audience_of(policies, Reading(("logs:PutLogEvents", "logs:GetLogEvents"), arn=_any_group))
    """Whom the policies let in from outside the account."""


class LogGroup(Resource, type="AWS::Logs::LogGroup", service="logs", scope=REGIONAL):
    """A log group."""

    listing = Listing(
        "DescribeLogGroups",
        "logGroups",
        id="logGroupName",
        arn="arn:{partition}:logs:{region}:{account}:log-group:{id}",
        limit=50,
    )

    # Left out where events never expire (CloudWatch Logs API Reference, "LogGroup").
    retention_days = Listed["int | None"]("retentionInDays", default=None)
    kms_key = Listed["str | None"]("kmsKeyId", default=None)
    # A group whose events are only delivered elsewhere keeps them for a day or two, whatever is set.
    log_class = Listed[str]("logGroupClass", default="STANDARD")


class MetricFilter(Resource, type="AWS::Logs::MetricFilter", service="logs", scope=REGIONAL):
    """A metric filter of a log group: it counts the events that match its pattern."""

    listing = Listing(
        "DescribeMetricFilters",
        "metricFilters",
        id="join('/', [logGroupName, filterName])",
        arn="arn:{partition}:logs:{region}:{account}:log-group:{logGroupName}:metric-filter:{filterName}",
        name="filterName",
        limit=50,
    )

    group = Listed[str]("logGroupName")
    pattern = Listed["Pattern"]("filterPattern", default=patterns.parse(""), parse=patterns.parse)
    transformations = Listed["list[MetricTransformationOutputTypeDef]"]("metricTransformations")
    # Left out where the filter counts the events of every source.
    selection = Listed[str]("fieldSelectionCriteria", default="")

    @derived(group, selection, Trail.log_group, Trail.records_everything)
    def watches_all_events(self) -> bool:
        """Whether a trail that records everything delivers to the filter's log group, and the filter sees it all."""
        arn = f"arn:{self.inventory.target.partition}:logs:{self.region}:{self.account}:log-group:{self.group}:*"
        return not self.selection and self.inventory.any(
            Trail, lambda trail: both(lambda: trail.log_group == arn, lambda: trail.records_everything)
        )

    def notifies_within(self, events: float) -> bool:
        """Return whether an alarm notifies somebody once so many matching events came in a period."""
        return either(
            *(
                partial(_notifies, alarm, counter, events)
                for counter in self._counters()
                for alarm in self.inventory.related(Alarm.metrics, counter.metric, self.region)
            )
        )

    def _counters(self) -> list[Counter]:
        """Return the metrics in which the filter counts all that it matches.

        With dimensions there is a metric for each of their values, and none for all.
        """
        return [
            Counter(
                f"{each['metricNamespace']}/{each['metricName']}",
                _step(each["metricValue"]),
                is_padded=each.get("defaultValue") is not None,
            )
            for each in self.transformations
            if not each.get("dimensions")
        ]

    def raises(self, event: Event) -> bool:
        """Return whether the filter counts an event; Unseen where AWS does not document that."""
        matched = self.pattern.matches(event)
        if matched is None:
            raise self.listing_request().unseen(
                "Undocumented", f"whether {self.pattern.text} matches is not documented"
            )
        return matched


def _notifies(alarm: Alarm, counter: Counter, events: float) -> bool:
    lasts = alarm.needs_one_period if counter.is_padded else alarm.needs_one_datapoint
    return alarm.fires_at is not None and alarm.fires_at <= _level(alarm, counter, events) and lasts and alarm.notifies


def _level(alarm: Alarm, counter: Counter, events: float) -> float:
    """Return the least that an alarm makes of so many events in a period: only a sum grows with them."""
    if alarm.statistics == {"Sum"}:
        return events * counter.step
    return 0.0 if counter.is_padded and alarm.statistics != {"Maximum"} else counter.step


def _step(value: str) -> float:
    """Return by how much a metric rises with an event; a value that is read of the event counts as 1."""
    try:
        return float(value)
    except ValueError:
        return 1.0
