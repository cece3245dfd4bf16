"""Frameworks: reading them, and what a control's checks make of it."""

import pytest
from universe import FURNISHED, LOCKED, REFUSED, Answers, call, reported, standard

from auditor.frameworks import Control, Framework, FrameworkError, membership, read

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
        (lambda text: text.replace('id = "house-rules-1"', ""), "KeyError: 'id'"),
        (lambda text: text.replace("checks = [", "chekcs = ["), "chekcs"),
        (lambda text: text.replace('checks = ["toy-box-locked"]', ""), "neither checks nor manual nor uncovered"),
        (lambda text: text + text[text.index("[[") :], "has the control 1 twice"),
        (lambda _text: "= nonsense", "is not a framework"),
        (lambda _text: "", "is not a framework"),
    ],
)
def test_a_wrong_file_is_told(tmp_path, change, message):
    (tmp_path / "wrong.toml").write_text(change(TOML))
    with pytest.raises(FrameworkError, match=message) as error:
        read([tmp_path / "wrong.toml"])
    assert "wrong.toml" in str(error.value)


def test_an_unread_account_scores_nothing_in_a_framework():
    framework = Framework("f", "F", "https://example.com", (control(checks=("toy-box-locked",)),))
    (result,) = reported(Answers({}), LOCKED, frameworks=[framework]).frameworks
    assert (result.tally.score, result.tally.coverage, result.controls[0].status) == (0.0, 0.0, "UNKNOWN")
