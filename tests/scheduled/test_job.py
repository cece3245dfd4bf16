"""A scheduled audit of an emulated account: what it keeps and tells, in which order, and what stops it."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from scheduled.reported import Shelf, names

from auditor import past, snapshot
from auditor.audit import Audit
from auditor.errors import AuditorError
from auditor.scheduled import run as running
from auditor.scheduled.run import Job
from auditor.scheduled.settings import Settings, SettingsError
from auditor.scheduled.store import StoreError
from auditor.targets import TargetError

EVENING = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
CHECK = "s3-bucket-encrypted-with-kms"
ACCEPTED = f"""
[[exceptions]]
check = "{CHECK}"
resource = "arn:aws:s3:::weak"
reason = "a website"
owner = "shop"
expires = 2026-02-01
"""


def encrypted(s3, name, algorithm):
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}]
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})


@pytest.fixture
def s3(aws):
    """Return the S3 of an account with a bucket that passes and one that fails."""
    client = aws("s3")
    for name, algorithm in (("strong", "aws:kms"), ("weak", "AES256")):
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        encrypted(client, name, algorithm)
    return client


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def logged():
    return []


@pytest.fixture
def audit(server, s3, shelf, logged):
    """Return what runs an audit, so many minutes after the evening, and gives its summary."""

    def run(event="first", minutes=0, until=600, **settings):
        known = {"bucket": "reports", "regions": ("eu-west-1",), "checks": (CHECK,), "endpoint_url": server}
        job = Job(
            Settings(**{**known, **settings}),
            event,
            EVENING + timedelta(minutes=minutes),
            monotonic() + until,
            lambda what, details: logged.append((what, details)),
        )
        return job.run(shelf)

    return run


def test_a_first_run_keeps_its_results_and_tells_that_it_is_the_first(audit, shelf, tmp_path):
    summary = audit()
    base = "123456789012/2026-01-31/first"
    assert [key for key, _ in shelf.written] == [
        *(f"{base}/{name}" for name in ("report.json", "report.html", "history.json.gz", "snapshot.gz", "news.json")),
        "123456789012/runs/first.json",
        "123456789012/latest.json",
    ]
    report = past.read(shelf.objects[f"{base}/report.json"], "report")
    assert [(each.resource.id, each.status.value) for each in report.findings] == [("strong", "PASS"), ("weak", "FAIL")]
    assert b"<html" in shelf.objects[f"{base}/report.html"]
    (tmp_path / "snapshot.gz").write_bytes(shelf.objects[f"{base}/snapshot.gz"])
    assert snapshot.read(tmp_path / "snapshot.gz").header.target.account == "123456789012"
    assert summary == {
        "account": "123456789012",
        "run": "first",
        "at": "2026-01-31T23:59:59Z",
        "score": report.score,
        "coverage": 100.0,
        "partial": False,
        "failures": {"critical": 0, "high": 0, "medium": 1, "low": 0},
        "news": {"new": 0, "reopened": 0, "fixed": 0, "lost": 0, "expired": 0},
        "report": f"s3://reports/{base}/report.html",
    }
    ((subject, text),) = shelf.published
    assert subject == "AWS audit of 123456789012: first audit"
    assert "1 medium" in text
    ((detail, resources),) = shelf.announced
    assert (detail["first"], resources) == (True, ["arn:aws:s3:::reports"])


def test_later_runs_tell_what_is_new_fixed_and_reopened(audit, shelf, s3):
    audit()
    for minute, (weak, strong) in enumerate([("aws:kms", "AES256"), ("AES256", "AES256"), ("AES256", "AES256")], 1):
        encrypted(s3, "weak", weak)
        encrypted(s3, "strong", strong)
        audit(f"run-{minute}", minute)
    told = [
        {kind: [each["resource"] for each in detail[kind]] for kind in ("new", "reopened", "fixed")}
        for detail, _ in shelf.announced[1:]
    ]
    assert told == [
        {"new": ["arn:aws:s3:::strong"], "reopened": [], "fixed": ["arn:aws:s3:::weak"]},
        {"new": [], "reopened": ["arn:aws:s3:::weak"], "fixed": []},
    ]
    assert [subject for subject, _ in shelf.published[1:]] == [
        "AWS audit of 123456789012: 1 new (1 medium), 1 fixed",
        "AWS audit of 123456789012: 1 reopened (1 medium)",
    ]


def test_the_report_knows_the_runs_before_it(audit, shelf):
    audit()
    audit("second", 1)
    report = past.read(shelf.objects["123456789012/2026-02-01/second/report.json"], "report")
    assert len(report.history.runs) == 2
    assert str(report.findings[1].failing_since) == "2026-01-31"


def test_an_event_that_is_delivered_again_after_midnight_is_neither_audited_nor_told_again(audit, shelf, logged):
    summary = audit()
    written = list(shelf.written)
    assert audit(minutes=1) == {**summary, "repeated": True}
    assert (shelf.written, len(shelf.published), len(shelf.announced)) == (written, 1, 1)
    assert logged[-1] == ("audit-repeated", {"account": "123456789012", "run": "first"})


def test_an_old_event_that_is_delivered_again_does_not_become_the_latest_run(audit, shelf):
    audit()
    audit("second", 1)
    audit("first", 2)
    assert json.loads(shelf.objects["123456789012/latest.json"])["run"] == "second"


@pytest.mark.parametrize("broken", ["report.html", "publish", "announce", "runs/second.json"])
def test_a_run_that_is_cut_short_is_told_when_its_event_is_delivered_again(audit, shelf, s3, broken):
    audit()
    encrypted(s3, "weak", "aws:kms")
    shelf.broken = broken
    with pytest.raises(ConnectionError):
        audit("second", 1)
    assert json.loads(shelf.objects["123456789012/latest.json"])["run"] == "first"
    shelf.broken = ""
    summary = audit("second", 2)
    assert (summary["news"]["fixed"], "repeated" in summary) == (1, False)
    assert names(_items(shelf.announced[-1][0]["fixed"])) == ["weak"]


def test_a_run_cut_short_before_the_pointer_becomes_the_latest_when_its_event_is_delivered_again(audit, shelf):
    audit()
    shelf.broken = "latest.json"
    with pytest.raises(ConnectionError):
        audit("second", 1)
    shelf.broken = ""
    assert audit("second", 2)["repeated"]
    assert json.loads(shelf.objects["123456789012/latest.json"])["run"] == "second"


def _items(details):
    return [type("Item", (), each) for each in details]


def test_an_audit_that_runs_out_of_time_is_partial_and_nothing_in_it_is_fixed(audit, shelf, monkeypatch):
    audit()
    monkeypatch.setattr(running, "LEAST", 0.0)
    summary = audit("second", 1, until=0)
    assert (summary["partial"], summary["news"]["fixed"], summary["coverage"] < 100) == (True, 0, True)
    assert "PARTIAL" in shelf.published[-1][1]
    assert audit("third", 2)["news"] == {"new": 0, "reopened": 0, "fixed": 0, "lost": 0, "expired": 0}


def test_an_exception_that_expires_is_news(audit, shelf):
    shelf.objects["conf/auditor.toml"] = ACCEPTED.encode()
    assert audit(config="conf/auditor.toml")["failures"]["medium"] == 0
    summary = audit("next", 60 * 48, config="conf/auditor.toml")
    assert (summary["failures"]["medium"], summary["news"]["expired"]) == (1, 1)
    assert audit("last", 60 * 72, config="conf/auditor.toml")["news"]["expired"] == 0


def test_a_role_of_another_account_is_assumed_with_its_external_id(audit, shelf):
    summary = audit(role_arn="arn:aws:iam::210987654321:role/auditor", external_id="our-secret", prefix="fleet")
    assert summary["account"] == "210987654321"
    assert "fleet/210987654321/latest.json" in shelf.objects


def test_metrics_and_what_happened_are_logged(audit, logged):
    audit()
    assert [what for what, _ in logged] == ["audit-began", "", "", "", "", "", "audit-finished"]
    assert logged[0][1] == {"account": "123456789012", "regions": ["eu-west-1"], "checks": 1}
    assert logged[1][1]["Account"] == "123456789012"


@pytest.mark.parametrize(
    ("settings", "error", "told"),
    [
        ({"config": "missing.toml"}, SettingsError, "there is no missing.toml in the bucket"),
        ({"checks": ("s3-bucket-encrypted-with-kmz",)}, AuditorError, "did you mean s3-bucket-encrypted-with-kms"),
        ({"regions": ("eu-wset-1",)}, TargetError, "did you mean eu-west-1"),
        ({"endpoint_url": "http://127.0.0.1:1"}, TargetError, "does not answer"),
    ],
)
def test_what_stops_an_audit_is_told(audit, shelf, settings, error, told):
    with pytest.raises(error, match=told):
        audit(**settings)
    assert shelf.written == []


def test_configuration_that_is_wrong_stops_an_audit(audit, shelf):
    shelf.objects["auditor.toml"] = b"[paramters]"
    with pytest.raises(AuditorError, match="did you mean parameters"):
        audit(config="auditor.toml")


@pytest.mark.parametrize("name", ["latest.json", "2026-01-31/first/history.json.gz", "2026-01-31/first/report.json"])
def test_what_is_damaged_is_told_and_nothing_is_written(audit, shelf, name):
    audit()
    shelf.objects[f"123456789012/{name}"] = b"damaged"
    written = list(shelf.written)
    with pytest.raises(AuditorError, match=name):
        audit("second", 1)
    assert shelf.written == written


def test_what_a_lifecycle_rule_deleted_begins_anew(audit, shelf):
    audit()
    for name in ("history.json.gz", "report.json"):
        del shelf.objects[f"123456789012/2026-01-31/first/{name}"]
    audit("second", 1)
    assert shelf.announced[-1][0]["first"]


def test_a_report_that_a_lifecycle_rule_deleted_costs_only_the_news_on_coverage(audit, shelf, s3):
    audit()
    del shelf.objects["123456789012/2026-01-31/first/report.json"]
    encrypted(s3, "weak", "aws:kms")
    assert audit("second", 1)["news"] == {"new": 0, "reopened": 0, "fixed": 1, "lost": 0, "expired": 0}


def test_a_clock_that_goes_back_is_told(audit):
    audit()
    with pytest.raises(StoreError, match="is the clock right"):
        audit("second", -1)


def test_two_events_at_once_are_both_kept_and_told_and_the_later_is_the_latest(audit, shelf, s3, monkeypatch):
    """The second event is of a later time, and its run ends while that of the first still asks AWS."""
    audit()
    encrypted(s3, "weak", "aws:kms")
    live = Audit.live

    def overtaken(*arguments, **options):
        monkeypatch.setattr(Audit, "live", live)
        audit("later", 2)
        return live(*arguments, **options)

    monkeypatch.setattr(Audit, "live", overtaken)
    assert audit("earlier", 1)["news"]["fixed"] == 1
    assert [detail["run"] for detail, _ in shelf.announced[1:]] == ["later", "earlier"]
    assert {"123456789012/runs/earlier.json", "123456789012/runs/later.json"} <= shelf.objects.keys()
    assert json.loads(shelf.objects["123456789012/latest.json"])["run"] == "later"
    assert audit("last", 3)["news"]["fixed"] == 0


def test_programs_are_told_where_people_cannot_be(audit, shelf):
    shelf.broken = "publish"
    with pytest.raises(ConnectionError):
        audit()
    assert [detail["first"] for detail, _ in shelf.announced] == [True]
    assert "123456789012/runs/first.json" not in shelf.objects


def test_the_history_is_small(audit, shelf):
    audit()
    kept = json.loads(gzip.decompress(shelf.objects["123456789012/2026-01-31/first/history.json.gz"]))
    assert [len(kept[name]) for name in ("runs", "spells", "unread")] == [1, 1, 0]
