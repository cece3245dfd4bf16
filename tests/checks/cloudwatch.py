from auditor.testing import ACCOUNT, Case, fails, fake, passes, refused, unknown
from checks.cloudtrail.resources import Trail
from checks.cloudwatch.alarms import ALARM_CHECKS, alarm_actions_enabled, alarm_has_action
from checks.cloudwatch.events import SUBJECTS
from checks.cloudwatch.resources import Alarm, CloudWatchAccount
from checks.logs.patterns import parse
from checks.logs.resources import MetricFilter
from checks.sns.resources import Topic

CHECKS = dict(zip((each.kind for each in SUBJECTS), ALARM_CHECKS, strict=True))
PATTERNS = {each.kind: each.pattern for each in SUBJECTS}
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alarms"
GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:trail:*"
COUNTED = {"Metric": {"Namespace": "Audit", "MetricName": "f"}, "Period": 300, "Stat": "Sum"}
TRAIL_CHANGES = CHECKS["trail-changes"]
DELETED_KEYS = CHECKS["key-removal"]


def counting(pattern, *, name="f", group="trail", selection="", value="1", **transformation):
    counted = {"metricNamespace": "Audit", "metricName": name, "metricValue": value, **transformation}
    parsed = pattern if isinstance(pattern, Exception) else parse(pattern)
    return fake(
        MetricFilter, f"trail/{name}", pattern=parsed, group=group, selection=selection, transformations=[counted]
    )


def alarm(name="f", **facts):
    plain = {
        "namespace": "Audit",
        "metric_name": name,
        "dimensions": [],
        "queries": [],
        "statistic": "Sum",
        "periods": 1,
        "breaching_periods": None,
        "missing_data": "missing",
        "comparison": "GreaterThanOrEqualToThreshold",
        "threshold": 1.0,
        "actions_enabled": True,
        "actions": [TOPIC],
    }
    return fake(Alarm, f"alarm-{name}", **{**plain, **facts})


def topic(subscriptions=1):
    return fake(Topic, TOPIC, confirmed_subscriptions=subscriptions)


def trail(**facts):
    everything = {"EventSelectors": [{}]}
    plain = {"is_multi_region": True, "is_logging": True, "event_selectors": everything, "log_group": GROUP}
    arn = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/t"
    return fake(Trail, arn, region="eu-west-1", **{**plain, **facts})


def account(*resources):
    return fake(CloudWatchAccount), *resources


def watched(pattern, **transformation):
    return account(counting(pattern, **transformation), alarm(), topic(), trail())


def keys(*, alarm_=None, filter_=None, topic_=None, trail_=None):
    pattern = PATTERNS["key-removal"]
    return account(filter_ or counting(pattern), alarm_ or alarm(), topic_ or topic(), trail_ or trail())


