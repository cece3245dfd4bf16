"""The organization that this folder's tests audit."""

import logging

import pytest
from emulated import REGION, Organization, client, served

from auditor import demo


@pytest.fixture(scope="session")
def organization():
    """Yield an organization of 14 accounts: 12 active members, one suspended, and the management account."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    with demo.environment(), served() as (gateway, url):
        directory = client(url, "organizations")
        directory.create_organization(FeatureSet="ALL")
        root = directory.list_roots()["Roots"][0]["Id"]
        units = {"root": root}
        for name, parent in (("prod", "root"), ("web", "prod"), ("sandbox", "root")):
            made = directory.create_organizational_unit(ParentId=units[parent], Name=name)
            units[name] = made["OrganizationalUnit"]["Id"]
        accounts = {}
        for number in range(13):
            name = f"member-{number:02}"
            made = directory.create_account(
                AccountName=name,
                Email=f"{name}@example.com",
                Tags=[{"Key": "stage", "Value": "live" if number < 6 else "test"}],
            )
            accounts[name] = made["CreateAccountStatus"]["AccountId"]
            unit = "prod" if number < 4 else "web" if number < 8 else "sandbox"
            directory.move_account(AccountId=accounts[name], SourceParentId=root, DestinationParentId=units[unit])
            buckets = client(url, "s3", accounts[name])
            for each in range(number % 3 + 1):
                buckets.create_bucket(Bucket=f"{name}-{each}", CreateBucketConfiguration={"LocationConstraint": REGION})
        directory.close_account(AccountId=accounts["member-12"])
        yield Organization(url, gateway, units, accounts)


@pytest.fixture(autouse=True)
def _calm(organization):
    """Have each test begin with an emulator that neither refuses nor throttles."""
    organization.gateway.refused.clear()
    organization.gateway.throttled.clear()
    organization.gateway.denied.clear()
    organization.gateway.interrupting = 0
    organization.gateway.assumed.clear()
