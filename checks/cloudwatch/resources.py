"""CloudWatch's resources and where each fact comes from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from auditor import GLOBAL, REGIONAL, Listed, Listing, Resource, derived
from auditor.facts import either
from checks.sns.resources import Topic

if TYPE_CHECKING:
    from types_boto3_cloudwatch.type_defs import MetricDataQueryOutputTypeDef


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
    comparison = Listed[str]("ComparisonOperator")
    # Left out of alarms that detect anomalies.
    threshold = Listed["float | None"]("Threshold", default=None)
    actions_enabled = Listed[bool]("ActionsEnabled")
    actions = Listed["list[str]"]("AlarmActions", default=[])

    @derived(namespace, metric_name, queries)
    def metrics(self) -> list[str]:
        """The metrics the alarm watches, as namespace/name."""
        stats = [each["MetricStat"]["Metric"] for each in self.queries if "MetricStat" in each]
        named = [f"{each.get('Namespace', '')}/{each.get('MetricName', '')}" for each in stats]
        return [f"{self.namespace}/{self.metric_name}", *named] if self.metric_name else named

    @derived(comparison, threshold)
    def fires_at(self) -> float | None:
        """The lowest count that sets the alarm off; None where no count does, or none can be told."""
        if self.threshold is None:
            return None
        if self.comparison == "GreaterThanOrEqualToThreshold":
            return max(self.threshold, 1.0)
        return float(int(self.threshold)) + 1 if self.comparison == "GreaterThanThreshold" else None

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
