from datetime import timedelta

from auditor.policy import parse
from auditor.testing import ACCOUNT, NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.iam.credential_report import credentials, last_uses, rows
from checks.iam.groups import user_in_group
from checks.iam.keys import user_no_key_from_creation, user_not_shared, user_one_active_key
from checks.iam.passwords import (
    password_policy_expires,
    password_policy_long,
    password_policy_no_reuse,
    password_policy_self_service,
    password_policy_strong,
)
from checks.iam.resources import IamAccount, User
from checks.iam.root import (
    root_hardware_mfa,
    root_managed_centrally,
    root_mfa_enabled,
    root_no_access_keys,
    root_no_signing_certificates,
    root_not_used,
)
from checks.iam.users import (
    user_credentials_used,
    user_key_rotated,
    user_mfa_enabled,
    user_mfa_not_virtual,
    user_no_direct_policies,
    user_without_password_mfa,
)

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
ADMIN = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def root(*, mfa=False, password=False, keys=0, certificates=0, devices=()):
    return fake(
        IamAccount,
        root_mfa=mfa,
        root_password=password,
        root_access_keys=keys,
        root_certificates=certificates,
        virtual_mfa_devices=devices if isinstance(devices, Exception) else list(devices),
    )


def elsewhere(resource, partition):
    resource.arn = resource.arn.replace("arn:aws:", f"arn:{partition}:")
    return resource


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


def report_root(**columns):
    row = report_row(
        user="<root_account>", arn=f"arn:aws:iam::{ACCOUNT}:root", password_enabled="not_supported", **columns
    )
    return fake(IamAccount, root_uses=last_uses(row))


def organization_features(features):
    return fake(IamAccount, organization_features=features)


def member(*groups, **columns):
    user_ = password(changed=days_ago(1), **columns)
    user_.give({"groups": list(groups)})
    return user_


def with_devices(*devices, mfa="true"):
    user_ = password(changed=days_ago(1), mfa_active=mfa)
    user_.give({"virtual_mfa_devices": [device(each, "user/alice")["SerialNumber"] for each in devices]})
    return user_


def two_keys(first, second=None, **columns):
    """Return a user of 1000 days with keys rotated and used so many days ago: (rotated, used)."""
    keys = {}
    for number, each in ((1, first), (2, second)):
        if each:
            name = f"access_key_{number}"
            used = "N/A" if each[1] is None else days_ago(each[1])
            keys |= {
                f"{name}_active": "true",
                f"{name}_last_rotated": days_ago(each[0]),
                f"{name}_last_used_date": used,
            }
    user_ = user(**keys, **columns)
    user_.give({"created": NOW - timedelta(days=1000)})
    return user_


def signs_in(used=1):
    return {
        "password_enabled": "true",
        "password_last_changed": days_ago(900),
        "password_last_used": used if isinstance(used, str) else days_ago(used),
    }


def unread_user():
    return fake(User, "alice", credentials=refused("iam:GetCredentialReport"))


def with_policies(*, attached=(), inline=()):
    arns = {name: f"arn:aws:iam::aws:policy/{name}" for name in attached}
    return fake(
        User,
        attached_policies=[{"PolicyName": name, "PolicyArn": arn} for name, arn in arns.items()],
        inline_policies={name: parse(ADMIN) for name in inline},
    )


