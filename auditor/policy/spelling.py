"""Condition keys and operators as AWS writes them: documents are compared without regard to their case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.policy.document import Condition

KEYS: Final = (
    *("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:CurrentTime", "aws:Ec2InstanceSourceVpc"),
    *("aws:Ec2InstanceSourcePrivateIPv4", "aws:EpochTime", "aws:FederatedProvider", "aws:MultiFactorAuthAge"),
    *("aws:MultiFactorAuthPresent", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService"),
    *("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"),
    *("aws:PrincipalTag/", "aws:PrincipalType", "aws:RequestedRegion", "aws:RequestTag/", "aws:ResourceAccount"),
    *("aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:ResourceTag/", "aws:SecureTransport", "aws:SourceAccount"),
    *("aws:SourceArn", "aws:SourceIdentity", "aws:SourceIp", "aws:SourceOrgID", "aws:SourceOrgPaths"),
    *("aws:SourceOwner", "aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce", "aws:TagKeys", "aws:TokenIssueTime"),
    *("aws:UserAgent", "aws:ViaAWSService", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths"),
    *("aws:VpcSourceIp", "ec2:SourceInstanceARN", "elasticfilesystem:AccessedViaMountTarget", "iam:AWSServiceName"),
    *("iam:PassedToService", "iam:PermissionsBoundary", "iam:PolicyARN", "kms:CallerAccount"),
    *("kms:EncryptionContext:", "kms:GrantIsForAWSResource", "kms:ViaService", "lambda:FunctionUrlAuthType"),
    *(
        "s3:DataAccessPointAccount",
        "s3:DataAccessPointArn",
        "s3:ExistingObjectTag/",
        "s3:ResourceAccount",
        "s3:TlsVersion",
        "SAML:aud",
    ),
    *("sns:Endpoint", "sns:Protocol", "sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity"),
)
"""The keys that are not all in lower case anyway, of those that policies of resources often name."""
OPERATORS: Final = (
    *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike"),
    *("StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals"),
    *("NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan"),
    *("DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress"),
    *("NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null"),
)
SPELLINGS: Final = {each.lower(): each for each in (*KEYS, *OPERATORS, "ForAllValues:", "ForAnyValue:", "IfExists")}
NAMED: Final = re.compile(r"(.*?[/:].*?[/:]|)(.*)", re.DOTALL)
"""A key such as ``aws:PrincipalTag/team``: what AWS names of it, and what others do."""
OPERATOR: Final = re.compile(r"(for(?:all|any)values?:|)(.*?)(ifexists|)")


def key(text: str) -> str:
    """Return a condition key, given in lower case, as AWS writes it."""
    if text in SPELLINGS:
        return SPELLINGS[text]
    named = NAMED.fullmatch(text)
    return SPELLINGS.get(named[1], named[1]) + named[2] if named else text


def operator(text: str) -> str:
    """Return an operator, given in lower case, as AWS writes it."""
    parts = OPERATOR.fullmatch(text)
    return "".join(SPELLINGS.get(each, each) for each in parts.groups()) if parts else text


def condition(told: Condition) -> str:
    """Return a condition in words: ``aws:SourceVpc StringEquals vpc-1 or vpc-2``."""
    return f"{key(told.key)} {operator(told.operator)} {' or '.join(told.values) or 'nothing'}"
