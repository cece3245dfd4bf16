"""Reports of accounts as one: the same in any order, with nothing lost and nothing counted twice."""

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

import pytest

from auditor.finding import Finding, Refusal, ResourceRef
from auditor.gate import ExitCode, Gate
from auditor.judge import fingerprint
from auditor.organization import merged
from auditor.organization.merged import Merger
from auditor.organization.outline import MergeError
from auditor.report import (
    AuditFacts,
    CheckFacts,
    ControlResult,
    ExceptionFacts,
    FixFacts,
    FrameworkResult,
    GapFacts,
    Report,
    Scope,
    Tally,
)
from auditor.score import FORMULA, coverage, kinds, score, tallies
from auditor.severity import Severity, Status
from reports import json

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
FIX = FixFacts("Mend it.", "", "", "", downtime=False, replacement=False, cost=False)
REFUSAL = Refusal("s3:GetBucketPolicy", "s3:GetBucketPolicy", "AccessDenied", "no", "grant it")
GRAVE = {"s3-bucket-open": Severity.CRITICAL, "s3-bucket-versioned": Severity.LOW, "iam-user-mfa": Severity.HIGH}
CHECKS = tuple(
    CheckFacts(id_, id_, "", severity, id_.split("-")[0], "AWS::X", (), FIX, {}, (), ("f:1",))
    for id_, severity in sorted(GRAVE.items())
)


def finding(check, status, account, name, arn=""):
    arn = arn or f"arn:aws:{check.split('-')[0]}:eu-west-1:{account}:{name}"
    return Finding(
        check,
        status,
        GRAVE[check],
        account,
        "eu-west-1",
        check.split("-")[0],
        ResourceRef("AWS::X", name, arn, name),
        fingerprint(check, arn),
        unseen=REFUSAL if status is Status.UNKNOWN else None,
    )


def report(account, findings, **rest):
    findings = tuple(sorted(findings, key=lambda each: each.order))
    counts = kinds(findings)
    audit = AuditFacts(
        "1", AT, "live", "aws", (account,), ("eu-west-1",), "", partial=False, checks_run=3, calls=10,
        warnings=rest.pop("warnings", ()),
    )  # fmt: skip
    control = ControlResult("1", "One", "PASS", tuple(sorted(GRAVE)), 0, 0)
    framework = FrameworkResult("f", "F", "", Tally("f", 0, 0, 0, 0, 0, 0, 0), Scope(1, 1, 0, 0, 0), (control,))
    return Report(
        audit, score(counts), coverage(counts), FORMULA, tallies(counts, lambda each: each.account), (), (),
        (framework,), CHECKS, findings, **{"gaps": (), **rest},
    )  # fmt: skip


def random_report(random, account):
    statuses = list(Status)
    findings = [
        finding(check, random.choice(statuses), account, f"r{number}")
        for check in GRAVE
        for number in range(random.randrange(6))
    ]
    return report(account, findings, warnings=tuple(random.sample(["slow", "late", "old"], random.randrange(3))))


def merge(reports):
    merger = Merger()
    for each in reports:
        merger.add(each)
    return merger.report()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("held", [0, 10_000], ids=["disk", "memory"])
def test_the_order_does_not_matter_and_scores_are_those_of_all_findings(seed, held, monkeypatch):
    monkeypatch.setattr(merged, "HELD", held)
    random = Random(seed)
    reports = [random_report(random, f"{number:012}") for number in range(1, 9)]
    first = "".join(json.stream(merge(reports)))
    random.shuffle(reports)
    found = merge(reports)
    assert "".join(json.stream(found)) == first
    everything = sorted((each for one in reports for each in one.findings), key=lambda each: each.order)
    assert list(found.findings) == everything
    assert len(found.findings) == len(everything)
    assert (found.score, found.coverage) == (score(kinds(everything)), coverage(kinds(everything)))
    assert found.services == tallies(kinds(everything), lambda each: each.service)
    assert found.severities == tallies(kinds(everything), lambda each: each.severity.value)
    assert found.accounts == tallies(kinds(everything), lambda each: each.account)
    assert found.frameworks[0].tally.failed == sum(each.status is Status.FAIL for each in everything)
    assert found.audit.calls == 80


