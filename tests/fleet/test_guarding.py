"""How an organization's policies reach every account's report: from the function that lists accounts, by way of S3."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest
from emulated import served
from fleet.door import Context
from guarded import ALL, PLACE, STRANGERS, denial, identities, policy, under
from scheduled.reported import Shelf

from auditor import aws_lambda, demo, past, snapshot
from auditor.guardrails import UNKNOWN, Guardrails
from auditor.organization.guarding import Guarding
from auditor.scheduled import fleet
from auditor.scheduled.fleet_guarding import leave, read
from auditor.scheduled.fleet_run import FleetRun, Item
from auditor.scheduled.settings import Settings, SettingsError
from auditor.scheduled.store import StoreError

AT = datetime(2026, 1, 31, 3, tzinfo=UTC)
EVENT = {"run": "run-1", "at": "2026-01-31T03:00:00.000Z"}
REGION = "us-east-1"
CHECKS = "s3-bucket-policy-not-public,s3-bucket-not-public,iam-user-no-escalation"


@pytest.fixture
def run():
    return FleetRun(Shelf(), "audits", "run-1", AT)


# --- What is left -----------------------------------------------------------------------------------------------------


def test_what_is_left_is_read_again(run):
    guardrails = replace(under(STRANGERS), scps=((ALL,), (ALL, policy("no", denial("x", None)))))
    some = {"1": guardrails, "2": Guardrails(scps=(), rcps=None), "3": Guardrails(place=PLACE)}
    keys = leave(run, Guarding(some), some)
    assert {account: read(run.destination, "audits", key) for account, key in keys.items()} == some


def test_accounts_that_are_guarded_alike_share_an_object_in_which_each_policy_stands_once(run):
    long = policy("long", denial("x" * 5_000, None))
    shared = Guardrails(scps=((ALL, long),) * 4, rcps=(), place=PLACE)
    own = replace(shared, scps=(*shared.scps, (policy("own", denial("y", None)),)))
    accounts = [f"{number:012d}" for number in range(5_000)]
    guarding = Guarding({**dict.fromkeys(accounts, shared), accounts[7]: own})
    keys = leave(run, guarding, accounts)
    assert len(run.destination.objects) == len(set(keys.values())) == 2
    assert all(text.count(b"x" * 5_000) == 1 for text in run.destination.objects.values())
    assert keys[accounts[7]] != keys[accounts[8]]
    assert all(key.startswith("audits/organization/2026-01-31/run-1/guardrails-") for key in keys.values())


def test_the_same_policies_are_left_at_the_same_place_and_others_at_another(run):
    def key(guardrails):
        return leave(run, Guarding({"1": guardrails}), ["1"])["1"]

    assert key(under(STRANGERS)) == key(under(STRANGERS))
    assert key(under(STRANGERS)) != key(under(denial("Others", identities())))
    assert key(Guardrails(scps=())) != key(Guardrails(scps=(), rcps=()))


def test_what_is_not_known_is_not_left(run):
    guarding = Guarding({"1": UNKNOWN})
    assert leave(run, guarding, ["1", "2"]) == {}
    assert guarding.missing(["1", "2"]) == (
        "account 2 stands in no unit that was read: no verdict heeds the organization's policies there",
    )
    assert Guarding().missing(["2"]) == ()


@pytest.mark.parametrize(
    "key",
    [
        "audits/organization/2026-01-31/run-1/accounts.json",
        "audits/111122223333/2026-01-31/run-1/guardrails-0123456789abcdef.json",
        "organization/2026-01-31/run-1/guardrails-0123456789abcdef.json",
        "other/organization/2026-01-31/run-1/guardrails-0123456789abcdef.json",
        "audits/organization/2026-01-31/a/b/guardrails-0123456789abcdef.json",
        "audits/organization/2026-01-31/run-1/guardrails-0123456789abcdef.json/x",
        "audits/organization/../run-1/../../secret",
    ],
)
def test_an_event_has_nothing_else_read(run, key):
    run.destination.objects[key] = b"{}"
    with pytest.raises(SettingsError, match="is no key of what a run leaves"):
        read(run.destination, "audits", key)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "there is no audits/"),
        (b"{", "is not what a run leaves"),
        (b'{"policies": {}, "scps": [["p-1"]], "rcps": null, "place": ""}', "is not what a run leaves .'p-1'"),
        (b'{"policies": {}, "scps": null, "rcps": null, "place": "", "version": 2}', "is not what a run leaves"),
        (b"\xff", "is not what a run leaves"),
    ],
)
def test_what_is_gone_or_damaged_is_told(run, text, told):
    (key,) = leave(run, Guarding({"1": under(STRANGERS)}), ["1"]).values()
    run.destination.objects = {key: text} if text is not None else {}
    with pytest.raises(StoreError, match=told):
        read(run.destination, "audits", key)


def test_an_event_may_ask_for_it():
    settings = Settings.of({"AUDITOR_BUCKET": "b"}, {"audit": {"guardrails": "a-key"}})
    assert settings.guardrails == "a-key"


# --- The functions ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served_by():
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    with demo.environment(), served() as found:
        yield found


@pytest.fixture
def gateway(served_by):
    yield served_by[0]
    served_by[0].denied.clear()


@pytest.fixture(scope="module")
def server(served_by):
    return served_by[1]


@pytest.fixture(scope="module")
def aws(server):
    """Return what makes clients of the emulator: of the management account, or of one of its members."""

    def client(service, account=""):
        options = {"endpoint_url": server, "region_name": REGION}
        given = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        if account:
            sts = boto3.client("sts", **options, **given)
            role = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/any", RoleSessionName="owner")["Credentials"]
            given = {"aws_access_key_id": role["AccessKeyId"], "aws_secret_access_key": role["SecretAccessKey"]}
            given["aws_session_token"] = role["SessionToken"]
        return boto3.client(service, **options, **given)

    return client


@pytest.fixture(scope="module")
def members(aws):
    """Return two accounts, of which the first is in a unit on which a policy of each kind hangs."""
    directory = aws("organizations")
    directory.create_organization(FeatureSet="ALL")
    root = directory.list_roots()["Roots"][0]["Id"]
    unit = directory.create_organizational_unit(ParentId=root, Name="prod")["OrganizationalUnit"]["Id"]
    found = [directory.create_account(Email=f"{name}@example.com", AccountName=name) for name in ("one", "two")]
    accounts = [each["CreateAccountStatus"]["AccountId"] for each in found]
    directory.move_account(AccountId=accounts[0], SourceParentId=root, DestinationParentId=unit)
    for kind, statement in (
        ("SERVICE_CONTROL_POLICY", {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}),
        ("RESOURCE_CONTROL_POLICY", denial("Nobody", None, ["s3:*"])),
    ):
        directory.enable_policy_type(RootId=root, PolicyType=kind)
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        made = directory.create_policy(Content=text, Description="", Name=f"no-{kind[:3].lower()}", Type=kind)
        directory.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=unit)
    for account in accounts:
        _fill(aws, account)
    aws("s3").create_bucket(Bucket="reports")
    return accounts


def _fill(aws, account):
    """Make a public bucket, and a user who can make himself an administrator."""
    s3, iam, name = aws("s3", account), aws("iam", account), f"open-{account}"
    s3.create_bucket(Bucket=name)
    anyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [anyone]}))
    iam.create_user(UserName="dev")
    own = {"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [own]})
    iam.put_user_policy(UserName="dev", PolicyName="own", PolicyDocument=document)


@pytest.fixture
def functions(server, aws, members, monkeypatch):
    """Return what lists the accounts and what audits one, with the variables that the template gives them."""
    assert members
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AUDITOR_BUCKET": "reports",
        "AUDITOR_PREFIX": "audits",
        "AUDITOR_CHECKS": CHECKS,
        "AUDITOR_REGIONS": REGION,
        "AUDITOR_ENDPOINT_URL": server,
    }.items():
        monkeypatch.setenv(name, value)

    def listed(run):
        key = fleet.accounts({**EVENT, "run": run}, None)["accounts"]
        items = json.loads(aws("s3").get_object(Bucket="reports", Key=key)["Body"].read())
        return {each["account"]: Item(**each) for each in items}

    def audited(run, item):
        summary = aws_lambda.handler({"id": run, "audit": item.audit}, Context())
        base = summary["report"].removeprefix("s3://reports/").rpartition("/")[0]
        text = aws("s3").get_object(Bucket="reports", Key=f"{base}/report.json")["Body"].read()
        return past.read(text, "report"), base

    return listed, audited


def verdicts(report):
    return {(each.check, each.resource.id): each.status.value for each in report.findings}


def test_the_policies_above_an_account_reach_its_verdicts(functions, members, aws, tmp_path):
    guarded, free = members
    listed, audited = functions
    items = listed("one")
    report, base = audited("one", items[guarded])
    found = verdicts(report)
    assert found["s3-bucket-policy-not-public", f"open-{guarded}"] == "PASS"
    assert found["iam-user-no-escalation", "dev"] == "PASS"
    denied = [
        evidence.value for each in report.findings for evidence in each.evidence if evidence.fact == "outsiders_denied"
    ]
    assert {row["policy"] for rows in denied for row in rows} == {"no-res"}
    path = tmp_path / "snapshot.gz"
    path.write_bytes(aws("s3").get_object(Bucket="reports", Key=f"{base}/snapshot.gz")["Body"].read())
    assert [len(level) for level in snapshot.read(path).header.target.guardrails.rcps][1] == 2
    report, _ = audited("one", items[free])
    assert set(verdicts(report).values()) >= {"FAIL"}
    assert verdicts(report)["s3-bucket-policy-not-public", f"open-{free}"] == "FAIL"
    assert verdicts(report)["iam-user-no-escalation", "dev"] == "FAIL"
    assert report.audit.warnings == ()


def test_a_run_that_is_listed_again_reads_the_same(functions, members):
    listed, _ = functions
    assert listed("two") == listed("two")
    assert len({each.audit["guardrails"] for each in listed("two").values()}) == 3, (
        "two units, and the management account"
    )
    assert members


def test_an_audit_without_its_policies_says_so_in_its_report(functions, members, aws):
    guarded, _ = members
    listed, audited = functions
    item = listed("three")[guarded]
    aws("s3").delete_object(Bucket="reports", Key=item.audit["guardrails"])
    report, _ = audited("three", item)
    (warning,) = report.audit.warnings
    assert warning.startswith("no verdict heeds the organization's service and resource control policies: there is no")
    assert verdicts(report)["s3-bucket-policy-not-public", f"open-{guarded}"] == "FAIL"


def test_an_event_cannot_have_an_audit_read_anything_else(functions, members):
    _, audited = functions
    arn = f"arn:aws:iam::{members[0]}:role/any"
    with pytest.raises(SettingsError, match="is no key"):
        audited("four", Item(members[0], "", {"role_arn": arn, "guardrails": "audits/secret.json"}))


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("DescribeOrganization", ["service and resource control policies were not read"]),
        ("ListTargetsForPolicy", ["service control policies were not read", "resource control policies were not read"]),
    ],
)
def test_policies_that_are_refused_are_told_in_the_organizations_warnings(functions, aws, gateway, operation, told):
    listed, _ = functions
    gateway.denied.add(operation)
    items = listed(f"no-{operation}")
    key = f"audits/organization/2026-01-31/no-{operation}/warnings.json"
    warnings = json.loads(aws("s3").get_object(Bucket="reports", Key=key)["Body"].read())
    assert [any(words in each for words in told) for each in warnings] == [True] * len(told)
    assert all("no verdict heeds them" in each for each in warnings)
    assert len(items) == 3


def test_a_file_of_accounts_has_no_policies(functions, members, aws, monkeypatch):
    listed, _ = functions
    aws("s3").put_object(Bucket="reports", Key="audits/accounts.txt", Body=members[0].encode())
    monkeypatch.setenv("FLEET_ACCOUNTS_FILE", "audits/accounts.txt")
    assert ["guardrails" in each.audit for each in listed("six").values()] == [False]
