"""Many accounts in one audit, over HTTP: which are audited, what becomes of the others, and the one report."""

import json
import signal
import time

import pytest
from emulated import MANAGEMENT, REGION, ROLE

from auditor import snapshot
from auditor.__main__ import main
from reports.json import read

CHECKS = ("s3-bucket-versioned", "s3-bucket-acls-disabled", "ec2-volume-encrypted", "ec2-group-ssh-not-exposed")
SELECTED = [word for each in CHECKS for word in ("--check", each)]
COMPLETE, INCOMPLETE, USAGE, INTERRUPTED = 0, 3, 2, 130


@pytest.fixture
def scanned(organization, tmp_path, capfd):
    """Return a function that scans and gives the exit code and the JSON report, if one was written."""

    def scan(*arguments, of=("--organization",)):
        path = tmp_path / "report.json"
        where = ["--endpoint-url", organization.url, "--region", REGION, "--output-format", f"json={path}"]
        code = main(["scan", *of, *where, *SELECTED, *arguments])
        found = read(path.read_bytes()) if path.exists() else None
        return code, found, capfd.readouterr().err

    return scan


def plain(report):
    """Return what two audits of the same accounts have in common: all but their times."""
    return [(each.order, each.status, each.problems) for each in report.findings]


def active(organization):
    return sorted([MANAGEMENT, *(each for name, each in organization.accounts.items() if name != "member-12")])


def test_all_active_accounts_are_audited_and_scored(organization, scanned, tmp_path):
    code, report, said = scanned("--per-account-output", str(tmp_path / "each"), "--record", "replies")
    assert code == COMPLETE, said
    assert list(report.audit.accounts) == active(organization)
    assert [each.name for each in report.accounts] == active(organization)
    assert report.audit.caller.startswith("arn:aws:")
    gone = organization.accounts["member-12"]
    assert any(f"account {gone} is " in each for each in report.audit.warnings)
    buckets = {each.resource.id for each in report.findings if each.check == "s3-bucket-versioned"}
    assert len(buckets) == sum(number % 3 + 1 for number in range(12))
    for account in active(organization):
        own = read((tmp_path / "each" / account / "report.json").read_bytes())
        assert own.audit.accounts == (account,)
        assert own.accounts == tuple(each for each in report.accounts if each.name == account)
        assert [each.order for each in own.findings] == [e.order for e in report.findings if e.account == account]
        assert snapshot.read(tmp_path / "each" / account / "replies").header.target.account == account
    assert "[13/13]" in said


def test_the_callers_own_account_is_audited_without_a_role(organization, scanned):
    scanned()
    accounts = {each.split(":")[4] for each in organization.gateway.assumed}
    assert MANAGEMENT not in accounts
    assert len(accounts) == 12


def test_an_account_that_refuses_is_unknown_and_never_silent(organization, scanned, tmp_path):
    account = organization.accounts["member-03"]
    role = f"arn:aws:iam::{account}:role/{ROLE}"
    organization.gateway.refused.add(role)
    code, report, said = scanned(
        "--output-format", f"html={tmp_path}/r.html", "--output-format", f"csv={tmp_path}/r.csv"
    )
    assert code == INCOMPLETE
    own = [each for each in report.findings if each.account == account]
    assert sorted(each.check for each in own) == sorted(CHECKS)
    assert {each.status.value for each in own} == {"UNKNOWN"}
    assert all(role in each.unseen.message and "AccessDenied" not in each.unseen.code for each in own)
    (tally,) = [each for each in report.accounts if each.name == account]
    assert (tally.coverage, tally.unknown, tally.score) == (0.0, len(CHECKS), 0.0)
    (gap,) = [each for each in report.gaps if each.code == "RoleNotAssumed"]
    assert (gap.account, gap.findings) == (account, len(CHECKS))
    assert "trust the auditor" in gap.remedy
    assert "sts:AssumeRole" not in json.dumps(report.missing_permissions)
    assert f"{account}: nothing of the account could be read: RoleNotAssumed" in report.audit.warnings
    assert f"{account}: its role could not be assumed" in said
    assert report.coverage < 100
    assert account in (tmp_path / "r.csv").read_text()


