from datetime import timedelta

from auditor.policy import parse
from auditor.testing import ACCOUNT, NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.iam.credential_report import credentials, rows
from checks.iam.passwords import password_policy_long, password_policy_no_reuse, password_policy_strong
from checks.iam.policies import INLINE, policy_not_admin
from checks.iam.resources import Group, IamAccount, Policy, Role, User
from checks.iam.root import root_hardware_mfa, root_mfa_enabled, root_no_access_keys
from checks.iam.users import user_credentials_used, user_key_rotated, user_mfa_enabled, user_no_direct_policies

SUMMARY = refused("iam:GetAccountSummary")
STRONG = {
    "MinimumPasswordLength": 14,
    "PasswordReusePrevention": 24,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "MaxPasswordAge": 90,
}
ADMIN = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def root(*, mfa=False, password=False, keys=0, certificates=0, devices=()):
    return fake(
        IamAccount,
        root_mfa=mfa,
        root_password=password,
        root_access_keys=keys,
        root_certificates=certificates,
        virtual_mfa_devices=devices if isinstance(devices, Exception) else list(devices),
    )


def device(name, owner):
    return {
        "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/{name}",
        "User": {"Arn": f"arn:aws:iam::{ACCOUNT}:{owner}"},
    }


def with_password_policy(policy):
    return fake(IamAccount, custom_password_policy=policy)


def days_ago(days):
    """The way the report writes a time."""
    return (NOW - timedelta(days=days)).isoformat()


