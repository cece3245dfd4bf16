"""Proofs of the fixes of AWS Organizations' checks."""

from fixes.proof import Proof


def organization(aws, features="ALL"):
    aws("organizations").create_organization(FeatureSet=features)


def root(aws):
    organization(aws)
    return {"ROOT_ID": aws("organizations").list_roots()["Roots"][0]["Id"]}


def member(aws):
    organization(aws)
    made = aws("organizations").create_account(AccountName="security", Email="security@example.com")
    return {"ACCOUNT_ID": made["CreateAccountStatus"]["AccountId"], "SERVICE_PRINCIPAL": "guardduty.amazonaws.com"}


PROOFS = [
    Proof("organizations-resource-control-policies-enabled", root),
    Proof("organizations-service-control-policies-enabled", root),
    Proof("organizations-services-delegated", member),
]
UNPROVEN = {
    "organizations-all-features-enabled": "the emulator does not offer to enable all features",
    "organizations-policy-administration-delegated": "the emulator does not keep delegation policies",
}
WORDS = {"ACCOUNT_ID": "210987654321", "ROOT_ID": "r-ab12", "SERVICE_PRINCIPAL": "guardduty.amazonaws.com"}