def test_findings_on_disk_are_sliced_as_a_tuple_is(monkeypatch):
    monkeypatch.setattr(merged, "HELD", 0)
    reports = [random_report(Random(each), f"{each:012}") for each in range(1, 6)]
    found = merge(reports).findings
    whole = tuple(found)
    assert [found[number] for number in (0, 3, -1)] == [whole[number] for number in (0, 3, -1)]
    for cut in (slice(2, 7), slice(None), slice(-3, None), slice(1, 9, 2), slice(None, None, -1), slice(90, 99)):
        assert found[cut] == whole[cut]
    with pytest.raises(IndexError):
        found[len(whole)]


def test_the_same_account_twice_is_refused():
    one = report("111111111111", [])
    with pytest.raises(MergeError, match="two reports of account 111111111111"):
        merge([one, one])


def test_nothing_is_no_report():
    with pytest.raises(MergeError, match="no reports"):
        Merger().report()


OWNER, GUEST, OTHER = "111111111111", "222222222222", "333333333333"
TRAIL = f"arn:aws:s3:eu-west-1:{OWNER}:shared"


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_resource_that_several_accounts_see_the_owners_verdict_stands(order):
    reports = [
        report(OWNER, [finding("s3-bucket-open", Status.PASS, OWNER, "shared", TRAIL)]),
        report(GUEST, [finding("s3-bucket-open", Status.UNKNOWN, GUEST, "shared", TRAIL)]),
    ]
    found = merge(reports[::order])
    assert [(each.account, each.status) for each in found.findings] == [(OWNER, Status.PASS)]
    assert (found.score, found.coverage) == (100.0, 100.0)


@pytest.mark.parametrize("order", [1, -1])
def test_where_the_owner_is_not_audited_the_gravest_verdict_stands(order):
    reports = [
        report(GUEST, [finding("s3-bucket-open", Status.UNKNOWN, GUEST, "shared", TRAIL)]),
        report(OTHER, [finding("s3-bucket-open", Status.FAIL, OTHER, "shared", TRAIL)]),
    ]
    found = merge(reports[::order])
    assert [(each.account, each.status) for each in found.findings] == [(OTHER, Status.FAIL)]
    assert found.score == 0.0


def test_fingerprints_of_different_accounts_differ():
    """Of resources without an account in their ARN there is one in the world; all others name it."""
    findings = [finding(check, Status.PASS, account, "x") for check in GRAVE for account in (OWNER, GUEST, OTHER)]
    assert len({each.fingerprint for each in findings}) == len(findings)


def test_what_is_told_of_accounts_is_told_once():
    reports = [report(f"{each:012}", [], warnings=("everywhere", *(["here"] if each < 3 else []))) for each in range(5)]
    assert merge(reports).audit.warnings == ("everywhere", "000000000000, 000000000001, 000000000002: here")


def test_gaps_that_are_mended_alike_are_one():
    gap = GapFacts(
        "s3:GetX", "s3:GetX", "AccessDenied", "no", "grant s3:GetX", "", ("eu-west-1",), ("s3-bucket-open",), 2
    )
    reports = [report(f"{each:012}", [], gaps=(replace(gap, account=f"{each:012}"),)) for each in range(5)]
    found = merge(reports)
    (told,) = found.gaps
    assert (told.account, told.findings) == ("000000000000, 000000000001, 000000000002 and 2 more", 10)
    assert found.missing_permissions["Statement"][0]["Action"] == ["s3:GetX"]


@pytest.mark.parametrize(
    ("states", "state"),
    [(("UNASKED", "IN_FORCE"), "IN_FORCE"), (("UNUSED", "UNASKED"), "UNUSED"), (("UNUSED", "UNREAD"), "UNREAD")],
)
def test_an_exception_is_in_the_state_that_all_accounts_make(states, state):
    rule = ExceptionFacts("s3-*", "", {}, "", "", "why", "who", date(2027, 1, 1), "", 1)
    reports = [report(f"{n:012}", [], exceptions=(replace(rule, state=each),)) for n, each in enumerate(states)]
    (found,) = merge(reports).exceptions
    assert (found.state, found.findings) == (state, 2)


def test_the_gate_judges_all_accounts():
    reports = [
        report(OWNER, [finding("s3-bucket-open", Status.PASS, OWNER, "a")]),
        report(GUEST, [finding("s3-bucket-open", Status.UNKNOWN, GUEST, "b")]),
    ]
    assert Gate().judge(merge(reports)).code is ExitCode.INCOMPLETE
