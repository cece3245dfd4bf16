"""The services whose resources may have policies of their own."""

from __future__ import annotations

from typing import Final

WITH_POLICIES: Final = frozenset(
    {
        *("acm-pca", "aiops", "aps", "aws-marketplace", "backup", "bedrock", "bedrock-agentcore", "cleanrooms-ml"),
        *("cloudfront", "cloudhsm", "cloudsearch", "cloudtrail", "codeartifact", "codebuild", "codeguru-profiler"),
        *("comprehend", "continuum", "dsql", "dynamodb", "ecr", "ecr-public", "elasticfilesystem"),
        *("elemental-inference", "entityresolution", "es", "events", "execute-api", "glacier", "glue", "iam"),
        *("imagebuilder", "kafka", "kinesis", "kms", "lambda", "lex", "logs", "lookoutequipment", "mediapackagev2"),
        *("mediastore", "mediatailor", "network-firewall", "networkmanager", "oam", "omics", "organizations", "osis"),
        *("payment-cryptography", "redshift", "redshift-serverless", "refactor-spaces", "rekognition"),
        *("route53resolver", "rum", "s3", "s3-object-lambda", "s3-outposts", "s3express", "s3files", "s3tables"),
        *("s3vectors", "sagemaker", "schemas", "secretsmanager", "serverlessrepo", "ses", "signer", "sms-voice"),
        *("sns", "sqs", "ssm", "ssm-contacts", "ssm-incidents", "vpc-lattice", "waf", "waf-regional", "wafv2", "xray"),
    }
)
"""The services, by the name in their ARNs, whose API sets a policy on a resource.

Source: the operations of AWS's APIs that put, set or create such a policy; IAM User Guide, "AWS services that work
with IAM", column "Resource-based policies".
"""


def may_have_policies(arn: str) -> bool:
    """Return whether a resource may have a policy of its own, by the service in its ARN."""
    return arn.split(":", 3)[2] in WITH_POLICIES if arn.startswith("arn:") else False
