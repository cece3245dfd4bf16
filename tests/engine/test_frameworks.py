"""Frameworks: reading them, and what a control's checks make of it."""

import re
from dataclasses import replace

import pytest
from universe import FURNISHED, LOCKED, REFUSED, Answers, call, reported, standard

from auditor import registry
from auditor.frameworks import Control, Framework, FrameworkError, find, membership, read, refuse_unknown_checks
from auditor.report import Scope

TOML = """
id = "house-rules-1"
title = "House rules"
source = "https://example.com"
[[controls]]
id = "1"
title = "Boxes are locked"
checks = ["toy-box-locked"]
"""


def control(**more):
    return Control("1", "Title", **more)


def status(source, **more):
    framework = Framework("f", "F", "https://example.com", (control(**more),))
    (result,) = reported(source, LOCKED, FURNISHED, frameworks=[framework]).frameworks
    return result.controls[0].status


def locked():
    source = standard()
    source.table[call("GetLock", Box="b")] = source.table[call("GetLock", Box="a")]
    return source


def unread():
    source = locked()
    source.table[call("GetLock", Box="b")] = REFUSED
    return source


def test_the_gravest_finding_is_the_control_s_status():
    checks = ("toy-box-locked",)
    assert status(standard(), checks=checks) == "FAIL"
    assert status(locked(), checks=checks) == "PASS"
    assert status(unread(), checks=checks) == "UNKNOWN"


def test_what_a_person_must_look_at_is_never_a_pass():
    assert status(locked(), manual="Look at it.") == "MANUAL"
    assert status(locked(), checks=("toy-box-locked",), manual="Look at it.") == "MANUAL"
    assert status(standard(), checks=("toy-box-locked",), manual="Look at it.") == "FAIL"


def test_what_nobody_decides_says_so():
    assert status(locked(), uncovered="No check reads it.") == "UNCOVERED"
    assert status(locked(), checks=("toy-other-check",)) == "NOT_APPLICABLE"


def test_a_framework_has_a_score_of_its_own():
    framework = Framework("f", "F", "https://example.com", (control(checks=("toy-house-furnished",)),))
    report = reported(standard(), LOCKED, FURNISHED, frameworks=[framework])
    assert report.frameworks[0].tally.score == 100.0
    assert report.score < 100
    assert {each.id: each.controls for each in report.checks} == {LOCKED.id: (), FURNISHED.id: ("f:1",)}


def test_reading(tmp_path):
    (tmp_path / "a.toml").write_text(TOML)
    (framework,) = read([tmp_path / "a.toml"])
    assert (framework.id, framework.checks) == ("house-rules-1", {"toy-box-locked"})
    assert membership([framework]) == {"toy-box-locked": ("house-rules-1:1",)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('id = "house-rules-1"', ""), "missing required field `id`"),
        (lambda text: text.replace("house-rules-1", "house:rules"), "the id 'house:rules' is not made of"),
        (lambda text: text.replace("checks = [", "chekcs = ["), "control 1: Object contains unknown field `chekcs`"),
        (lambda text: text.replace('checks = ["toy-box-locked"]', ""), "control 1: it has neither checks nor manual"),
        (lambda text: text.replace('title = "Boxes are locked"', ""), "control 1: it has no title"),
        (lambda text: text.replace('id = "1"', ""), "control number 1: Object missing required field `id`"),
        (lambda text: text + 'severity = "GRAVE"', "control 1: Invalid enum value 'GRAVE'"),
        (lambda text: text + 'level = "one"', "control 1: Expected `int"),
        (lambda text: text + text[text.index("[[") :], "has the control 1 twice"),
        (lambda text: text + 'like = "2"', "control 1: like = '2' names no framework: write 'framework:control'"),
        (lambda text: text + 'like = "house-rule-1:1"', "no framework house-rule-1: did you mean house-rules-1"),
        (lambda text: text + 'like = "house-rules-1:9"', "house-rules-1 has no control 9"),
        (
            lambda text: text + 'like = "house-rules-1:1"',
            "control 1: it is like house-rules-1:1, which leads back to it",
        ),
        (lambda _text: "= nonsense", "is not a framework"),
        (lambda _text: "", "is not a framework"),
    ],
)
def test_a_wrong_file_is_told(tmp_path, change, message):
    (tmp_path / "wrong.toml").write_text(change(TOML))
    with pytest.raises(FrameworkError) as error:
        read([tmp_path / "wrong.toml"])
    assert str(error.value).startswith("wrong.toml")
    assert message in str(error.value)


OLDER = """
id = "house-rules-0"
title = "Older house rules"
source = "https://example.com"
like = "house-rules-1"
controls = [
  { id = "A", like = "1" },
  { id = "B", like = "house-rules-1:1", title = "Chests are locked", level = 2, checks = [], manual = "The chests." },
  { id = "C", like = "house-rules-0:B", severity = "LOW" },
]
"""


def test_a_control_may_be_like_one_of_another_framework(tmp_path):
    (tmp_path / "new.toml").write_text(TOML)
    (tmp_path / "old.toml").write_text(OLDER)
    older, newer = read([tmp_path / "old.toml", tmp_path / "new.toml"])
    assert older.controls[0] == replace(newer.controls[0], id="A")
    assert older.controls[1] == Control("B", "Chests are locked", manual="The chests.", level=2)
    assert older.controls[2] == replace(older.controls[1], id="C", severity="LOW")
    with pytest.raises(FrameworkError, match="there is no framework house-rules-1"):
        read([tmp_path / "old.toml"])


