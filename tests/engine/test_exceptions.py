"""Exceptions: what they cover, what becomes of them, and that they never hide or improve anything."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from universe import KEYED, LOCKED, NOW, REFUSED, TARGET, call, reported, standard

from auditor.audit import Audit
from auditor.collect import Quiet
from auditor.crew import Inline
from auditor.exception_files import ExceptionsError, add, parse, read, refuse_unknown_checks, written
from auditor.exception_files import given as from_options
from auditor.exceptions import ExceptionRule, applied, notices
from auditor.finding import Acceptance, Finding, ResourceRef
from auditor.frameworks import Control, Framework
from auditor.gate import ExitCode, Gate
from auditor.inventory import Inventory
from auditor.score import coverage, kinds, score
from auditor.severity import Severity, Status
from reports import render
from reports.html.payload import core

BOX_B = "arn:aws:toy:eu-west-1:111122223333:box/b"
LATER = date(2026, 12, 31)


def exception(check="toy-box-locked", **more):
    settings = {"reason": "A showroom box.", "owner": "kim", "expires": LATER, **more}
    return ExceptionRule(check=check, **settings)


def audited(*rules, source=None, checks=(LOCKED, KEYED), frameworks=()):
    audit = Audit(checks, tuple(frameworks), {}, rules)
    return audit.report(audit._collect(Inventory(TARGET, NOW), Inline(source or standard()), Quiet()), "live")


def accepted(report):
    return {(each.check, each.resource.id) for each in report.findings if each.status is Status.ACCEPTED}


def states(report):
    return [each.state for each in report.exceptions]


def test_without_exceptions_nothing_changes():
    assert audited() == reported(standard(), LOCKED, KEYED)


def test_a_failure_is_accepted_with_its_reason_and_stays_in_sight():
    report = audited(exception())
    (before,) = [each for each in reported(standard(), LOCKED).findings if each.status is Status.FAIL]
    (finding,) = [each for each in report.findings if each.status is Status.ACCEPTED]
    told = Acceptance("A showroom box.", "kim", LATER)
    assert finding == replace(before, status=Status.ACCEPTED, accepted=told)
    assert (states(report), report.exceptions[0].findings) == (["IN_FORCE"], 1)
    assert report.audit.warnings == ()
    table = render(report, "table")
    assert "Accepted\n" in table
    assert "until 2026-12-31 by kim: A showroom box." in table
    notes = core(report)["columns"]["notes"]
    assert ["accepted until 2026-12-31 by kim: A showroom box.", "the box is open"] in notes
    assert '"accepted":{"reason":"A showroom box.","owner":"kim","expires":"2026-12-31"}' in render(report, "json")


def test_a_failure_alone_is_accepted():
    """Nobody could say whether box a is locked."""
    source = standard()
    source.table[call("GetLock", Box="a")] = REFUSED
    report = audited(exception("toy-*", resource="arn:*"), source=source)
    assert accepted(report) == {("toy-box-locked", "b"), ("toy-box-keyed", "b")}
    assert [each.status.value for each in report.findings] == ["PASS", "ACCEPTED", "UNKNOWN", "ACCEPTED"]


@pytest.mark.parametrize(
    ("more", "covered"),
    [
        ({}, True),
        ({"check": "toy-box-lock?d"}, True),
        ({"check": "toy-[ab]ox-*"}, True),
        ({"check": "TOY-box-locked"}, False),
        ({"resource": BOX_B}, True),
        ({"resource": "arn:aws:toy:*:box/?"}, True),
        ({"resource": "arn:aws:toy:*:box/a"}, False),
        ({"resource": "box/b"}, False),
        ({"tags": {"owner": "kim"}}, True),
        ({"tags": {"owner": "k*"}}, True),
        ({"tags": {"owner": "*", "env": "*"}}, False),
        ({"tags": {"Owner": "kim"}}, False),
        ({"account": "111122223333"}, True),
        ({"account": "4*"}, False),
        ({"region": "eu-*"}, True),
        ({"region": "us-east-1"}, False),
        ({"resource": "*/b", "tags": {"owner": "kim"}, "account": "1*", "region": "eu-west-1"}, True),
        ({"resource": "*/b", "tags": {"owner": "kim"}, "account": "1*", "region": "us-*"}, False),
    ],
)
def test_everything_that_is_named_must_match(more, covered):
    assert (accepted(audited(exception(**more), checks=(LOCKED,))) == {("toy-box-locked", "b")}) is covered


@pytest.mark.parametrize(("day", "in_force"), [(date(2026, 2, 28), False), (NOW.date(), True), (LATER, True)])
def test_an_exception_holds_through_its_last_day(day, in_force):
    report = audited(exception(expires=day))
    assert bool(accepted(report)) is in_force
    assert states(report) == ["IN_FORCE" if in_force else "EXPIRED"]


def test_the_day_is_that_of_utc():
    eastern = datetime.fromisoformat("2026-03-02T01:00:00+09:00")
    audit = replace(reported(standard(), LOCKED).audit, at=eastern)
    findings = reported(standard(), LOCKED).findings
    found, _ = applied((exception(expires=date(2026, 3, 1)),), findings, audit, ["toy-box-locked"])
    assert eastern.astimezone(UTC).day == 1
    assert any(each.accepted for each in found)


def test_one_that_expired_is_told_and_its_failures_count_again():
    report = audited(exception(resource=BOX_B, expires=date(2026, 1, 1)))
    told = (
        f"the exception for toy-box-locked resource={BOX_B} (owner: kim) expired on 2026-01-01: "
        "failures that count again: 1"
    )
    assert notices(report.exceptions) == report.audit.warnings == (told,)
    assert Gate(Severity.HIGH).judge(report).code is ExitCode.GATE_FAILED


@pytest.mark.parametrize(
    ("more", "state", "words"),
    [
        ({"resource": "*/a"}, "UNUSED", "resource=*/a (owner: kim) accepts nothing: what it names does not fail"),
        ({"tags": {"env": "dev"}}, "UNUSED", "toy-box-locked tags.env=dev (owner: kim) accepts nothing"),
        ({"check": "toy-house-*"}, "UNASKED", ""),
        ({"account": "444455556666"}, "UNASKED", ""),
        ({"region": "ap-*"}, "UNASKED", ""),
    ],
)
def test_one_that_accepts_nothing_is_told_where_the_audit_could_know(more, state, words):
    report = audited(exception(**more), checks=(LOCKED,))
    assert states(report) == [state]
    assert words in "".join(notices(report.exceptions))
    assert bool(notices(report.exceptions)) is bool(words)


@pytest.mark.parametrize("refused", [call("GetLock", Box="b"), call("ListBoxes")], ids=lambda each: each.operation)
def test_what_nobody_could_read_nobody_can_accept(refused):
    source = standard()
    source.table[refused] = REFUSED
    report = audited(exception(resource=BOX_B), source=source, checks=(LOCKED,))
    assert accepted(report) == set()
    assert states(report) == ["UNREAD"]
    assert "could not be read" in notices(report.exceptions)[0]
    assert Gate(max_unknown=0).judge(report).code is ExitCode.INCOMPLETE


def test_the_first_of_several_tells_and_none_of_them_is_unused():
    first, second = exception(owner="kim"), exception("toy-*", owner="lee", resource="*/b")
    for rules in permutations([first, second]):
        report = audited(*rules, checks=(LOCKED,))
        assert [each.accepted.owner for each in report.findings if each.accepted] == [rules[0].owner]
        assert states(report) == ["IN_FORCE", "IN_FORCE"]
    expired = exception(owner="max", expires=date(2025, 1, 1))
    assert [each.accepted.owner for each in audited(expired, second).findings if each.accepted][:1] == ["lee"]


def test_accepted_failures_do_not_fail_the_gate():
    gate = Gate(Severity.LOW)
    assert gate.judge(audited(checks=(LOCKED,))).code is ExitCode.GATE_FAILED
    assert gate.judge(audited(exception(), checks=(LOCKED,))).code is ExitCode.FINE


def test_a_control_whose_failures_are_accepted_does_not_pass():
    framework = Framework("f", "F", "s", (Control("1", "Locked", ("toy-box-locked",)),))
    (control,) = audited(exception(), frameworks=[framework]).frameworks[0].controls
    assert (control.status, control.failing, control.accepted) == ("ACCEPTED", 0, 1)
    assert "accepted" in render(audited(exception(), frameworks=[framework]), "html")


RESOURCE = ResourceRef("AWS::Toy::Box", "a", "arn", "a")
FINDINGS = st.lists(
    st.builds(
        lambda check, status: Finding(check, status, Severity.HIGH, "1", "global", "toy", RESOURCE, "f"),
        st.sampled_from("abc"),
        st.sampled_from(list(Status)),
    ),
    max_size=9,
)


@given(FINDINGS, st.sampled_from("abc"))
def test_accepting_is_never_better_than_mending_nor_worse_than_failing(findings, check):
    def scored(status):
        last = Finding(check, status, Severity.HIGH, "1", "global", "toy", RESOURCE, "f")
        counts = kinds([*findings, last])
        return score(counts), coverage(counts)

    fails, accepts, passes = map(scored, (Status.FAIL, Status.ACCEPTED, Status.PASS))
    assert fails[1] == accepts[1] == passes[1]
    if accepts[0] is not None:
        assert fails[0] <= accepts[0] <= passes[0]


@pytest.mark.parametrize("pattern", ["*a" * 400 + "b", "[" * 1000, "?*" * 800 + "!", "*[!a-" + "*" * 900])
def test_hostile_patterns_end(pattern):
    """A matcher that tries every way to split the text would not end while anybody waits."""
    findings = (replace(reported(standard(), LOCKED).findings[0], status=Status.FAIL),)
    findings = (replace(findings[0], resource=replace(findings[0].resource, arn="a" * 2000)),)
    found, _ = applied((exception(resource=pattern),), findings, reported(standard(), LOCKED).audit, ["toy-box-locked"])
    assert found == findings


WHOLE = {"check": "toy-box-locked", "reason": "r", "owner": "o", "expires": LATER}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"reason": " "}, r"f.toml: exception 1 \(toy-box-locked\): .*\$.reason"),
        ({"owner": None}, "missing required field `owner`"),
        ({"expires": None}, "missing required field `expires`"),
        ({"expires": NOW}, "Expected `date`, got `datetime`"),
        ({"expires": "soon"}, r"\$.expires"),
        ({"resorce": "x"}, "unknown field `resorce`"),
        ({"resource": "*" * 2049}, "<= 2048"),
        ({"check": ""}, r"\$.check"),
        ({"check": None}, "of no check"),
        ({"tags": {"env": 1}}, r"\$.tags"),
        ({"check": "*"}, "would accept every failure"),
        ({"check": "**", "resource": "*", "region": "*"}, "would accept every failure"),
    ],
)
def test_a_wrong_exception_is_told(table, message):
    given = {key: value for key, value in {**WHOLE, **table}.items() if value is not None}
    with pytest.raises(ExceptionsError, match=message):
        parse([given], "f.toml")


@pytest.mark.parametrize("tables", ["x", {"check": "y"}, [1]])
def test_exceptions_are_a_list_of_tables(tables):
    with pytest.raises(ExceptionsError, match=r"write \[\[exceptions\]\]"):
        parse(tables, "f.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [(b"[[exceptions", "is not TOML"), (b"\xff", "is not TOML"), (b"[scan]", "nothing else, but not scan")],
)
def test_a_wrong_file_is_told(tmp_path, text, message):
    (tmp_path / "f.toml").write_bytes(text)
    with pytest.raises(ExceptionsError, match=message):
        read(tmp_path / "f.toml")
    with pytest.raises(ExceptionsError, match="cannot be read"):
        read(tmp_path)


def test_a_check_that_there_is_not_is_told_with_the_nearest():
    refuse_unknown_checks([exception("toy-*")], [LOCKED.id])
    with pytest.raises(ExceptionsError, match="no such check: did you mean toy-box-locked"):
        refuse_unknown_checks([exception("toy-box-lock")], [LOCKED.id])


def test_adding_keeps_the_file_and_reads_back(tmp_path):
    path = tmp_path / "auditor.toml"
    first, second = (
        exception(tags={"a=b": "x", "env": "d*"}),
        exception("toy-*", region="eu-*", reason='"\\ ü\n\x7f\U0001f600'),
    )
    add(path, first, [LOCKED.id])
    assert path.read_text().startswith("[[exceptions]]\n")
    path.write_text("# ours\n" + path.read_text().rstrip("\n"))
    add(path, second, [LOCKED.id])
    assert read(path) == (first, second)
    assert path.read_text().startswith("# ours\n[[exceptions]]\n")
    assert written(first) in path.read_text()


def test_what_cannot_be_added_leaves_the_file_as_it_is(tmp_path):
    path = tmp_path / "auditor.toml"
    path.write_text("exceptions = []\n")
    for rule, message in [
        (exception(), "no exception can be added"),
        (exception("toy-bxo"), "no such check"),
        (exception(reason="\udc80"), "no exception can be added"),
    ]:
        with pytest.raises(ExceptionsError, match=message):
            add(path, rule, [LOCKED.id])
        assert path.read_text() == "exceptions = []\n"
    with pytest.raises(ExceptionsError, match="cannot be read"):
        add(tmp_path, exception(), [LOCKED.id])


def test_what_a_command_line_makes():
    options = {"check": "a", "reason": "r", "owner": "o", "expires": "2026-12-31", "tag": ("env=dev", "k=a=b")}
    assert from_options(dict(options)) == exception("a", reason="r", owner="o", tags={"env": "dev", "k": "a=b"})
    for tag in ("env", "=x"):
        with pytest.raises(ExceptionsError, match="write KEY=VALUE"):
            from_options({**options, "tag": (tag,)})
    with pytest.raises(ExceptionsError, match=r"expires"):
        from_options({**options, "expires": "31.12.2026"})
