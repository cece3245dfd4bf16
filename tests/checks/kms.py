from datetime import UTC, datetime

from auditor.policy import parse
from auditor.testing import ACCOUNT, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.access.reaching import ACCOUNTS, CALLERS, PUBLIC
from checks.iam.resources import Policy
from checks.kms.decryption import INLINE, policy_decryption_limited
from checks.kms.delegation import key_policy_use_named
from checks.kms.keys import key_material_lasts, key_not_pending_deletion, key_rotation_enabled, key_rotation_period
from checks.kms.resources import Key

(key_policy_not_public,) = (each for each in PUBLIC if each.resource is Key)
(key_policy_not_shared,) = (each for each in ACCOUNTS if each.resource is Key)
(key_policy_callers_known,) = (each for each in CALLERS if each.resource is Key)
OTHER = "210987654321"
SOON = datetime(2026, 2, 1, tzinfo=UTC)
LATE = datetime(2027, 1, 1, tzinfo=UTC)
SYMMETRIC = {"manager": "CUSTOMER", "state": "Enabled", "spec": "SYMMETRIC_DEFAULT", "origin": "AWS_KMS"}
OWN_ACCOUNT = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def key(**facts):
    return fake(Key, **{**SYMMETRIC, **facts})


def allow(principal="*", action="kms:Decrypt", **condition):
    more = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def deny(action, **condition):
    return {**allow(action=action, **condition), "Effect": "Deny"}


def with_policy(*statements):
    return key(policy=parse({"Version": "2012-10-17", "Statement": [OWN_ACCOUNT, *statements]}))


def limited(operator, condition_key, *values):
    return with_policy(allow(**{operator: {condition_key: list(values)}}))


def grants(*statements):
    return parse({"Version": "2012-10-17", "Statement": list(statements)})


