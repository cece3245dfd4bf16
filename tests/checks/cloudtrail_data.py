from auditor.testing import ACCOUNT, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.cloudtrail.data import OBJECT_CHECKS, account_insights_enabled, trail_delivers
from checks.cloudtrail.resources import CloudTrailAccount, Trail

WRITES, READS = OBJECT_CHECKS
ALL_OBJECTS = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
ONE_BUCKET = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::orders/"]}


def trail(name="t", *, owner=ACCOUNT, **facts):
    return fake(Trail, f"arn:aws:cloudtrail:eu-west-1:{owner}:trail/{name}", region="eu-west-1", **facts)


def recording(selectors, *, multi_region=True, logging=True, name="t"):
    return fake(CloudTrailAccount), trail(
        name, is_multi_region=multi_region, is_logging=logging, event_selectors=selectors
    )


def basic(*resources, kind="All"):
    return {"EventSelectors": [{"ReadWriteType": kind, "DataResources": list(resources)}]}


def advanced(**fields):
    wanted = {"eventCategory": ["Data"], "resources.type": ["AWS::S3::Object"], **fields}
    selectors = [{"Field": field, "Equals": values} for field, values in wanted.items()]
    return {"AdvancedEventSelectors": [{"FieldSelectors": selectors}]}


def insights(**facts):
    return fake(CloudTrailAccount), trail(**facts)


CASES: list[Case] = [
    *(passes(check, *recording(basic(ALL_OBJECTS))) for check in OBJECT_CHECKS),
    *(passes(check, *recording(advanced())) for check in OBJECT_CHECKS),
    *(fails(check, *recording(basic()), says="no trail records every") for check in OBJECT_CHECKS),
    *(fails(check, fake(CloudTrailAccount)) for check in OBJECT_CHECKS),
    *(unknown(check, *recording(refused("cloudtrail:GetEventSelectors"))) for check in OBJECT_CHECKS),
    *(unknown(check, fake(CloudTrailAccount), unlisted=[Trail]) for check in OBJECT_CHECKS),
    passes(WRITES, *recording(basic({**ALL_OBJECTS, "Values": ["arn:aws:s3:::"]}, kind="WriteOnly"))),
    fails(READS, *recording(basic(ALL_OBJECTS, kind="WriteOnly"))),
    passes(WRITES, *recording(advanced(readOnly=["false"]))),
    fails(READS, *recording(advanced(readOnly=["false"]))),
    fails(
        WRITES,
        *recording(basic(ONE_BUCKET)),
        doubt="A selector that names every bucket there is today does not record those that are made tomorrow.",
    ),
    fails(
        WRITES,
        *recording(advanced(**{"resources.ARN": ["arn:aws:s3:::orders/"]})),
        doubt="An advanced selector that filters objects by anything but readOnly does not record all of them.",
    ),
    fails(WRITES, *recording(basic({"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}))),
    fails(WRITES, *recording(basic(ALL_OBJECTS), logging=False)),
    fails(WRITES, *recording(basic(ALL_OBJECTS), multi_region=False)),
    passes(account_insights_enabled, *insights(has_insights=True, is_logging=True)),
    fails(account_insights_enabled, *insights(has_insights=False, is_logging=True), says="no trail"),
    fails(
        account_insights_enabled,
        *insights(has_insights=True, is_logging=False),
        doubt="A trail that is stopped looks for nothing, whatever its insight selectors.",
    ),
    unknown(account_insights_enabled, *insights(has_insights=True, is_logging=refused("cloudtrail:GetTrailStatus"))),
    unknown(account_insights_enabled, fake(CloudTrailAccount), unlisted=[Trail]),
    passes(trail_delivers, trail(delivery_error="")),
    fails(trail_delivers, trail(delivery_error="AccessDenied"), says="AccessDenied"),
    inapplicable(trail_delivers, trail(owner="999999999999", delivery_error="AccessDenied")),
    unknown(trail_delivers, trail(delivery_error=refused("cloudtrail:GetTrailStatus"))),
]
