"""IAM and STS: users, groups, roles and policies, the credential report and the account's own settings."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from benchmarks.account import AwsError
from benchmarks.seeds import advisor
from benchmarks.seeds.seed import NOW, Seed

if TYPE_CHECKING:
    from datetime import datetime

_COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
    "additional_credentials_info",
)
"""The columns of a credential report (IAM User Guide, "Understanding the report format")."""
_AWS_POLICIES = {"AdministratorAccess": "*", "ReadOnlyAccess": "*:Get*", "AmazonS3FullAccess": "s3:*"}
_BOUNDARY = "ReadOnlyAccess"
"""The policy of AWS's that some roles may do no more than."""
_ALL_BUT_AWS_S = ["User", "Role", "Group", "LocalManagedPolicy"]
"""The filter for all that is the account's own to change: AWS's own policies are left out."""
_NO_REPORT_ROWS = dict.fromkeys(_COLUMNS, "N/A")


def fill(seed: Seed, users: int, roles: int, *, empty: bool = False) -> None:
    """Give the account a caller, ``users`` users, ``roles`` roles and policies; no settings when ``empty``."""
    account = seed.account
    caller = {"Account": account.id, "Arn": account.caller, "UserId": "AIDAAUDITORAUDITOR001"}
    account.put("sts", "GetCallerIdentity", caller)
    names = [seed.text(f"user-{number:04d}", number) for number in range(users)]
    report = _report(seed, names)
    account.put("iam", "GenerateCredentialReport", {"State": "COMPLETE"})
    account.put("iam", "GetCredentialReport", {"Content": report, "ReportFormat": "text/csv", "GeneratedTime": NOW})
    account.put("iam", "GetAccountSummary", {"SummaryMap": _summary(users, roles, root_mfa=not empty)})
    missing = AwsError("NoSuchEntity", f"The Password Policy with domain name {account.id} cannot be found.", 404)
    account.put("iam", "GetAccountPasswordPolicy", missing if empty else {"PasswordPolicy": _PASSWORD_POLICY})
    groups = [] if empty else ["admins", "developers", "readers"]
    details: dict[str, Any] = {
        "UserDetailList": [_user(seed, name, number, groups) for number, name in enumerate(names)],
        "GroupDetailList": [_group(seed, name) for name in groups],
        "RoleDetailList": [_role(seed, number) for number in range(roles)],
        "Policies": _policies(seed, 0 if empty else max(5, roles // 3)),
        "IsTruncated": False,
    }
    account.put("iam", "GetAccountAuthorizationDetails", details)
    own = [policy for policy in details["Policies"] if ":iam::aws:" not in policy["Arn"]]
    account.put("iam", "GetAccountAuthorizationDetails", details | {"Policies": own}, Filter=_ALL_BUT_AWS_S)
    _policies_of_aws(seed, empty=empty)
    devices = [] if empty else [_root_device(seed), *(_device(seed, name) for name in names[::3])]
    listed = {"VirtualMFADevices": devices, "IsTruncated": False}
    account.put("iam", "ListVirtualMFADevices", listed)
    principals = (each for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList") for each in details[kind])
    advisor.fill(seed, [each["Arn"] for each in principals])
    if not empty:
        advisor.certificates(seed)


def _root_device(seed: Seed) -> dict[str, Any]:
    return {"SerialNumber": f"arn:aws:iam::{seed.account.id}:mfa/root-account-mfa-device", "EnableDate": seed.ago(400)}


def _device(seed: Seed, name: str) -> dict[str, Any]:
    user = {"Path": "/", "UserName": name, "Arn": _user_arn(seed, name), "CreateDate": seed.ago(900)}
    serial = f"arn:aws:iam::{seed.account.id}:mfa/{name}"
    return {"SerialNumber": serial, "EnableDate": seed.ago(300), "User": user | {"UserId": "AIDA" + "0" * 17}}


_PASSWORD_POLICY = {
    "MinimumPasswordLength": 8,
    "RequireSymbols": True,
    "RequireNumbers": True,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "AllowUsersToChangePassword": True,
    "ExpirePasswords": False,
    "PasswordReusePrevention": 5,
}


def _summary(users: int, roles: int, *, root_mfa: bool) -> dict[str, int]:
    return {
        "Users": users,
        "UsersQuota": 5000,
        "Groups": 3,
        "GroupsQuota": 300,
        "Roles": roles,
        "RolesQuota": 1000,
        "Policies": max(5, roles // 3),
        "PoliciesQuota": 1500,
        "MFADevices": users // 2,
        "MFADevicesInUse": users // 2,
        "AccountMFAEnabled": int(root_mfa),
        "AccountAccessKeysPresent": 0,
        "AccountSigningCertificatesPresent": 0,
        "AccountPasswordPresent": 1,
        "ServerCertificates": 0,
        "Providers": 0,
        "InstanceProfiles": roles // 4,
    }


# --- Credential report ------------------------------------------------------------------------------------------


def _report(seed: Seed, names: list[str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerow(_root_row(seed))
    for number, name in enumerate(names):
        writer.writerow(_user_row(seed, name, number))
    return out.getvalue().encode()


def _root_row(seed: Seed) -> dict[str, str]:
    return _NO_REPORT_ROWS | {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{seed.account.id}:root",
        "user_creation_time": _iso(seed.ago(2000)),
        "password_enabled": "not_supported",
        "password_last_used": _iso(seed.ago(3)),
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": "true",
        "access_key_1_active": "false",
        "access_key_2_active": "false",
        "cert_1_active": "false",
        "cert_2_active": "false",
    }


def _user_row(seed: Seed, name: str, number: int) -> dict[str, str]:
    console = number % 2 == 0
    row = _NO_REPORT_ROWS | {
        "user": name,
        "arn": _user_arn(seed, name),
        "user_creation_time": _iso(seed.ago(1000 - number % 900)),
        "password_enabled": str(console).lower(),
        "mfa_active": str(number % 3 == 0).lower(),
        "access_key_1_active": str(number % 4 != 0).lower(),
        "access_key_2_active": str(number % 16 == 1).lower(),
        "cert_1_active": "false",
        "cert_2_active": "false",
    }
    if console:
        used = _iso(seed.ago(number % 200)) if number % 10 else "no_information"
        row |= {"password_last_used": used, "password_last_changed": _iso(seed.ago(number % 300))}
    if number % 4:
        row |= _key_columns(seed, 1, number % 300, number % 150)
    if number % 16 == 1:
        row |= _key_columns(seed, 2, number % 80, number % 40)
    return row


def _key_columns(seed: Seed, key: int, age: int, used: int) -> dict[str, str]:
    prefix = f"access_key_{key}_last"
    return {
        f"{prefix}_rotated": _iso(seed.ago(age)),
        f"{prefix}_used_date": _iso(seed.ago(used)),
        f"{prefix}_used_region": "us-east-1",
        f"{prefix}_used_service": "s3",
    }


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}+00:00"


# --- Authorization details --------------------------------------------------------------------------------------


def _user_arn(seed: Seed, name: str) -> str:
    return f"arn:aws:iam::{seed.account.id}:user/{name}"


def _document(*statements: dict[str, Any]) -> str:
    return quote(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def _allow(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def _attached(name: str) -> dict[str, str]:
    return {"PolicyName": name, "PolicyArn": f"arn:aws:iam::aws:policy/{name}"}


def _user(seed: Seed, name: str, number: int, groups: list[str]) -> dict[str, Any]:
    user = {
        "Path": "/",
        "UserName": name,
        "UserId": f"AIDA{number:017d}",
        "Arn": _user_arn(seed, name),
        "CreateDate": seed.ago(1000 - number % 900),
        "GroupList": groups[number % 3 : number % 3 + 1],
        "AttachedManagedPolicies": [_attached("AdministratorAccess")] if number % 25 == 0 else [],
        "Tags": seed.tags(f"user-{number:04d}", number),
    }
    if number % 8 == 0:
        user["UserPolicyList"] = [{"PolicyName": "inline", "PolicyDocument": _document(_allow("s3:GetObject"))}]
    return user


def _group(seed: Seed, name: str) -> dict[str, Any]:
    policy = {"admins": "AdministratorAccess", "readers": "ReadOnlyAccess"}.get(name, "AmazonS3FullAccess")
    return {
        "Path": "/",
        "GroupName": name,
        "GroupId": f"AGPA{name.upper():0>17}",
        "Arn": f"arn:aws:iam::{seed.account.id}:group/{name}",
        "CreateDate": seed.ago(1500),
        "GroupPolicyList": [],
        "AttachedManagedPolicies": [_attached(policy)],
    }


def _role(seed: Seed, number: int) -> dict[str, Any]:
    name = f"role-{number:04d}"
    service = ("ec2", "lambda", "ecs-tasks", "rds")[number % 4]
    principal: dict[str, str] = {"Service": f"{service}.amazonaws.com"}
    if number % 15 == 1:
        principal = {"AWS": "arn:aws:iam::210987654321:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    role: dict[str, Any] = {
        "Path": "/",
        "RoleName": name,
        "RoleId": f"AROA{number:017d}",
        "Arn": f"arn:aws:iam::{seed.account.id}:role/{name}",
        "CreateDate": seed.ago(800 - number % 700),
        "AssumeRolePolicyDocument": _document(trust),
        "InstanceProfileList": [_profile(seed, name)] if service == "ec2" else [],
        "RolePolicyList": [
            {"PolicyName": "inline", "PolicyDocument": _document(_allow("logs:*"), _allow("sqs:SendMessage"))}
        ],
        "AttachedManagedPolicies": [_attached("AdministratorAccess" if number % 20 == 0 else "AmazonS3FullAccess")],
        "Tags": seed.tags(name, number),
        "RoleLastUsed": {"LastUsedDate": seed.ago(number % 200), "Region": "us-east-1"} if number % 5 else {},
    }
    if number % 12 == 1:
        limit = f"arn:aws:iam::aws:policy/{_BOUNDARY}"
        role["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": limit,
        }
    return role


def _profile(seed: Seed, name: str) -> dict[str, Any]:
    return {
        "Path": "/",
        "InstanceProfileName": name,
        "InstanceProfileId": "AIPA" + name[-4:].rjust(17, "0"),
        "Arn": f"arn:aws:iam::{seed.account.id}:instance-profile/{name}",
        "CreateDate": seed.ago(800),
        "Roles": [],
    }


def _policies_of_aws(seed: Seed, *, empty: bool) -> None:
    """Tell which of AWS's own policies are attached, and what they say."""
    put = seed.account.put
    rows = []
    for name, action in _AWS_POLICIES.items():
        policy = _policy(seed, f"arn:aws:iam::aws:policy/{name}", _allow(action))
        version = policy.pop("PolicyVersionList")[0]
        rows.append(policy)
        put("iam", "GetPolicy", {"Policy": policy}, PolicyArn=policy["Arn"])
        put("iam", "GetPolicyVersion", {"PolicyVersion": version}, PolicyArn=policy["Arn"])
    put("iam", "ListPolicies", {"Policies": [] if empty else rows, "IsTruncated": False})


def _policies(seed: Seed, count: int) -> list[dict[str, Any]]:
    own = [
        _policy(
            seed,
            f"arn:aws:iam::{seed.account.id}:policy/custom-{number:04d}",
            _allow("*" if number % 10 == 0 else "dynamodb:*"),
            seed.text("our own", number),
        )
        for number in range(count)
    ]
    managed = [
        _policy(seed, f"arn:aws:iam::aws:policy/{name}", _allow(action)) for name, action in _AWS_POLICIES.items()
    ]
    return own + managed if count else []


def _policy(seed: Seed, arn: str, statement: dict[str, Any], description: str = "") -> dict[str, Any]:
    version = {
        "Document": _document(statement),
        "VersionId": "v1",
        "IsDefaultVersion": True,
        "CreateDate": seed.ago(700),
    }
    return {
        "PolicyName": arn.rpartition("/")[2],
        "PolicyId": "ANPA" + arn[-17:].upper().rjust(17, "0"),
        "Arn": arn,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 2,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": seed.ago(700),
        "UpdateDate": seed.ago(300),
        "PolicyVersionList": [version],
        **({"Description": description} if description else {}),
    }
