"""Proofs of the fixes of AWS IAM's checks."""

import json

from fixes.proof import Proof
from fixes.states import policy, role, user

READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
METADATA = f"<EntityDescriptor>{' ' * 1000}</EntityDescriptor>"


def default_password_policy(aws):
    """Build nothing: AWS's default policy fails."""


def group(aws, name="developers"):
    aws("iam").create_group(GroupName=name)
    return name


def group_with_inline_policy(aws):
    aws("iam").put_group_policy(GroupName=group(aws), PolicyName="reader", PolicyDocument=json.dumps(READ))
    return {"id": "developers", "POLICY_NAME": "reader"}


def user_with_key(aws):
    created = aws("iam").create_access_key(UserName=user(aws))
    return {"id": "bob", "OLD_KEY_ID": created["AccessKey"]["AccessKeyId"]}


def user_with_password(aws):
    aws("iam").create_login_profile(UserName=user(aws), Password="Correct-horse-battery-9")
    return "bob"


def device(aws):
    device = aws("iam").create_virtual_mfa_device(VirtualMFADeviceName="bob")["VirtualMFADevice"]
    return {"id": "bob", "MFA_SERIAL": device["SerialNumber"], "FIRST_CODE": "123456", "SECOND_CODE": "654321"}


def user_without_mfa(aws):
    user_with_password(aws)
    return device(aws)


def user_without_password_and_mfa(aws):
    user(aws)
    return device(aws)


def user_with_password_and_key(aws):
    user_with_password(aws)
    created = aws("iam").create_access_key(UserName="bob")
    return {"id": "bob", "OLD_KEY_ID": created["AccessKey"]["AccessKeyId"]}


def user_with_two_keys(aws):
    words = user_with_key(aws)
    aws("iam").create_access_key(UserName="bob")
    return words


def user_in_no_group(aws):
    user_with_password(aws)
    return {"id": "bob", "GROUP_NAME": group(aws)}


def user_with_policy(aws):
    arn = policy(aws, document=READ)
    aws("iam").attach_user_policy(UserName=user(aws), PolicyArn=arn)
    return {"id": "bob", "POLICY_ARN": arn}


def holding(kind, make, name):
    """Return a function that makes a principal with a managed policy of AWS."""

    def failing(aws):
        attach = getattr(aws("iam"), f"attach_{kind}_policy")
        holder = make(aws)
        attach(**{f"{kind.capitalize()}Name": holder}, PolicyArn=f"arn:aws:iam::aws:policy/{name}")
        return holder

    return failing


def saml_provider(aws):
    return aws("iam").create_saml_provider(Name="idp", SAMLMetadataDocument=METADATA)["SAMLProviderArn"]


def oidc_provider(aws):
    made = aws("iam").create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )
    return made["OpenIDConnectProviderArn"]


def expired_certificate(aws):
    """Make a server certificate: the emulator has each expire in 2012."""
    aws("iam").upload_server_certificate(ServerCertificateName="shop", CertificateBody="body", PrivateKey="key")
    return "shop"


def no_support_role(aws):
    return {"ROLE_NAME": role(aws)}


KINDS = {"user": user, "group": group, "role": role}
MANAGED = {"no-administrator-access": "AdministratorAccess", "no-cloudshell-full-access": "AWSCloudShellFullAccess"}

PROOFS = [
    Proof("iam-group-no-inline-policies", group_with_inline_policy),
    Proof("iam-oidc-provider-trusted-by-role", oidc_provider, gone=True),
    Proof("iam-password-policy-expires", default_password_policy),
    Proof("iam-password-policy-long", default_password_policy),
    Proof("iam-password-policy-no-reuse", default_password_policy),
    Proof("iam-password-policy-self-service", default_password_policy),
    Proof("iam-password-policy-strong", default_password_policy),
    Proof("iam-saml-provider-trusted-by-role", saml_provider, gone=True),
    Proof("iam-server-certificate-not-expired", expired_certificate, gone=True),
    Proof("iam-support-role-exists", no_support_role, aws_policies=True),
    Proof("iam-user-in-group", user_in_no_group),
    Proof("iam-user-key-rotated", user_with_key, days_later=100, gone=True),
    Proof("iam-user-mfa-enabled", user_without_mfa),
    Proof("iam-user-no-direct-policies", user_with_policy),
    Proof("iam-user-no-key-from-creation", user_with_password_and_key),
    Proof("iam-user-one-active-key", user_with_two_keys),
    Proof("iam-user-without-password-mfa", user_without_password_and_mfa),
    *(
        Proof(f"iam-{kind}-{rule}", holding(kind, make, name), aws_policies=True)
        for rule, name in MANAGED.items()
        for kind, make in KINDS.items()
    ),
]
UNPROVEN = {
    "iam-root-managed-centrally": "the emulator does not offer central management of root access",
}
WORDS = {"GROUP_NAME": "developers", "ROLE_NAME": "support"}
