from datetime import timedelta

from auditor import Status
from auditor.testing import ACCOUNT, NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.cloudtrail.buckets import bucket_access_logged, bucket_not_public
from checks.cloudtrail.recording import (
    account_multi_region_trail,
    trail_cloudwatch_delivery,
    trail_encrypted_with_kms,
    trail_log_validation,
    trail_logging,
)
from checks.cloudtrail.resources import CloudTrailAccount, Trail
from checks.s3.resources import Bucket, S3Account

EVERYTHING = {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]}
GRANT = {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}


def trail(name="t", *, owner=ACCOUNT, **facts):
    return fake(Trail, f"arn:aws:cloudtrail:eu-west-1:{owner}:trail/{name}", region="eu-west-1", **facts)


def organization_trail(**facts):
    return trail("organization", owner="999999999999", **facts)


def recording(name="t", *, selectors=EVERYTHING, multi_region=True, logging=True):
    return trail(name, is_multi_region=multi_region, is_logging=logging, event_selectors=selectors)


def account(*trails):
    return fake(CloudTrailAccount), *trails


def basic(*selectors):
    return recording(selectors={"EventSelectors": [dict(each) for each in selectors]})


def advanced(*selectors):
    fields = [[{"Field": name, **operator} for name, operator in each.items()] for each in selectors]
    return recording(selectors={"AdvancedEventSelectors": [{"FieldSelectors": each} for each in fields]})


def delivered(hours):
    return trail(log_group="arn:aws:logs:::log-group:t", delivered_to_log_group=NOW - timedelta(hours=hours))


def delivering_to(bucket_name="logs", **names):
    return trail(bucket_name=bucket_name, **names)


def bucket(*, public=False, grants=(), logging=None):
    acl = grants if isinstance(grants, Exception) else list(grants)
    return fake(
        Bucket,
        "logs",
        region="eu-west-1",
        public_access_block={},
        policy_is_public=public,
        acl=acl,
        logging=logging,
    )


MANAGEMENT = {"Equals": ["Management"]}
BLOCKED = fake(S3Account, public_access_block={"RestrictPublicBuckets": True, "IgnorePublicAcls": True})
OPEN = fake(S3Account, public_access_block={})