def decrypting(resources="*", actions="kms:Decrypt", **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def policy(*statements, attachments=1, boundary_uses=0):
    return fake(Policy, attachments=attachments, boundary_uses=boundary_uses, document=grants(*statements))


def inline(check):
    """Return the cases of the inline policies of one type of principal."""
    kind = check.resource

    def holder(*statements):
        return fake(kind, inline_policies={"crypto": grants(*statements)})

    return [
        passes(check, holder(decrypting(f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"))),
        fails(check, holder(decrypting()), says="the inline policy crypto allows kms:Decrypt with every key"),
        inapplicable(check, fake(kind, inline_policies={})),
        unknown(check, fake(kind, inline_policies=refused("iam:GetAccountAuthorizationDetails"))),
    ]


ROTATION: list[Case] = [
    passes(key_rotation_enabled, key(rotates=True)),
    fails(key_rotation_enabled, key(rotates=False), says="automatic rotation is off"),
    inapplicable(
        key_rotation_enabled,
        key(manager="AWS", rotates=True),
        doubt="Keys that AWS manages in the account rotate every year, and nobody can change that.",
    ),
    *(
        inapplicable(key_rotation_enabled, key(spec=spec, rotates=False))
        for spec in ("RSA_2048", "ECC_NIST_P256", "HMAC_256", "ML_DSA_65")
    ),
    inapplicable(
        key_rotation_enabled,
        key(spec="RSA_4096", rotates=False),
        doubt="KMS does not rotate asymmetric and HMAC keys: they are replaced by hand.",
    ),
    *(
        inapplicable(key_rotation_enabled, key(origin=origin, rotates=False))
        for origin in ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
    ),
    inapplicable(
        key_rotation_enabled,
        key(origin="EXTERNAL", rotates=False),
        doubt="KMS cannot make new material for keys with imported material or in a custom key store.",
    ),
    inapplicable(
        key_rotation_enabled,
        key(state="Disabled", rotates=False),
        doubt="KMS does not rotate a key while it is disabled; once enabled again, it is judged.",
    ),
    inapplicable(key_rotation_enabled, key(state="PendingDeletion", rotates=False)),
    fails(
        key_rotation_enabled,
        fake(Key, "mrk-1234abcd", **SYMMETRIC, rotates=False),
        doubt="A replica of a multi-Region key rotates as its primary does, where it is to be turned on: both fail.",
    ),
    unknown(key_rotation_enabled, key(rotates=refused("kms:GetKeyRotationStatus"))),
    unknown(key_rotation_enabled, key(manager=refused("kms:DescribeKey"), rotates=True)),
    passes(key_rotation_period, key(rotates=True, rotation_days=365)),
    passes(key_rotation_period, key(rotates=True, rotation_days=90)),
    passes(key_rotation_period, key(rotates=True, rotation_days=730), max_days=730),
    fails(key_rotation_period, key(rotates=True, rotation_days=2560), says="every 2560 days"),
    fails(key_rotation_period, key(rotates=True, rotation_days=365), says="365", max_days=180),
    inapplicable(key_rotation_period, key(rotates=False, rotation_days=365)),
    unknown(key_rotation_period, key(rotates=True, rotation_days=refused())),
]

LASTING: list[Case] = [
    passes(key_not_pending_deletion, key(deletion=None)),
    passes(
        key_not_pending_deletion,
        key(state="Disabled", deletion=None),
        doubt="A disabled key decrypts nothing either, but is enabled again at any time.",
    ),
    fails(key_not_pending_deletion, key(state="PendingDeletion", deletion=SOON), says="deletes the key on 2026-02-01"),
    fails(
        key_not_pending_deletion,
        key(state="PendingReplicaDeletion", deletion=None),
        says="when its replicas are gone",
        doubt="A multi-Region primary key that waits for its replicas to go has no date yet, and fails.",
    ),
    inapplicable(key_not_pending_deletion, key(manager="AWS", deletion=None)),
    unknown(key_not_pending_deletion, key(state=refused("kms:DescribeKey"))),
    passes(key_material_lasts, key(origin="EXTERNAL", valid_to=LATE)),
    passes(key_material_lasts, key(origin="EXTERNAL", valid_to=SOON), min_days=7),
    fails(key_material_lasts, key(origin="EXTERNAL", valid_to=SOON), says="expires in 16 days"),
    inapplicable(
        key_material_lasts,
        key(origin="EXTERNAL", valid_to=None),
        doubt="Imported material without a date, like material that KMS made, does not expire.",
    ),
    inapplicable(key_material_lasts, key(origin="EXTERNAL", state="PendingImport", valid_to=None)),
    unknown(key_material_lasts, key(origin="EXTERNAL", valid_to=refused())),
]

PUBLIC: list[Case] = [
    passes(
        key_policy_not_public,
        with_policy(),
        doubt="The policy of a new key names the account itself: its IAM policies then decide, and nobody else is in.",
    ),
    passes(key_policy_not_public, with_policy(allow({"AWS": f"arn:aws:iam::{OTHER}:root"}))),
    passes(key_policy_not_public, with_policy(allow({"Service": "logs.eu-west-1.amazonaws.com"}))),
    passes(key_policy_not_public, with_policy(deny("kms:*"))),
    passes(
        key_policy_not_public,
        limited("StringEquals", "kms:CallerAccount", ACCOUNT),
        doubt="Principal * with a plain condition on the caller's account, organization or identity is not public.",
    ),
    passes(key_policy_not_public, limited("StringEquals", "aws:PrincipalOrgID", "o-abcdefghij")),
    passes(key_policy_not_public, limited("StringEquals", "AWS:SourceAccount", ACCOUNT)),
    passes(key_policy_not_public, limited("StringLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*")),
    passes(key_policy_not_public, limited("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-abcdefghij/*")),
    passes(
        key_policy_not_public,
        with_policy(allow(StringEquals={"kms:ViaService": "s3.eu-west-1.amazonaws.com", "kms:CallerAccount": ACCOUNT})),
    ),
    fails(
        key_policy_not_public, with_policy(allow()), says="statement 2 lets anyone with an AWS account call kms:Decrypt"
    ),
    fails(key_policy_not_public, with_policy(allow({"AWS": "*"})), says="statement 2 lets"),
    fails(key_policy_not_public, with_policy({**allow(), "Sid": "Shop"}), says="statement 2 (Shop) lets"),
    fails(
        key_policy_not_public,
        with_policy({"Effect": "Allow", "NotPrincipal": {"AWS": f"arn:aws:iam::{OTHER}:root"}, "Action": "kms:*"}),
        doubt="NotPrincipal in an Allow admits everybody but those it names.",
    ),
    fails(
        key_policy_not_public,
        limited("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"),
        doubt="kms:ViaService alone is public: strangers may use the service too, from their own accounts.",
    ),
    fails(
        key_policy_not_public,
        limited("StringEquals", "kms:EncryptionContext:app", "shop"),
        doubt="An encryption context is no secret: a condition on it does not say who calls.",
    ),
    fails(key_policy_not_public, with_policy(allow(Bool={"aws:SecureTransport": "true"}))),
    fails(
        key_policy_not_public,
        with_policy(allow(action="kms:*"), deny("kms:ScheduleKeyDeletion")),
        doubt="A denial of some of the allowed actions leaves the others public.",
    ),
    fails(
        key_policy_not_public,
        with_policy(allow(), deny("kms:*", Bool={"aws:SecureTransport": "false"})),
        doubt="A denial of requests of some kind, of plain HTTP for instance, keeps nobody out.",
    ),
    passes(
        key_policy_not_public,
        with_policy(allow(), deny("kms:*", StringNotEquals={"aws:PrincipalOrgID": "o-abcdefghij"})),
        doubt="Where a denial may keep strangers out of all that is allowed, another rule asks for a plain condition.",
    ),
    passes(key_policy_not_public, with_policy(allow(), deny(["kms:Decrypt", "kms:Encrypt"]))),
    passes(
        key_policy_not_public,
        limited("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
        doubt="Who is in a network may be a stranger, but is not just anyone: another rule asks for a plain condition.",
    ),
    fails(
        key_policy_not_public,
        limited("StringEqualsIfExists", "aws:PrincipalOrgID", "o-abcdefghij"),
        doubt="A condition with IfExists, ForAllValues or a negation admits callers that it does not name.",
    ),
    fails(key_policy_not_public, limited("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-abcdefghij")),
    fails(key_policy_not_public, limited("StringNotEquals", "kms:CallerAccount", OTHER)),
    passes(
        key_policy_not_public,
        limited("StringEqualsIgnoreCase", "kms:RecipientAttestation:PCR3", "0" * 96),
        doubt="A condition on what an enclave attests, its instance's role for instance, may keep strangers out.",
    ),
    passes(
        key_policy_not_public,
        with_policy(
            allow(action="kms:CreateGrant", StringEquals={"kms:GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:role/r"})
        ),
    ),
    fails(
        key_policy_not_public,
        limited("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/shop"),
        doubt="A pattern that leaves the account open admits the roles of that name in all accounts.",
    ),
    inapplicable(key_policy_not_public, key(manager="AWS", policy=None)),
    unknown(key_policy_not_public, key(policy=refused("kms:GetKeyPolicy"))),
    passes(key_policy_callers_known, with_policy()),
    passes(key_policy_callers_known, limited("StringEquals", "kms:CallerAccount", ACCOUNT)),
    passes(
        key_policy_callers_known,
        limited("StringEqualsIgnoreCase", "aws:PrincipalOrgID", "o-abcdefghij"),
        doubt="Upper and lower case make no difference to whom a condition names.",
    ),
    fails(
        key_policy_callers_known,
        limited("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
        says="no plain condition says who is meant",
    ),
    fails(
        key_policy_callers_known,
        with_policy(allow(), deny("kms:*", StringNotEquals={"aws:PrincipalOrgID": "o-abcdefghij"})),
        doubt="A denial elsewhere may make up for it, but nobody sees that in the statement that allows everyone.",
    ),
    passes(
        key_policy_callers_known,
        with_policy(allow()),
        doubt="A key that is surely public fails one rule only: the one on public keys.",
    ),
    unknown(key_policy_callers_known, key(policy=refused())),
]

SHARED: list[Case] = [
    passes(key_policy_not_shared, with_policy()),
    passes(key_policy_not_shared, with_policy(allow({"Service": "logs.eu-west-1.amazonaws.com"}))),
    passes(key_policy_not_shared, with_policy(allow({"AWS": f"arn:aws:iam::{OTHER}:root"})), trusted=(OTHER,)),
    passes(
        key_policy_not_shared,
        with_policy(allow({"AWS": "AROAEXAMPLEEXAMPLEEXA"})),
        doubt="A principal that was deleted leaves an id behind, which admits nobody.",
    ),
    fails(key_policy_not_shared, with_policy(allow({"AWS": f"arn:aws:iam::{OTHER}:root"})), says=OTHER),
    fails(key_policy_not_shared, with_policy(allow({"AWS": [f"arn:aws:iam::{OTHER}:role/x", ACCOUNT]})), says=OTHER),
    fails(
        key_policy_not_shared,
        with_policy(allow({"AWS": OTHER}, Bool={"aws:MultiFactorAuthPresent": "true"})),
        doubt="An account that is admitted under conditions is admitted.",
    ),
    fails(
        key_policy_not_shared,
        limited("StringEquals", "kms:CallerAccount", ACCOUNT, OTHER),
        says=OTHER,
        doubt="A statement for everyone whose condition names another account admits that account.",
    ),
    passes(key_policy_not_shared, limited("StringNotEquals", "kms:CallerAccount", OTHER)),
    passes(
        key_policy_not_shared,
        with_policy(allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, StringEquals={"aws:PrincipalAccount": OTHER})),
    ),
    inapplicable(key_policy_not_shared, key(manager="AWS", policy=None)),
    unknown(key_policy_not_shared, key(policy=refused())),
]

ADMINISTRATION = {**OWN_ACCOUNT, "Action": ["kms:Put*", "kms:Describe*", "kms:ScheduleKeyDeletion"]}
WORKER = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/worker"}
NAMED: list[Case] = [
    passes(key_policy_use_named, key(policy=grants(ADMINISTRATION, allow(WORKER)))),
    passes(
        key_policy_use_named,
        key(policy=grants({**OWN_ACCOUNT, "Condition": {"StringEquals": {"kms:ViaService": "s3"}}}, allow(WORKER))),
        doubt="Use through one service that a condition names is not left to IAM at large.",
    ),
    passes(
        key_policy_use_named,
        with_policy(allow(WORKER), deny("kms:Decrypt", ArnNotLike={"aws:PrincipalArn": WORKER["AWS"]})),
        doubt="A denial for all but those that are named makes the list complete.",
    ),
    fails(
        key_policy_use_named,
        with_policy(allow(WORKER)),
        says="statement 1 leaves kms:Decrypt to the policies of IAM",
        doubt="The policy that the console writes names users, and leaves the key to all of IAM as well.",
    ),
    fails(key_policy_use_named, with_policy(allow(WORKER, "kms:Sign")), says="kms:Sign"),
    inapplicable(
        key_policy_use_named,
        with_policy(),
        doubt="The policy of a new key names no users: it leaves all to IAM openly.",
    ),
    inapplicable(key_policy_use_named, key(manager="AWS", policy=None)),
    unknown(key_policy_use_named, key(policy=refused())),
]

DECRYPTION: list[Case] = [
    passes(policy_decryption_limited, policy(decrypting(f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd"))),
    passes(policy_decryption_limited, policy(decrypting(actions=["kms:Encrypt", "kms:GenerateDataKey*"]))),
    passes(policy_decryption_limited, policy(decrypting(actions="s3:*"))),
    passes(policy_decryption_limited, policy({**decrypting(), "Effect": "Deny"})),
    passes(
        policy_decryption_limited,
        policy(decrypting(actions="*"), {**decrypting(actions="kms:*"), "Effect": "Deny"}),
        doubt="A denial of decryption with every key, without conditions, undoes what the policy allows.",
    ),
    passes(policy_decryption_limited, policy({"Effect": "Allow", "NotAction": "kms:*", "Resource": "*"})),
    fails(policy_decryption_limited, policy(decrypting()), says="the policy allows kms:Decrypt with every key"),
    fails(policy_decryption_limited, policy(decrypting(actions="kms:ReEncrypt*")), says="kms:ReEncryptFrom"),
    fails(policy_decryption_limited, policy(decrypting(actions="*")), says="kms:Decrypt and kms:ReEncryptFrom"),
    fails(
        policy_decryption_limited,
        policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        doubt="NotAction allows all that it does not name, decryption too.",
    ),
    *(
        fails(policy_decryption_limited, policy(decrypting(f"arn:aws:kms:{place}")))
        for place in ("*:*:key/*", f"*:{ACCOUNT}:key/*", "*", f"eu-*:{ACCOUNT}:*")
    ),
    fails(
        policy_decryption_limited,
        policy(decrypting(f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*")),
        doubt="Every key of one region or of one account is every key: the pattern holds for those to come.",
    ),
    fails(
        policy_decryption_limited,
        policy({"Effect": "Allow", "Action": "kms:Decrypt", "NotResource": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"}),
        doubt="NotResource that names some keys allows every other, those to come included.",
    ),
    passes(
        policy_decryption_limited,
        policy({"Effect": "Allow", "Action": "kms:*", "NotResource": "arn:aws:kms:*:*:key/*"}),
    ),
    fails(
        policy_decryption_limited,
        policy(decrypting(Condition={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}})),
        doubt="Conditions do not count, as in AWS's own control, which looks at the resources alone.",
    ),
    fails(
        policy_decryption_limited,
        policy(decrypting(), {**decrypting(), "Effect": "Deny", "Condition": {"Bool": {"aws:x": "true"}}}),
    ),
    fails(
        policy_decryption_limited,
        policy(decrypting(), attachments=0),
        doubt="A policy that is attached to nobody counts, as in AWS's own control: it is there to be attached.",
    ),
    inapplicable(
        policy_decryption_limited,
        policy(decrypting(), attachments=0, boundary_uses=2),
        doubt="A policy that is used as a permissions boundary only grants nothing.",
    ),
    unknown(policy_decryption_limited, fake(Policy, attachments=1, boundary_uses=0, document=refused())),
]

CASES: list[Case] = [
    *ROTATION,
    *LASTING,
    *PUBLIC,
    *SHARED,
    *NAMED,
    *DECRYPTION,
    *(case for each in INLINE for case in inline(each)),
]
