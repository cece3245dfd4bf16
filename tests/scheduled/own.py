"""What the auditor finds in a deployment of its own, in an emulator that leaves out some properties of buckets."""

import json

import yaml
from pages import ROOT
from scheduled.test_template import Loader

from auditor.__main__ import main


def complete(client, template, ids, log_bucket):
    """Give the bucket of reports what the emulator leaves out, from the template."""
    properties = yaml.load(template.read_text(), Loader)["Resources"]["Reports"]["Properties"]
    s3, bucket = client("s3"), ids["Reports"]
    key = client("kms").describe_key(KeyId=ids["Key"])["KeyMetadata"]["Arn"]
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert "Key.Arn" in str(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"])
    assert "True" in str(rule["BucketKeyEnabled"])
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    rules = [_rule(each) for each in properties["LifecycleConfiguration"]["Rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert properties["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert properties["LoggingConfiguration"][0] == "LogsAccess"
    logging = {"LoggingEnabled": {"TargetBucket": log_bucket, "TargetPrefix": "reports/"}}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=logging)
    assert properties["ObjectLockEnabled"]
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    rules = properties["OwnershipControls"]["Rules"]
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": rules})


def _rule(told):
    """Return a lifecycle rule as S3 takes it."""
    days = told["ExpirationInDays"]
    same = ("Status", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    return {
        "ID": told["Id"],
        "Filter": {"Prefix": told["Prefix"]} if "Prefix" in told else {},
        "Expiration": {"Days": days if isinstance(days, int) else 400},
        **{each: told[each] for each in same if each in told},
    }


def findings(url, region, ids, folder, *options):
    """Return what all checks find of the resources with these physical ids."""
    path = folder / "report.json"
    where = ["--endpoint-url", url, "--region", region]
    main(["scan", *where, "--output-format", f"json={path}", "--quiet", *options])
    names = {each.rpartition("/")[2].rpartition(":")[2] for each in ids.values()}
    found = json.loads(path.read_text())["findings"]
    return [each for each in found if _names(each["resource"]) & names]


def _names(resource):
    arn = resource["arn"]
    return {resource["id"], resource["name"], arn.rpartition("/")[2], arn.rpartition(":")[2]}


def graver_than_low(found):
    """Return the failures and errors that are to be mended, or accepted with a reason."""
    bad = [each for each in found if each["status"] in {"FAIL", "ERROR"} and each["severity"] != "low"]
    return [(each["check"], each["resource"]["arn"], each["error"] or each["problems"]) for each in bad]


def unargued(found):
    """Return the low failures of which docs/scheduled.md does not say why they stay."""
    section = (ROOT / "docs/scheduled.md").read_text().partition("## Its own audit")[2].partition("\n## ")[0]
    failed = {each["check"] for each in found if each["status"] == "FAIL" and each["severity"] == "low"}
    return {check for check in failed if f"| `{check}` |" not in section}