CASES: list[Case] = [
    passes(account_multi_region_trail, *account(recording())),
    passes(account_multi_region_trail, *account(recording("a", logging=False), recording("b"))),
    passes(account_multi_region_trail, *account(basic({}))),
    passes(
        account_multi_region_trail,
        *account(basic({"ReadWriteType": "ReadOnly"}, {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True})),
    ),
    passes(account_multi_region_trail, *account(advanced({"eventCategory": MANAGEMENT}))),
    passes(
        account_multi_region_trail,
        *account(
            advanced(
                {"eventCategory": MANAGEMENT, "readOnly": {"Equals": ["true"]}},
                {"eventCategory": MANAGEMENT, "readOnly": {"Equals": ["false"]}},
            )
        ),
        doubt="A selector for reading and one for writing record together what one selector for both does.",
    ),
    passes(
        account_multi_region_trail,
        *account(organization_trail(is_multi_region=True, is_logging=True, has_custom_selectors=False)),
        doubt="The organization's trail counts in its member accounts, which may not read its selectors, if these are "
        "the default ones.",
    ),
    unknown(
        account_multi_region_trail,
        *account(organization_trail(is_multi_region=True, is_logging=True, has_custom_selectors=True)),
        says="GetEventSelectors",
    ),
    unknown(
        account_multi_region_trail,
        *account(trail(is_multi_region=True, is_logging=True, has_custom_selectors=False)),
        says="GetEventSelectors",
    ),
    # A trail that was seen stands, whatever else was not seen.
    passes(account_multi_region_trail, *account(recording("a", logging=refused()), recording("b"))),
    Case(account_multi_region_trail, account(recording()), Status.PASS, unlisted=(Trail,)),
    fails(
        account_multi_region_trail,
        *account(),
        says="no trail",
        doubt="An event data store of CloudTrail Lake is no trail, whatever it records.",
    ),
    fails(account_multi_region_trail, *account(recording(multi_region=False)), says="none of the trails"),
    fails(account_multi_region_trail, *account(recording(logging=False))),
    # One thing that is missing is enough, whatever else was not seen of the trail.
    fails(account_multi_region_trail, *account(recording(multi_region=False, selectors=refused()))),
    fails(account_multi_region_trail, *account(basic())),
    fails(account_multi_region_trail, *account(basic({"ReadWriteType": "WriteOnly"}))),
    fails(account_multi_region_trail, *account(basic({"IncludeManagementEvents": False}))),
    fails(
        account_multi_region_trail,
        *account(basic({"ExcludeManagementEventSources": ["kms.amazonaws.com"]})),
        doubt="A trail that leaves out the events of KMS does not record every management event.",
    ),
    fails(account_multi_region_trail, *account(advanced({"eventCategory": {"Equals": ["Data"]}}))),
    fails(
        account_multi_region_trail,
        *account(advanced({"eventCategory": MANAGEMENT, "readOnly": {"Equals": ["false"]}})),
    ),
    fails(
        account_multi_region_trail,
        *account(
            advanced({"eventCategory": MANAGEMENT, "eventSource": {"NotEquals": ["kms.amazonaws.com"]}}),
        ),
    ),
    unknown(account_multi_region_trail, *account(), unlisted=[Trail], says="DescribeTrails"),
    unknown(account_multi_region_trail, *account(recording(logging=False)), unlisted=[Trail]),
    unknown(account_multi_region_trail, *account(recording(selectors=refused("cloudtrail:GetEventSelectors")))),
    passes(trail_logging, trail(is_logging=True)),
    fails(trail_logging, trail(is_logging=False), says="stopped"),
    inapplicable(trail_logging, organization_trail(is_logging=False)),
    unknown(trail_logging, trail(is_logging=refused("cloudtrail:GetTrailStatus"))),
    passes(trail_log_validation, trail(validates_log_files=True)),
    fails(trail_log_validation, trail(validates_log_files=False), says="validation is off"),
    inapplicable(trail_log_validation, organization_trail(validates_log_files=False)),
    unknown(trail_log_validation, trail()),
    passes(trail_encrypted_with_kms, trail(kms_key="arn:aws:kms:eu-west-1:123456789012:key/k")),
    fails(trail_encrypted_with_kms, trail(kms_key=None), says="S3's own key"),
    inapplicable(trail_encrypted_with_kms, organization_trail(kms_key=None)),
    unknown(trail_encrypted_with_kms, trail(kms_key=refused())),
    passes(trail_cloudwatch_delivery, delivered(24)),
    passes(trail_cloudwatch_delivery, delivered(30), max_delay_hours=48),
    fails(trail_cloudwatch_delivery, delivered(25), says="25 hours ago"),
    fails(trail_cloudwatch_delivery, trail(log_group=None), says="no log group"),
    fails(
        trail_cloudwatch_delivery,
        trail(log_group="arn:aws:logs:::log-group:t", delivered_to_log_group=None),
        says="ever delivered",
    ),
    inapplicable(trail_cloudwatch_delivery, organization_trail(log_group=None)),
    unknown(
        trail_cloudwatch_delivery,
        trail(log_group="arn:aws:logs:::log-group:t", delivered_to_log_group=refused("cloudtrail:GetTrailStatus")),
    ),
    passes(bucket_not_public, delivering_to(), bucket(), OPEN),
    passes(bucket_not_public, delivering_to(), bucket(public=True, grants=[GRANT]), BLOCKED),
    fails(bucket_not_public, delivering_to(), bucket(public=True), OPEN, says="the bucket logs is public"),
    fails(bucket_not_public, delivering_to(), bucket(grants=[GRANT]), OPEN),
    # Either way of being public is enough, whatever was not seen of the other.
    fails(bucket_not_public, delivering_to(), bucket(public=refused(), grants=[GRANT]), OPEN),
    fails(bucket_not_public, delivering_to(), bucket(public=True, grants=refused()), OPEN),
    unknown(
        bucket_not_public,
        delivering_to("theirs"),
        bucket(),
        OPEN,
        says="theirs belongs to another account",
        doubt="A trail may deliver to a bucket of another account, of which this one cannot tell.",
    ),
    unknown(bucket_not_public, delivering_to(), unlisted=[Bucket], says="ListBuckets"),
    unknown(bucket_not_public, delivering_to(), bucket(public=refused("s3:GetBucketPolicyStatus")), OPEN),
    inapplicable(bucket_not_public, organization_trail(bucket_name="theirs")),
    passes(bucket_access_logged, delivering_to(), bucket(logging={"TargetBucket": "access-logs", "TargetPrefix": ""})),
    fails(bucket_access_logged, delivering_to(), bucket(), says="of the bucket logs is off"),
    unknown(bucket_access_logged, delivering_to("theirs"), bucket(), says="another account"),
    unknown(bucket_access_logged, delivering_to(), bucket(logging=refused("s3:GetBucketLogging"))),
    inapplicable(bucket_access_logged, organization_trail(bucket_name="theirs")),
]
