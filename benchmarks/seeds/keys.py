"""KMS: in every region keys of the account's own, and those that AWS manages in it for its services."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from benchmarks.account import AwsError
from benchmarks.seeds.seed import key_id

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_OWN: Final = 4
"""Keys of the account's own in every region."""
_OF_AWS: Final = ("ebs", "rds", "elasticfilesystem")
"""The services for which AWS manages a key in every region, numbered from 100 on."""
_FIRST_OF_AWS: Final = 100
_NOT_FOUND: Final = AwsError("NotFoundException", "Invalid keyId", 400)


def fill(seed: Seed) -> None:
    """Give each region its keys: one does not rotate, one awaits deletion, one signs."""
    for operation in ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus"):
        seed.account.put("kms", operation, _NOT_FOUND)
    for region in seed.regions:
        numbers = [*range(_OWN), *range(_FIRST_OF_AWS, _FIRST_OF_AWS + len(_OF_AWS))]
        keys = [{"KeyId": key_id(region, number), "KeyArn": seed.key_arn(region, number)} for number in numbers]
        seed.account.put("kms", "ListKeys", {"Keys": keys, "Truncated": False}, region=region)
        aliases = [_alias(seed, region, number) for number in numbers]
        seed.account.put("kms", "ListAliases", {"Aliases": aliases, "Truncated": False}, region=region)
        for number in numbers:
            _details(seed, region, number)


def _alias(seed: Seed, region: str, number: int) -> dict[str, Any]:
    of_aws = number >= _FIRST_OF_AWS
    name = f"alias/aws/{_OF_AWS[number - _FIRST_OF_AWS]}" if of_aws else f"alias/own-{number}"
    return {"AliasName": name, "AliasArn": seed.arn("kms", region, name), "TargetKeyId": key_id(region, number)}


def _details(seed: Seed, region: str, number: int) -> None:
    arn = seed.key_arn(region, number)
    replies: dict[str, dict[str, Any]] = {"DescribeKey": {"KeyMetadata": _metadata(seed, region, number)}}
    if number < _OWN:
        replies["GetKeyRotationStatus"] = {"KeyRotationEnabled": number != 1}
        replies["GetKeyPolicy"] = {"Policy": json.dumps(_policy(seed)), "PolicyName": "default"}
    for operation, reply in replies.items():
        seed.account.put("kms", operation, reply, region=region, KeyId=arn)


def _metadata(seed: Seed, region: str, number: int) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "AWSAccountId": seed.account.id,
        "KeyId": key_id(region, number),
        "Arn": seed.key_arn(region, number),
        "CreationDate": seed.ago(600),
        "Enabled": number != 2,  # noqa: PLR2004 -- the one that awaits deletion
        "Description": seed.text("for data at rest", number, json=True),
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "AWS" if number >= _FIRST_OF_AWS else "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "MultiRegion": False,
    }
    special: dict[int, dict[str, Any]] = {
        2: {"KeyState": "PendingDeletion", "DeletionDate": seed.ago(-20)},
        3: {"KeyUsage": "SIGN_VERIFY", "KeySpec": "RSA_2048"},
    }
    return metadata | special.get(number, {})


def _policy(seed: Seed) -> dict[str, Any]:
    root = {"AWS": f"arn:aws:iam::{seed.account.id}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
