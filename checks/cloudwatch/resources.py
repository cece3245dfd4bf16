"""CloudWatch's resources and where each fact comes from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from auditor import GLOBAL, REGIONAL, Listed, Listing, Resource, derived
from auditor.facts import either
from checks.sns.resources import Topic

if TYPE_CHECKING:
    from types_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDataQueryOutputTypeDef


class CloudWatchAccount(Resource, type="AWS::::Account", service="cloudwatch", scope=GLOBAL):
    """The account as a whole: what its alarms watch together."""


class Alarm(Resource, type="AWS::CloudWatch::Alarm", service="cloudwatch", scope=REGIONAL):
    """An alarm on metrics."""

    listing = Listing(
        "DescribeAlarms",
        "MetricAlarms",
        id="AlarmName",
        arn="{AlarmArn}",
        AlarmTypes=["MetricAlarm"],
        MaxRecords=100,
    )

    namespace = Listed[str]("Namespace", default="")
    metric_name = Listed[str]("MetricName", default="")
    # Alarms on an expression name their metrics here, the others above.
    queries = Listed["list[MetricDataQueryOutputTypeDef]"]("Metrics", default=[])
    dimensions = Listed["list[DimensionTypeDef]"]("Dimensions", default=[])
    # Left out of alarms on a percentile, and on an expression.
    statistic = Listed["str | None"]("Statistic", default=None)
    comparison = Listed[str]("ComparisonOperator")
    # Left out of alarms that detect anomalies.
    threshold = Listed["float | None"]("Threshold", default=None)
    periods = Listed[int]("EvaluationPeriods")
    # Left out where all the periods have to breach; and where missing data has no meaning of its own.
    breaching_periods = Listed["int | None"]("DatapointsToAlarm", default=None)
    missing_data = Listed[str]("TreatMissingData", default="missing")
    actions_enabled = Listed[bool]("ActionsEnabled")
    actions = Listed["list[str]"]("AlarmActions", default=[])

    @derived(namespace, metric_name, dimensions, queries)
    def metrics(self) -> list[str]:
        """The metrics without dimensions that the alarm watches, as namespace/name."""
        told = {"Namespace": self.namespace, "MetricName": self.metric_name, "Dimensions": self.dimensions}
        watched = [told, *(each["MetricStat"]["Metric"] for each in self.queries if "MetricStat" in each)]
        return [
            f"{each.get('Namespace', '')}/{each['MetricName']}"
            for each in watched
            if each.get("MetricName") and not each.get("Dimensions")
        ]

    @derived(statistic, queries)
    def statistics(self) -> set[str | None]:
        """What the alarm makes of the values of a period: Sum, Maximum and others."""
        return {each["MetricStat"]["Stat"] for each in self.queries if "MetricStat" in each} or {self.statistic}

    @derived(comparison, threshold)
    def fires_at(self) -> float | None:
        """The lowest value that sets the alarm off, at least 1; None where no value does, or none can be told."""
        if self.threshold is None:
            return None
        if self.comparison == "GreaterThanOrEqualToThreshold":
            return max(self.threshold, 1.0)
        return max(float(int(self.threshold)) + 1, 1.0) if self.comparison == "GreaterThanThreshold" else None

    @derived(periods, breaching_periods)
    def needs_one_period(self) -> bool:
        """Whether a single period that breaches sets the alarm off."""
        return (self.breaching_periods or self.periods) == 1

    @derived(needs_one_period, missing_data)
    def needs_one_datapoint(self) -> bool:
        """Whether a single period that breaches sets the alarm off when there is no data before and after.

        Data that counts as missing lets the one value decide. Where it counts as breaching, the alarm is on all along
        (CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data").
        """
        return self.missing_data == "missing" or (self.needs_one_period and self.missing_data != "breaching")

    @derived(actions_enabled, actions, Topic.confirmed_subscriptions)
    def notifies(self) -> bool:
        """Whether going off tells somebody: an action is on, and its topic exists and has a confirmed subscription."""
        return self.actions_enabled and either(*(partial(self._reaches, action) for action in self.actions))

    def _reaches(self, action: str) -> bool:
        _, _, service, region, account, *_ = [*action.split(":"), "", "", "", "", ""]
        if service != "sns":
            return False
        topic = self.inventory.find(Topic, action)
        if topic is None and (account != self.account or region not in self.inventory.target.regions):
            topic = self.inventory.require(Topic, action)
        return topic is not None and topic.confirmed_subscriptions > 0
