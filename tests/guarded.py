"""What an organization sets its accounts: resource control policies like those that AWS shows as examples."""

import json

from auditor.guardrails import Guardrail, Guardrails

ORGANIZATION = "o-abcdefghij"
PLACE = f"{ORGANIZATION}/r-ab12/ou-ab12-prod/"
SERVICES = ["s3:*", "sqs:*", "kms:*", "secretsmanager:*", "logs:*", "sts:AssumeRole", "sts:SetContext"]


def denial(sid, conditions, actions=None):
    statement = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": actions or SERVICES, "Resource": "*"}
    return {**statement, "Condition": conditions} if conditions else statement


def identities(**exempted):
    """Return the denial to whoever is not of the organization, nor has what ``exempted`` names."""
    return {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION, **exempted},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }


STRANGERS = denial("OnlyOurIdentities", identities())
DEPUTIES = denial(
    "OnlyForUs",
    {
        "StringNotEqualsIfExists": {"aws:SourceOrgID": ORGANIZATION},
        "Null": {"aws:SourceAccount": "false"},
        "Bool": {"aws:PrincipalIsAWSService": "true"},
    },
)
PLAIN_HTTP = denial("OnlyTls", {"BoolIfExists": {"aws:SecureTransport": "false"}})


def policy(name, *statements):
    return Guardrail(f"p-{name}", name, json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


FULL = policy("RCPFullAWSAccess", {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})


ALL = policy("FullAWSAccess", {"Effect": "Allow", "Action": "*", "Resource": "*"})


def limited(*statements, place=PLACE):
    """Return what guards an account of a unit with a service control policy of these statements."""
    return Guardrails(scps=((ALL,), (ALL, policy("limits", *statements)), (ALL,)), rcps=(), place=place)


def under(*statements, place=PLACE):
    """Return what guards an account of a unit on which a policy with these statements hangs."""
    return Guardrails(scps=(), rcps=((FULL,), (FULL, policy("perimeter", *statements)), (FULL,)), place=place)