def report_row(**columns):
    row = {
        "user": "alice",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
        "user_creation_time": days_ago(1000),
        "password_enabled": "false",
        "password_last_used": "N/A",
        "password_last_changed": "N/A",
        "password_next_rotation": "N/A",
        "mfa_active": "false",
    }
    for number in (1, 2):
        key = {"active": "false", "last_rotated": "N/A", "last_used_date": "N/A"}
        row |= {f"access_key_{number}_{name}": value for name, value in key.items()}
    row |= columns
    (read,) = rows(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    return read


def user(**columns):
    return fake(User, "alice", credentials=credentials(report_row(**columns)))


def password(*, changed, used="no_information", **columns):
    return user(password_enabled="true", password_last_changed=changed, password_last_used=used, **columns)


def key(*, rotated, used="N/A", number=1, active="true"):
    name = f"access_key_{number}"
    return user(**{f"{name}_active": active, f"{name}_last_rotated": rotated, f"{name}_last_used_date": used})


def unread_user():
    return fake(User, "alice", credentials=refused("iam:GetCredentialReport"))


def with_policies(*, attached=(), inline=()):
    arns = {name: f"arn:aws:iam::aws:policy/{name}" for name in attached}
    return fake(
        User,
        attached_policies=[{"PolicyName": name, "PolicyArn": arn} for name, arn in arns.items()],
        inline_policies={name: document(ADMIN) for name in inline},
    )


def document(*statements):
    return parse({"Version": "2012-10-17", "Statement": list(statements)})


def policy(*statements, attachments=1):
    return fake(Policy, f"arn:aws:iam::{ACCOUNT}:policy/p", attachments=attachments, document=document(*statements))


def inline_cases(check, principal_type):
    def principal(policies):
        return fake(principal_type, inline_policies=policies)

    read_only = document({**ADMIN, "Action": "s3:Get*"})
    return [
        passes(check, principal({"reader": read_only})),
        fails(check, principal({"reader": read_only, "all": document(ADMIN)}), says="inline policy all allows every"),
        inapplicable(check, principal({})),
        unknown(check, principal(refused("iam:GetAccountAuthorizationDetails"))),
    ]


CASES: list[Case] = [
    passes(root_mfa_enabled, root(mfa=True, password=True)),
    fails(root_mfa_enabled, root(password=True), says="no MFA device"),
    fails(root_mfa_enabled, root(keys=1)),
    fails(root_mfa_enabled, root(certificates=1)),
    # An organization has removed the credentials: there is nothing to protect, and no MFA can be set up.
    inapplicable(root_mfa_enabled, root()),
    unknown(root_mfa_enabled, root(mfa=SUMMARY, password=True), says="GetAccountSummary"),
    unknown(root_mfa_enabled, root(mfa=True, password=SUMMARY)),
    passes(root_hardware_mfa, root(mfa=True, password=True)),
    passes(root_hardware_mfa, root(mfa=True, password=True, devices=[device("alice", "user/alice")])),
    fails(root_hardware_mfa, root(password=True), says="no MFA device"),
    fails(
        root_hardware_mfa,
        root(mfa=True, password=True, devices=[device("root-account-mfa-device", "root")]),
        says="root-account-mfa-device is virtual",
    ),
    # The root user's second virtual device bears any name, and old ones do not say whose they are.
    fails(root_hardware_mfa, root(mfa=True, password=True, devices=[device("phone", "root")]), says="mfa/phone"),
    fails(
        root_hardware_mfa,
        root(
            mfa=True,
            password=True,
            devices=[{"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/root-account-mfa-device"}],
        ),
    ),
    passes(root_hardware_mfa, root(mfa=True, password=True, devices=[device("my-root-account-mfa-device", "user/a")])),
    inapplicable(root_hardware_mfa, root(devices=[device("phone", "root")])),
    unknown(root_hardware_mfa, root(mfa=True, password=True, devices=refused("iam:ListVirtualMFADevices"))),
    unknown(root_hardware_mfa, root(mfa=SUMMARY, password=True)),
    passes(root_no_access_keys, root(password=True)),
    fails(root_no_access_keys, root(keys=1), says="has access keys"),
    unknown(root_no_access_keys, root(keys=SUMMARY)),
    passes(password_policy_long, with_password_policy(STRONG)),
    passes(password_policy_long, with_password_policy(None), minimum_length=8),
    fails(password_policy_long, with_password_policy(None), says="as short as 8"),
    fails(password_policy_long, with_password_policy({**STRONG, "MinimumPasswordLength": 13}), says="13 characters"),
    unknown(password_policy_long, with_password_policy(refused("iam:GetAccountPasswordPolicy"))),
    passes(password_policy_no_reuse, with_password_policy(STRONG)),
    passes(password_policy_no_reuse, with_password_policy({"PasswordReusePrevention": 5}), reuse_prevention=5),
    fails(password_policy_no_reuse, with_password_policy({"PasswordReusePrevention": 23}), says="last 23"),
    fails(password_policy_no_reuse, with_password_policy(None), says="may be used again"),
    unknown(password_policy_no_reuse, with_password_policy(refused("iam:GetAccountPasswordPolicy"))),
    passes(password_policy_strong, with_password_policy(STRONG)),
    passes(password_policy_strong, with_password_policy(STRONG), max_age_days=90),
    passes(password_policy_strong, with_password_policy({**STRONG, "RequireSymbols": False}), required=()),
    fails(password_policy_strong, with_password_policy({**STRONG, "RequireSymbols": False}), says="a symbol"),
    fails(password_policy_strong, with_password_policy(STRONG), says="after 90 days", max_age_days=60),
    fails(password_policy_strong, with_password_policy({**STRONG, "MaxPasswordAge": 0}), says="never", max_age_days=60),
    # AWS's default asks for three of the four kinds: none is required by itself.
    fails(password_policy_strong, with_password_policy(None), says="an upper-case letter"),
    unknown(password_policy_strong, with_password_policy(refused("iam:GetAccountPasswordPolicy"))),
    passes(user_mfa_enabled, password(changed=days_ago(1), mfa_active="true")),
    passes(user_mfa_enabled, password(changed=days_ago(1), mfa_active="TRUE")),
    fails(user_mfa_enabled, password(changed=days_ago(1)), says="no MFA device"),
    inapplicable(user_mfa_enabled, user(mfa_active="false")),
    inapplicable(user_mfa_enabled, key(rotated=days_ago(1))),
    unknown(user_mfa_enabled, unread_user(), says="GetCredentialReport"),
    passes(user_key_rotated, key(rotated=days_ago(90))),
    passes(user_key_rotated, key(rotated=days_ago(300)), max_age_days=365),
    fails(user_key_rotated, key(rotated=days_ago(91)), says="access key 1 is 91 days old"),
    fails(user_key_rotated, key(rotated=days_ago(91), number=2), says="access key 2"),
    inapplicable(user_key_rotated, key(rotated=days_ago(91), active="false")),
    inapplicable(user_key_rotated, password(changed=days_ago(91))),
    unknown(user_key_rotated, unread_user()),
    passes(user_credentials_used, key(rotated=days_ago(400), used=days_ago(45))),
    passes(user_credentials_used, key(rotated=days_ago(44))),
    passes(user_credentials_used, password(changed=days_ago(400), used=days_ago(1))),
    passes(user_credentials_used, password(changed=days_ago(400), used=days_ago(60)), max_idle_days=90),
    fails(user_credentials_used, key(rotated=days_ago(400), used=days_ago(46)), says="access key 1 has not been used"),
    fails(user_credentials_used, key(rotated=days_ago(46), number=2), says="46 days (never)"),
    # A new password for somebody who has been away does not make the account one that is used.
    fails(user_credentials_used, password(changed=days_ago(1), used=days_ago(60)), says="the password"),
    fails(user_credentials_used, password(changed=days_ago(46)), says="46 days (never)"),
    fails(user_credentials_used, password(changed="not_supported"), says="1000 days (never)"),
    inapplicable(user_credentials_used, key(rotated=days_ago(400), active="false")),
    inapplicable(user_credentials_used, user()),
    unknown(user_credentials_used, unread_user()),
    passes(user_no_direct_policies, with_policies()),
    fails(user_no_direct_policies, with_policies(attached=["AdministratorAccess"]), says="AdministratorAccess"),
    fails(user_no_direct_policies, with_policies(inline=["mine"]), says="inline policy mine"),
    unknown(
        user_no_direct_policies,
        fake(User, attached_policies=[], inline_policies=refused("iam:GetAccountAuthorizationDetails")),
    ),
    passes(policy_not_admin, policy({**ADMIN, "Action": "s3:*"})),
    passes(policy_not_admin, policy({**ADMIN, "Resource": "arn:aws:s3:::*"})),
    passes(policy_not_admin, policy({**ADMIN, "Effect": "Deny"})),
    passes(policy_not_admin, policy({**ADMIN, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}})),
    passes(policy_not_admin, policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})),
    fails(policy_not_admin, policy(ADMIN), says="allows every action"),
    fails(policy_not_admin, policy({**ADMIN, "Action": ["s3:Get*", "*:*"], "Sid": "All"}), says="(statement All)"),
    fails(policy_not_admin, policy({**ADMIN, "Action": ["*"], "Resource": ["arn:aws:s3:::b", "*"]})),
    # A pattern of all ARNs is all resources.
    fails(policy_not_admin, policy({**ADMIN, "Resource": "arn:aws:*"})),
    inapplicable(policy_not_admin, policy(ADMIN, attachments=0)),
    unknown(policy_not_admin, fake(Policy, attachments=1, document=refused("iam:GetAccountAuthorizationDetails"))),
    unknown(policy_not_admin, fake(Policy, attachments=refused("iam:GetAccountAuthorizationDetails"))),
    *(case for check, kind in zip(INLINE, (User, Group, Role), strict=True) for case in inline_cases(check, kind)),
]
