"""CloudWatch, CloudWatch Logs and SNS: log groups in every region, metric filters, alarms and who they tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from benchmarks.account import AwsError

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_GROUPS: Final = 60
"""Log groups of a region: more than fit one page."""
_FILTERS: Final = {
    "unauthorized": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "root": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS '
    '&& $.eventType != "AwsServiceEvent" }',
    "console": '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    "words": "ERROR -timeout",
}
_METRICS: Final = "Security"


def fill(seed: Seed) -> None:
    """Give each region log groups, a topic that tells somebody and one that does not, and alarms on metric filters."""
    seed.account.put("sns", "GetTopicAttributes", AwsError("NotFound", "Topic does not exist", 404))
    for number, region in enumerate(seed.regions):
        put = seed.account.put
        names = ["cloudtrail", *(f"/application/{each:03d}" for each in range(_GROUPS - 1))]
        groups = [_group(seed, region, each, name) for each, name in enumerate(names)]
        put("logs", "DescribeLogGroups", {"logGroups": groups}, region=region)
        filters = [_filter(seed, each) for each in _FILTERS]
        put("logs", "DescribeMetricFilters", {"metricFilters": filters}, region=region)
        put("logs", "DescribeResourcePolicies", {"resourcePolicies": []}, region=region)
        alarms = [_alarm(seed, region, each) for each in list(_FILTERS)[number % 2 :]]
        put("cloudwatch", "DescribeAlarms", {"MetricAlarms": alarms, "CompositeAlarms": []}, region=region)
        _topics(seed, region)


def _topics(seed: Seed, region: str) -> None:
    confirmed = {seed.topic_arn(region): "2", seed.topic_arn(region, "nobody"): "0"}
    seed.account.put("sns", "ListTopics", {"Topics": [{"TopicArn": arn} for arn in confirmed]}, region=region)
    for arn, count in confirmed.items():
        attributes = {"TopicArn": arn, "SubscriptionsConfirmed": count, "SubscriptionsPending": "1"}
        attributes["Policy"] = json.dumps(_usual_policy(seed, arn))
        seed.account.put("sns", "GetTopicAttributes", {"Attributes": attributes}, region=region, TopicArn=arn)


def _usual_policy(seed: Seed, arn: str) -> dict[str, Any]:
    """Return the policy that a topic has when it is made: everyone, as long as it is the account itself."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:SetTopicAttributes"],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": seed.account.id}},
    }
    return {"Version": "2008-10-17", "Statement": [statement]}


def _group(seed: Seed, region: str, number: int, name: str) -> dict[str, Any]:
    group = {
        "logGroupName": name,
        "creationTime": int(seed.ago(700).timestamp() * 1000),
        "arn": seed.arn("logs", region, f"log-group:{name}:*"),
        "storedBytes": 1000 * number,
        "logGroupClass": "STANDARD" if number % 9 else "INFREQUENT_ACCESS",
    }
    if number % 3:
        group["retentionInDays"] = (30, 365, 731)[number % 3]
    return group | ({"kmsKeyId": seed.key_arn(region)} if number % 4 == 0 else {})


def _filter(seed: Seed, name: str) -> dict[str, Any]:
    metric = {"metricName": name, "metricNamespace": _METRICS, "metricValue": "1"}
    return {
        "filterName": name,
        "filterPattern": _FILTERS[name],
        "metricTransformations": [metric],
        "creationTime": int(seed.ago(500).timestamp() * 1000),
        "logGroupName": "cloudtrail",
    }


def _alarm(seed: Seed, region: str, metric: str) -> dict[str, Any]:
    number = list(_FILTERS).index(metric)
    name = seed.text(f"alarm-{metric}", number, json=True)
    return {
        "AlarmName": name,
        "AlarmArn": seed.arn("cloudwatch", region, f"alarm:{name}"),
        "ActionsEnabled": number != 3,  # noqa: PLR2004 -- one is muted
        "AlarmActions": [seed.topic_arn(region, "nobody" if number % 2 else "security")],
        "StateValue": "OK",
        "MetricName": metric,
        "Namespace": _METRICS,
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
