from auditor.policy import parse
from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.access.reaching import PUBLIC
from checks.logs.groups import group_encrypted_with_kms, group_retention, group_retention_set
from checks.logs.resources import LogGroup, LogsRegion

(region_policies_not_public,) = (each for each in PUBLIC if each.resource is LogsRegion)


def group(log_class="STANDARD", **facts):
    return fake(LogGroup, "/app", log_class=log_class, **facts)


def region(**statement):
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", **statement}]}
    return fake(LogsRegion, policies={"delivery": parse({**document})})


CASES: list[Case] = [
    passes(group_retention, group(retention_days=365)),
    passes(group_retention, group(retention_days=30), min_days=30),
    passes(group_retention, group(retention_days=None), doubt="A log group that never expires keeps events a year."),
    fails(group_retention, group(retention_days=90), says="kept for 90 days"),
    inapplicable(group_retention, group("DELIVERY", retention_days=1)),
    unknown(group_retention, group(retention_days=refused("logs:DescribeLogGroups"))),
    passes(group_retention_set, group(retention_days=1)),
    fails(group_retention_set, group(retention_days=None), says="never expire"),
    inapplicable(group_retention_set, group("DELIVERY", retention_days=None)),
    unknown(group_retention_set, group(retention_days=refused("logs:DescribeLogGroups"))),
    passes(group_encrypted_with_kms, group(kms_key="arn:aws:kms:eu-west-1:123456789012:key/k")),
    fails(group_encrypted_with_kms, group(kms_key=None), says="a key that CloudWatch Logs owns"),
    unknown(group_encrypted_with_kms, group(kms_key=refused("logs:DescribeLogGroups"))),
    passes(region_policies_not_public, fake(LogsRegion, policies={})),
    passes(region_policies_not_public, region(Principal={"Service": "es.amazonaws.com"})),
    passes(
        region_policies_not_public,
        region(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}),
        doubt="A statement for everybody that has a condition is not judged.",
    ),
    fails(region_policies_not_public, region(Principal="*"), says="statement 1 of the policy delivery lets anyone"),
    fails(region_policies_not_public, region(Principal={"AWS": ["*"]})),
    unknown(region_policies_not_public, fake(LogsRegion, policies=refused("logs:DescribeResourcePolicies"))),
]
