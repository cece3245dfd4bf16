"""Proofs of the fixes of Amazon CloudWatch Logs' checks."""

import json

from fixes.proof import Proof


def group(aws, **settings):
    aws("logs").create_log_group(logGroupName="/app", **settings)
    return "/app"


def forgetful_group(aws):
    aws("logs").put_retention_policy(logGroupName=group(aws), retentionInDays=30)
    return "/app"


def public_policy(aws):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "logs:PutLogEvents", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws("logs").put_resource_policy(policyName="everybody", policyDocument=document)
    return {"POLICY_NAME": "everybody"}


PROOFS = [
    Proof("logs-group-retention", forgetful_group),
    Proof("logs-group-retention-set", group),
    Proof("logs-region-policies-not-public", public_policy),
]
UNPROVEN = {"logs-group-encrypted-with-kms": "the emulator fails when a key is given to a log group"}