CASES: list[Case] = [
    passes(root_mfa_enabled, root(mfa=True, password=True)),
    fails(root_mfa_enabled, root(password=True), says="no MFA device"),
    fails(root_mfa_enabled, root(keys=1)),
    fails(root_mfa_enabled, root(certificates=1)),
    inapplicable(
        root_mfa_enabled,
        root(),
        doubt="Where the organization has removed the root user's credentials there is nothing to protect, and no MFA "
        "can be set up.",
    ),
    *(
        inapplicable(
            check, elsewhere(root(password=True), place), doubt="Nobody signs in as root in China and GovCloud."
        )
        for check in (root_mfa_enabled, root_hardware_mfa)
        for place in ("aws-cn", "aws-us-gov")
    ),
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
    passes(password_policy_strong, with_password_policy({**STRONG, "RequireSymbols": False}), required=()),
    fails(password_policy_strong, with_password_policy({**STRONG, "RequireSymbols": False}), says="a symbol"),
    fails(
        password_policy_strong,
        with_password_policy(None),
        says="an upper-case letter",
        doubt="AWS's default policy asks for three of the four kinds of characters: none is required by itself.",
    ),
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
    fails(
        user_credentials_used,
        password(changed=days_ago(1), used=days_ago(60)),
        says="the password",
        doubt="A new password for somebody who has been away does not make it a password that is used.",
    ),
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
    passes(root_no_signing_certificates, root(password=True)),
    fails(root_no_signing_certificates, root(certificates=1), says="has signing certificates"),
    unknown(root_no_signing_certificates, root(certificates=SUMMARY)),
    passes(root_not_used, report_root(password_last_used=days_ago(91))),
    passes(
        root_not_used,
        report_root(password_last_used="no_information"),
        doubt="no_information means that the password was not used since IAM began to record its use, in October 2014.",
    ),
    passes(root_not_used, report_root(password_last_used="N/A")),
    passes(root_not_used, report_root(password_last_used=days_ago(60)), idle_days=30),
    fails(
        root_not_used, report_root(password_last_used=days_ago(90)), says="the password of the root user was used 90"
    ),
    fails(
        root_not_used,
        report_root(access_key_1_active="false", access_key_1_last_used_date=days_ago(3)),
        says="access key 1",
        doubt="A key that has been deactivated since was used all the same.",
    ),
    fails(
        root_not_used, report_root(access_key_2_active="true", access_key_2_last_used_date=days_ago(0)), says="0 days"
    ),
    unknown(
        root_not_used,
        fake(IamAccount, root_uses=refused("iam:GetCredentialReport")),
        says="GetCredentialReport",
        doubt="Where IAM makes no report, as of a suspended account, or is not done within a minute, nothing is known.",
    ),
    passes(root_managed_centrally, organization_features(["RootCredentialsManagement", "RootSessions"])),
    passes(
        root_managed_centrally,
        organization_features(["RootCredentialsManagement"]),
        features=("RootCredentialsManagement",),
    ),
    fails(root_managed_centrally, organization_features(["RootCredentialsManagement"]), says="RootSessions is not"),
    fails(
        root_managed_centrally,
        organization_features([]),
        says="RootCredentialsManagement is not",
        doubt="Without trusted access for IAM, or without all features of the organization, nothing is managed.",
    ),
    inapplicable(
        root_managed_centrally,
        organization_features(None),
        doubt="AWS answers a member account that it is not the one to ask: the management account's audit tells.",
    ),
    unknown(root_managed_centrally, organization_features(refused("iam:ListOrganizationsFeatures"))),
    passes(password_policy_expires, with_password_policy(STRONG)),
    passes(password_policy_expires, with_password_policy({**STRONG, "MaxPasswordAge": 365}), max_age_days=365),
    fails(password_policy_expires, with_password_policy({**STRONG, "MaxPasswordAge": 91}), says="after 91 days"),
    fails(password_policy_expires, with_password_policy({"MinimumPasswordLength": 14}), says="never expire"),
    fails(password_policy_expires, with_password_policy(None), says="never expire"),
    unknown(password_policy_expires, with_password_policy(refused("iam:GetAccountPasswordPolicy"))),
    passes(password_policy_self_service, with_password_policy({**STRONG, "AllowUsersToChangePassword": True})),
    fails(password_policy_self_service, with_password_policy({**STRONG, "AllowUsersToChangePassword": False})),
    fails(
        password_policy_self_service,
        with_password_policy(None),
        says="may not change",
        doubt="Without a policy of its own an account lets users change their password only where a policy allows it.",
    ),
    unknown(password_policy_self_service, with_password_policy(refused("iam:GetAccountPasswordPolicy"))),
    passes(user_without_password_mfa, user(mfa_active="true")),
    fails(user_without_password_mfa, user(), says="no MFA device"),
    fails(user_without_password_mfa, key(rotated=days_ago(1)), says="no MFA device"),
    inapplicable(user_without_password_mfa, password(changed=days_ago(1))),
    unknown(user_without_password_mfa, unread_user()),
    passes(
        user_mfa_not_virtual,
        with_devices(),
        doubt="The credential report tells that there is MFA, the list of virtual devices which is virtual: the rest "
        "are passkeys, security keys or hardware tokens.",
    ),
    fails(user_mfa_not_virtual, with_devices("alice"), says="mfa/alice is virtual"),
    inapplicable(user_mfa_not_virtual, with_devices(mfa="false")),
    inapplicable(
        user_mfa_not_virtual,
        elsewhere(with_devices("alice"), "aws-cn"),
        doubt="China's regions support virtual MFA devices only.",
    ),
    inapplicable(user_mfa_not_virtual, user(mfa_active="true")),
    unknown(user_mfa_not_virtual, unread_user()),
    unknown(
        user_mfa_not_virtual,
        fake(
            User,
            "alice",
            credentials=password(changed=days_ago(1), mfa_active="true").credentials,
            virtual_mfa_devices=refused("iam:ListVirtualMFADevices"),
        ),
        says="ListVirtualMFADevices",
    ),
    passes(user_one_active_key, two_keys((10, 1))),
    fails(user_one_active_key, two_keys((100, 1), (10, None)), says="two active access keys"),
    inapplicable(user_one_active_key, user()),
    unknown(user_one_active_key, unread_user()),
    passes(user_no_key_from_creation, two_keys((1000, 3), **signs_in())),
    passes(user_no_key_from_creation, two_keys((900, None), **signs_in())),
    passes(user_no_key_from_creation, password(changed=days_ago(1))),
    fails(user_no_key_from_creation, two_keys((1000, None), **signs_in()), says="access key 1 was made along"),
    fails(user_no_key_from_creation, two_keys((999, None), **signs_in()), says="made along", within_minutes=1440),
    inapplicable(user_no_key_from_creation, two_keys((1000, None))),
    unknown(user_no_key_from_creation, unread_user()),
    passes(user_not_shared, two_keys((100, 1))),
    passes(user_not_shared, two_keys((100, 1), (29, 1))),
    passes(user_not_shared, two_keys((100, 31), (90, 1))),
    passes(user_not_shared, two_keys((500, 1), **signs_in())),
    passes(user_not_shared, two_keys((1000, 1), **signs_in("no_information"))),
    passes(user_not_shared, two_keys((1000, 1), **signs_in(40))),
    passes(user_not_shared, two_keys((1000, 40), **signs_in())),
    passes(user_not_shared, two_keys((1000, 1), **signs_in()), unchanged_days=2000),
    fails(user_not_shared, two_keys((100, 1), (31, 2)), says="side by side for 31 days"),
    fails(user_not_shared, two_keys((1000, 1), **signs_in()), says="the password and access key 1, unchanged"),
    inapplicable(user_not_shared, password(changed=days_ago(1))),
    unknown(user_not_shared, unread_user()),
    passes(user_in_group, member("developers")),
    fails(user_in_group, member(), says="in no group"),
    inapplicable(user_in_group, key(rotated=days_ago(1))),
    unknown(user_in_group, unread_user()),
    unknown(
        user_mfa_enabled,
        fake(User, "bob"),
        says="GetCredentialReport",
        doubt="A user who is younger than the credential report, which IAM makes every four hours, is not yet in it.",
    ),
]
