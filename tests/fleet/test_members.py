"""Which accounts a run takes: the organization's, less the excluded, or those of a file."""

import boto3
import pytest
from emulator import emulator
from scheduled.reported import Shelf

from auditor.organization.accounts import AccountsError
from auditor.scheduled.fleet_members import FleetSettings, Members
from auditor.scheduled.settings import Settings, SettingsError

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def server():
    with emulator() as url:
        yield url


@pytest.fixture
def members(server):
    """Return what makes the members of settings."""

    def made(shelf=None, **fleet):
        settings = Settings.of({"AUDITOR_BUCKET": "b", "AUDITOR_ENDPOINT_URL": server}, {})
        return Members(settings, FleetSettings(**fleet), shelf or Shelf())

    return made


@pytest.fixture(scope="module")
def accounts(server):
    """Return the ids of two accounts of an organization."""
    options = {"endpoint_url": server, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("organizations", region_name="us-east-1", **options)
    client.create_organization(FeatureSet="ALL")
    made = [client.create_account(Email=f"{name}@example.com", AccountName=name) for name in ("one", "two")]
    return [each["CreateAccountStatus"]["AccountId"] for each in made]


def test_variables_are_settings():
    assert FleetSettings.of({"AUDITOR_BUCKET": "b"}) == FleetSettings()
    variables = {
        "FLEET_MEMBER_ROLE": "reader",
        "FLEET_UNITS": "ou-1, ou-2",
        "FLEET_EXCLUDED": "",
        "FLEET_EXTERNAL_ID": "x",
    }
    assert FleetSettings.of(variables) == FleetSettings(member_role="reader", units=("ou-1", "ou-2"), external_id="x")


def test_all_accounts_but_the_excluded_are_audited_by_the_role(members, accounts):
    one, two = accounts
    found = members(excluded=(two,), external_id="word", member_role="reader")
    chosen = found.chosen()
    assert {each.id for each in chosen.members} == {ACCOUNT, one}
    items = {each.account: each.audit for each in map(found.item, chosen.members)}
    assert items[one] == {"role_arn": f"arn:aws:iam::{one}:role/reader", "external_id": "word"}
    # The function has no rights in its own account either.
    assert items[ACCOUNT]["role_arn"] == f"arn:aws:iam::{ACCOUNT}:role/reader"


def test_a_unit_that_is_not_there_is_told(members, accounts):
    assert accounts
    with pytest.raises(AccountsError, match="has no unit ou-nowhere"):
        members(units=("ou-nowhere",)).chosen()


def test_a_file_in_the_bucket_names_the_accounts(members):
    shelf = Shelf({"audits/accounts.csv": b"id,role,external_id,regions\n111111111111,own,other,eu-west-1 eu-west-2\n"})
    found = members(shelf, accounts_file="audits/accounts.csv", external_id="word")
    (item,) = map(found.item, found.chosen().members)
    assert (item.account, item.audit) == (
        "111111111111",
        {
            "role_arn": "arn:aws:iam::111111111111:role/own",
            "external_id": "other",
            "regions": ["eu-west-1", "eu-west-2"],
        },
    )


def test_a_file_that_is_not_there_is_told(members):
    with pytest.raises(SettingsError, match=r"there is no accounts\.csv in the bucket"):
        members(accounts_file="accounts.csv").chosen()