CASES: list[Case] = [
    *(passes(check, *watched(PATTERNS[kind])) for kind, check in CHECKS.items()),
    *(fails(check, *account(), says="nobody is told of") for check in CHECKS.values()),
    *(unknown(check, *account(), unlisted=[MetricFilter]) for check in CHECKS.values()),
    passes(
        DELETED_KEYS,
        *watched('{$.eventName="ScheduleKeyDeletion"||($.eventName=DisableKey&&$.eventSource=kms*)}'),
        doubt="A pattern in another order, with other spaces, quotes and parentheses says the same.",
    ),
    passes(
        DELETED_KEYS,
        *account(
            counting("{ $.eventName = DisableKey }", name="one"),
            counting("{ $.eventName = ScheduleKeyDeletion }", name="two"),
            alarm("one"),
            alarm("two"),
            topic(),
            trail(),
        ),
        doubt="Several filters with an alarm each may share the events.",
    ),
    fails(
        DELETED_KEYS,
        *watched("{ $.eventName = DisableKey }"),
        says="nobody is told of ScheduleKeyDeletion",
    ),
    fails(
        DELETED_KEYS,
        *watched('{ $.eventName = "*" }'),
        doubt="A pattern that matches every event sets off an alarm all day long, which is none.",
    ),
    passes(DELETED_KEYS, *watched("?DisableKey ?ScheduleKeyDeletion")),
    passes(DELETED_KEYS, *watched("{ $.eventName = %^(?:never)% }".replace("(?:never)", "DisableKey|ScheduleKeyDel"))),
    fails(DELETED_KEYS, *watched("[ip, user, call = DisableKey]"), says="DisableKey"),
    unknown(
        DELETED_KEYS,
        *watched("{ ($.eventName = *Key*) && ($.errorCode != AccessDenied) }"),
        says="not documented",
    ),
    passes(
        CHECKS["root-use"],
        *watched('{ $.userIdentity.type = "Root" }'),
        doubt="A pattern without CIS's exceptions matches more than it must, and passes.",
    ),
    fails(
        CHECKS["root-use"],
        *watched('{ ($.userIdentity.type = "Root") && ($.eventType = AwsApiCall) }'),
        says="a console sign-in by the root user",
    ),
    passes(
        CHECKS["unauthorized-calls"], *watched('{($.errorCode = "*UnauthorizedOperation") || ($.errorCode = *Denied)}')
    ),
    fails(TRAIL_CHANGES, *watched(PATTERNS["config-changes"]), says="UpdateTrail"),
    # What stands between an event and somebody's notice.
    fails(DELETED_KEYS, *keys(filter_=counting(PATTERNS["key-removal"], group="other"))),
    fails(DELETED_KEYS, *keys(filter_=counting(PATTERNS["key-removal"], selection='@aws.region = "eu-west-1"'))),
    fails(DELETED_KEYS, *keys(filter_=counting(PATTERNS["key-removal"], dimensions={"user": "$.userIdentity.arn"}))),
    fails(DELETED_KEYS, *keys(trail_=trail(is_multi_region=False))),
    fails(DELETED_KEYS, *keys(trail_=trail(log_group=None))),
    unknown(DELETED_KEYS, *keys(trail_=trail(is_logging=refused("cloudtrail:GetTrailStatus")))),
    fails(DELETED_KEYS, *keys(alarm_=alarm("another"))),
    fails(
        DELETED_KEYS, *keys(alarm_=alarm(threshold=5.0)), doubt="An alarm that waits for five events misses the first."
    ),
    passes(DELETED_KEYS, *keys(alarm_=alarm(threshold=5.0)), events=5),
    passes(DELETED_KEYS, *keys(alarm_=alarm(threshold=0.0, comparison="GreaterThanThreshold"))),
    passes(DELETED_KEYS, *keys(alarm_=alarm(threshold=10.0), filter_=counting(PATTERNS["key-removal"], value="10"))),
    passes(DELETED_KEYS, *keys(filter_=counting(PATTERNS["key-removal"], value="$.count"))),
    fails(DELETED_KEYS, *keys(alarm_=alarm(threshold=1.0, comparison="LessThanThreshold"))),
    fails(DELETED_KEYS, *keys(alarm_=alarm(threshold=None))),
    passes(
        DELETED_KEYS,
        *keys(
            alarm_=alarm(
                metric_name="",
                queries=[{"Id": "m", "MetricStat": COUNTED}, {"Id": "e"}],
            )
        ),
    ),
    fails(
        DELETED_KEYS,
        *keys(alarm_=alarm(dimensions=[{"Name": "user", "Value": "alice"}])),
        doubt="An alarm on a dimension that the filter's metric does not have never gets any data.",
    ),
    fails(
        DELETED_KEYS,
        *keys(alarm_=alarm(periods=3, missing_data="notBreaching")),
        doubt="An alarm that wants several periods in a row does not notice a single event.",
    ),
    fails(
        DELETED_KEYS,
        *keys(alarm_=alarm(periods=3), filter_=counting(PATTERNS["key-removal"], defaultValue=0.0)),
        doubt="The zeros that a filter with a default value reports between events keep such an alarm quiet, too.",
    ),
    passes(
        DELETED_KEYS,
        *keys(alarm_=alarm(periods=3)),
        doubt="Where missing data counts as missing, a lone datapoint of an event completes the periods.",
    ),
    fails(
        DELETED_KEYS,
        *keys(alarm_=alarm(missing_data="breaching")),
        doubt="Where missing data counts as breaching, the alarm is on as long as nothing happens, and tells no news.",
    ),
    passes(
        DELETED_KEYS,
        *keys(alarm_=alarm(missing_data="breaching"), filter_=counting(PATTERNS["key-removal"], defaultValue=0.0)),
    ),
    passes(DELETED_KEYS, *keys(alarm_=alarm(periods=3, breaching_periods=1, missing_data="notBreaching"))),
    fails(
        CHECKS["unauthorized-calls"],
        *account(counting(PATTERNS["unauthorized-calls"]), alarm(statistic="Average", threshold=5.0), topic(), trail()),
        doubt="The average of ones is one, however many events there are: only a sum reaches five.",
    ),
    passes(DELETED_KEYS, *keys(alarm_=alarm(statistic="Average"))),
    fails(
        DELETED_KEYS,
        *keys(alarm_=alarm(statistic="Average"), filter_=counting(PATTERNS["key-removal"], defaultValue=0.0)),
    ),
    passes(
        DELETED_KEYS,
        *keys(alarm_=alarm(statistic="Maximum"), filter_=counting(PATTERNS["key-removal"], defaultValue=0.0)),
    ),
    fails(DELETED_KEYS, *keys(filter_=counting(PATTERNS["key-removal"], value="0"))),
    unknown(
        DELETED_KEYS,
        *keys(trail_=trail(log_group="arn:aws:logs:eu-west-1:999999999999:log-group:organization:*")),
        says="belongs to another account",
        doubt="The alarms on an organization's trail may stand in the account that has its log group.",
    ),
    unknown(
        DELETED_KEYS,
        *keys(trail_=trail(log_group=f"arn:aws:logs:ap-south-1:{ACCOUNT}:log-group:trail:*")),
        says="a region that is not audited",
    ),
    passes(
        DELETED_KEYS,
        *keys(filter_=counting(PATTERNS["key-removal"])),
        fake(
            MetricFilter,
            "other/f",
            pattern=refused("logs:DescribeMetricFilters"),
            group="other",
            selection="",
            transformations=[],
        ),
        doubt="A filter of another log group decides nothing, whatever its pattern is.",
    ),
    fails(DELETED_KEYS, *keys(alarm_=alarm(actions_enabled=False))),
    fails(DELETED_KEYS, *keys(alarm_=alarm(actions=[]))),
    fails(
        DELETED_KEYS,
        *keys(alarm_=alarm(actions=[f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"])),
        doubt="An action that is no SNS topic is not known to tell anybody.",
    ),
    fails(
        DELETED_KEYS,
        *keys(topic_=topic(0)),
        doubt="A topic whose subscriptions nobody confirmed tells nobody.",
    ),
    fails(DELETED_KEYS, *keys(alarm_=alarm(actions=[f"{TOPIC}-that-was-deleted"]))),
    unknown(
        DELETED_KEYS,
        *keys(alarm_=alarm(actions=["arn:aws:sns:eu-west-1:999999999999:central"])),
        says="another account",
    ),
    unknown(DELETED_KEYS, *keys(topic_=topic(refused("sns:GetTopicAttributes")))),
    passes(
        DELETED_KEYS,
        *keys(alarm_=alarm(actions=["arn:aws:sns:eu-west-1:999999999999:central", TOPIC])),
    ),
    passes(alarm_has_action, alarm()),
    fails(
        alarm_has_action,
        alarm(actions=[]),
        says="no action",
        doubt="An alarm that only feeds a composite alarm fails too, as in AWS's own control: accept the finding.",
    ),
    unknown(alarm_has_action, alarm(actions=refused("cloudwatch:DescribeAlarms"))),
    passes(alarm_actions_enabled, alarm()),
    fails(alarm_actions_enabled, alarm(actions_enabled=False), says="switched off"),
    unknown(alarm_actions_enabled, alarm(actions_enabled=refused("cloudwatch:DescribeAlarms"))),
]