def test_a_throttled_account_is_read_all_the_same(organization, scanned):
    calm = scanned()[1]
    organization.gateway.throttled[organization.accounts["member-05"]] = 3
    code, report, _ = scanned()
    assert organization.gateway.throttled[organization.accounts["member-05"]] == 0
    assert code == COMPLETE
    assert plain(report) == plain(calm)


def test_how_many_accounts_at_once_changes_nothing(scanned):
    assert plain(scanned("--accounts-at-once", "1")[1]) == plain(scanned("--accounts-at-once", "13")[1])


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--ou", "prod"], range(8)),
        (["--ou", "prod/web"], range(4, 8)),
        (["--ou", "web", "--ou", "sandbox"], range(4, 12)),
        (["--account-tag", "stage=live"], range(6)),
        (["--account-tag", "stage=t*", "--ou", "prod"], range(6, 8)),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_accounts_are_chosen_by_unit_and_tag(organization, scanned, arguments, names):
    _, report, said = scanned(*arguments)
    assert list(report.audit.accounts) == sorted(organization.accounts[f"member-{each:02}"] for each in names), said


def test_a_unit_is_chosen_by_its_id_and_accounts_are_left_out(organization, scanned):
    left_out = organization.accounts["member-05"]
    _, report, _ = scanned("--ou", organization.units["web"], "--exclude-account", left_out)
    wanted = {organization.accounts[f"member-{each:02}"] for each in (4, 6, 7)}
    assert set(report.audit.accounts) == wanted


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ou", "prd"], "no unit prd"),
        (["--account-tag", "stage=none"], "none of the organization's active accounts is chosen"),
        (["--account-tag", "stage"], "takes KEY=VALUE"),
        (["--exclude-account", "999999999999"], "is no account of the organization"),
        (["--member-role", "arn:aws:iam::1:role/x"], "the name of a role"),
        (["--record", "x"], "with --per-account-output"),
        (["--accounts-file", "setup.cfg"], "contradict"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_cannot_be_done_is_said_before_anything_is(organization, scanned, arguments, said):
    code, report, told = scanned(*arguments)
    assert (code, report) == (USAGE, None)
    assert said in " ".join(told.split())
    assert organization.gateway.assumed == []


def test_options_for_an_organization_need_one(scanned):
    code, _, told = scanned("--ou", "prod", of=())
    assert code == USAGE
    assert "give that, too" in " ".join(told.split())


def test_who_may_not_list_is_told_what_to_grant(organization, scanned):
    organization.gateway.denied.add("ListAccounts")
    code, report, told = scanned()
    assert (code, report) == (USAGE, None)
    told = " ".join(told.split())
    assert "organizations:ListAccounts" in told
    assert "delegated administrator" in told
    assert "--accounts-file" in told


def test_accounts_of_a_file_are_audited_with_roles_of_their_own(organization, scanned, tmp_path):
    first, second = organization.accounts["member-00"], organization.accounts["member-01"]
    path = tmp_path / "accounts.csv"
    path.write_text(f"id,name,role,external_id\n{first},shop,Other,secret\n{second},,,\n")
    code, report, said = scanned(of=("--accounts-file", str(path)))
    assert code == COMPLETE, said
    assert list(report.audit.accounts) == sorted([first, second])
    assert f"{first} (shop)" in said
    assert set(organization.gateway.assumed) == {
        f"arn:aws:iam::{first}:role/Other", f"arn:aws:iam::{second}:role/{ROLE}"
    }  # fmt: skip


def test_credentials_that_expire_are_renewed_while_the_audit_runs(organization, scanned, tmp_path):
    account = organization.accounts["member-02"]
    path = tmp_path / "accounts.txt"
    path.write_text(account)
    code, _, said = scanned("--duration", "900", of=("--accounts-file", str(path)))
    assert code == COMPLETE, said
    assert len(organization.gateway.assumed) > 1, "credentials that end within a quarter of an hour are renewed"


def test_the_history_does_not_take_an_unread_account_for_mended(organization, scanned, tmp_path):
    history = ["--history", str(tmp_path / "history.db")]
    only = ["--ou", "web"]
    scanned(*history, *only)
    organization.gateway.refused.add(f"arn:aws:iam::{organization.accounts['member-04']}:role/{ROLE}")
    time.sleep(1.1)
    _, report, said = scanned(*history, *only)
    assert len(report.history.runs) == 2, said
    assert (report.history.fixed, report.history.new) == ((), ())
    assert report.history.unseen > 0


def test_a_baseline_knows_failures_of_all_accounts(organization, scanned, tmp_path):
    scanned("--ou", "web")
    baseline = tmp_path / "baseline.json"
    assert main(["baseline", "write", "--from", str(tmp_path / "report.json"), "--file", str(baseline)]) == 0
    organization.gateway.refused.add(f"arn:aws:iam::{organization.accounts['member-04']}:role/{ROLE}")
    _, report, _ = scanned("--ou", "web", "--baseline", str(baseline))
    assert report.baseline.new == 0
    assert {each.fate for each in report.baseline.former} == {"UNREAD"}


def test_service_control_policies_reach_every_account_below(organization, scanned, tmp_path):
    directory = organization.client("organizations")
    directory.enable_policy_type(RootId=organization.units["root"], PolicyType="SERVICE_CONTROL_POLICY")
    content = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
    )
    made = directory.create_policy(Content=content, Description="", Name="no-iam", Type="SERVICE_CONTROL_POLICY")
    id_ = made["Policy"]["PolicySummary"]["Id"]
    directory.attach_policy(PolicyId=id_, TargetId=organization.units["web"])
    _, _, said = scanned("--per-account-output", str(tmp_path / "each"), "--record", "replies")

    def names(account):
        target = snapshot.read(tmp_path / "each" / account / "replies").header.target
        return [sorted(each.name for each in level) for level in target.guardrails.scps]

    assert names(organization.accounts["member-05"])[2] == ["FullAWSAccess", "no-iam"], said
    assert len(names(organization.accounts["member-05"])) == 4, "the root, two units, the account"
    assert not any("no-iam" in level for level in names(organization.accounts["member-00"]))
    assert names(MANAGEMENT) == [], "AWS applies none there"
    place = snapshot.read(
        tmp_path / "each" / organization.accounts["member-05"] / "replies"
    ).header.target.guardrails.place
    assert place.partition("/")[2] == "".join(f"{organization.units[each]}/" for each in ("root", "prod", "web"))


def test_policies_that_cannot_be_read_are_told(organization, scanned):
    organization.gateway.denied.add("DescribeOrganization")
    _, report, _ = scanned("--ou", "web")
    assert any("no verdict heeds them" in each for each in report.audit.warnings)


@pytest.fixture
def _attentive():
    """Have an interrupt heard also where a shell began the tests in its background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_attentive")
def test_an_interrupt_ends_the_audit_without_a_report(organization, scanned):
    organization.gateway.interrupting = 5
    code, report, said = scanned()
    assert (code, report) == (INTERRUPTED, None)
    assert "interrupted; --partial writes what was read until then" in said


@pytest.mark.usefixtures("_attentive")
def test_with_partial_what_was_not_begun_is_unknown(organization, scanned):
    organization.gateway.interrupting = 5
    code, report, _ = scanned("--partial", "--accounts-at-once", "1")
    assert code == INTERRUPTED
    assert report.audit.partial
    assert list(report.audit.accounts) == active(organization)
    codes = {each.account: each.unseen.code for each in report.findings if each.unseen}
    assert set(codes.values()) == {"Interrupted"}
    assert 7 <= len(codes) < 13, "some accounts were finished before"