def test_two_frameworks_have_two_ids(tmp_path):
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text(TOML)
    with pytest.raises(FrameworkError, match=r"two.toml: the id house-rules-1 is taken by one.toml"):
        read([tmp_path / "one.toml", tmp_path / "two.toml"])


def test_a_check_that_there_is_not_is_told_with_the_nearest():
    framework = Framework("f", "F", "", (control(checks=("toy-box-loked",)),))
    with pytest.raises(FrameworkError, match="framework f, control 1: there is no check toy-box-loked: did you mean"):
        refuse_unknown_checks([framework], {LOCKED.id, FURNISHED.id})
    refuse_unknown_checks([framework], {"toy-box-loked"})


def test_scope_counts_who_decides():
    checks = ("toy-box-locked",)
    controls = (
        control(checks=checks),
        control(checks=checks, manual="Look."),
        control(checks=checks, uncovered="Rest."),
        control(manual="Look.", uncovered="Rest."),
        control(uncovered="All."),
        control(checks=checks),
    )
    scope = Framework("f", "F", "", controls).scope
    assert scope == Scope(controls=6, decided=2, partly=2, manual=1, uncovered=1)
    assert (scope.percent, Framework("f", "F", "", ()).scope.percent) == (33, 0)


def test_a_result_tells_all_that_the_control_does():
    said = {"manual": "Look at it.", "uncovered": "The rest.", "level": 2, "severity": "HIGH"}
    framework = Framework("f", "F", "https://example.com", (control(checks=("toy-box-locked",), **said),))
    (result,) = reported(standard(), LOCKED, frameworks=[framework]).frameworks
    assert {name: getattr(result.controls[0], name) for name in said} == said
    assert (result.source, result.scope.partly) == ("https://example.com", 1)


BUILTIN = read(registry.framework_files())
each_framework = pytest.mark.parametrize("framework", BUILTIN, ids=lambda framework: framework.id)
CIS = ("1.4", "3.0", "5.0", "6.0", "7.0")


def test_the_frameworks_there_are():
    named = {f"cis-aws-foundations-{version}" for version in CIS}
    assert {each.id for each in BUILTIN} == {"aws-security-hub", "documented-best-practices"} | named


@each_framework
def test_every_control_says_something_once(framework):
    ids = [each.id for each in framework.controls]
    assert len(set(ids)) == len(ids)
    for each in framework.controls:
        assert each.title[0].isupper()
        assert not each.title.endswith(".")
        assert len(set(each.checks)) == len(each.checks)
        assert each.checks or each.manual or each.uncovered


@each_framework
def test_what_is_said_to_people_is_a_sentence_that_names_a_thing(framework):
    """A person is told what to look at; a gap is told with its reason."""
    for text in (text for each in framework.controls for text in (each.manual, each.uncovered) if text):
        assert text[0].isupper()
        assert text.endswith(".")
        assert len(text.split()) >= 4, text
        assert not re.fullmatch(r"(?i)(please )?(review|check|verify|inspect)( it| this)? manually\.?", text)


@pytest.mark.parametrize("version", CIS)
def test_cis_controls_have_levels_and_stand_in_order(version):
    framework = find(BUILTIN, f"cis-aws-foundations-{version}")
    assert {each.level for each in framework.controls} == {1, 2}
    numbers = [[int(part) for part in each.id.split(".")] for each in framework.controls]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(("version", "first", "second"), [("3.0", 40, 22), ("5.0", 41, 22)])
def test_older_cis_versions_are_whole(version, first, second):
    """So many recommendations does each profile level of the published benchmarks have."""
    levels = [each.level for each in find(BUILTIN, f"cis-aws-foundations-{version}").controls]
    assert (levels.count(1), levels.count(2)) == (first, second)


def test_an_older_version_s_control_is_the_newer_one_s():
    older, newer = (find(BUILTIN, f"cis-aws-foundations-{version}") for version in ("3.0", "7.0"))
    old = {each.id: each for each in older.controls}
    new = {each.id: each for each in newer.controls}
    assert replace(old["1.4"], id="2.4") == new["2.4"]
    assert replace(old["2.2.1"], id="6.1.1") == new["6.1.1"]


def test_security_hub_controls_have_aws_s_severities():
    hub = {each.id: each for each in find(BUILTIN, "aws-security-hub").controls}
    assert {each.severity for each in hub.values()} == {"CRITICAL", "HIGH", "MEDIUM", "LOW"}
    assert (hub["IAM.4"].severity, hub["Config.1"].severity, hub["S3.14"].severity) == ("CRITICAL", "CRITICAL", "LOW")
    with pytest.raises(FrameworkError, match="no framework aws-security-hubs: did you mean aws-security-hub"):
        find(BUILTIN, "aws-security-hubs")


def test_an_unread_account_scores_nothing_in_a_framework():
    framework = Framework("f", "F", "https://example.com", (control(checks=("toy-box-locked",)),))
    (result,) = reported(Answers({}), LOCKED, frameworks=[framework]).frameworks
    assert (result.tally.score, result.tally.coverage, result.controls[0].status) == (0.0, 0.0, "UNKNOWN")
