"""Snapshots: what was recorded comes back the same, and what is not a snapshot is told apart."""

import gzip
import json
import stat
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from universe import FURNISHED, KEYED, LOCKED, collected, standard

from auditor import snapshot
from auditor.audit import Audit
from auditor.snapshot import SnapshotError, tagged, untagged
from reports.json import render

CHECKS = (FURNISHED, KEYED, LOCKED)


@pytest.fixture
def recorded(tmp_path):
    path = tmp_path / "account.snapshot"
    live = collected(standard(), *CHECKS)
    snapshot.write(path, live.inventory, {"toy:ListBoxes"})
    return path, live


def lines(path):
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def rewritten(path, content):
    path.write_bytes(gzip.compress(b"".join(content)))
    return path


def test_a_replay_gives_byte_identical_findings(recorded):
    path, live = recorded
    audit = Audit(CHECKS)
    replayed = audit.replay(snapshot.read(path))
    assert render(audit.report(replayed, "live")) == render(audit.report(live, "live"))


def test_recording_twice_gives_the_same_bytes(recorded, tmp_path):
    path, live = recorded
    snapshot.write(tmp_path / "again", live.inventory, {"toy:ListBoxes"})
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_only_its_owner_reads_it(recorded):
    assert stat.S_IMODE(recorded[0].stat().st_mode) == 0o600


def test_the_header_says_what_it_is_of(recorded):
    header = json.loads(lines(recorded[0])[0])
    assert header["format"] == "aws-account-auditor snapshot"
    assert header["target"]["account"] == "111122223333"
    assert (header["version"], header["plan"], header["at"]) == (1, ["toy:ListBoxes"], "2026-03-01T08:00:00Z")


def test_what_was_not_recorded_is_unknown_and_says_what_to_do(tmp_path):
    path = tmp_path / "narrow"
    snapshot.write(path, collected(standard(), FURNISHED).inventory, ())
    audit = Audit(CHECKS)
    report = audit.report(audit.replay(snapshot.read(path)), "snapshot")
    unread = [each for each in report.findings if each.unseen]
    assert unread
    assert {each.unseen.code for each in unread} == {"NotRecorded"}
    assert "record it again" in unread[0].unseen.remedy


def test_damage_is_told(recorded):
    path, _ = recorded
    whole = path.read_bytes()
    content = lines(path)
    for broken, message in (
        (lambda: path.write_bytes(whole[: len(whole) // 2]), "damaged or cut off"),
        (lambda: path.write_bytes(whole[:40] + bytes(8) + whole[48:]), "damaged or cut off"),
        (lambda: rewritten(path, content[:-1]), "cut off after"),
        (lambda: rewritten(path, [*content[:2], content[-1]]), "holds 1 of 6 calls"),
        (lambda: rewritten(path, [content[0], b'{"service":1}\n', content[-1]]), "damaged or cut off"),
        (lambda: rewritten(path, [content[0], b"\xff\n"]), "damaged or cut off"),
        (lambda: path.write_bytes(b"PK\x03\x04 a zip, perhaps"), "is not a snapshot"),
        (lambda: path.write_bytes(b""), "is not a snapshot"),
        (lambda: path.write_bytes(gzip.compress(b"hello")), "is not a snapshot"),
        (lambda: path.write_bytes(gzip.compress(b'{"format":"other"}\n')), "of this auditor"),
        (lambda: path.write_bytes(gzip.compress(b'["a"]\n')), "is not a snapshot"),
        (path.unlink, "cannot be read: No such file"),
    ):
        broken()
        with pytest.raises(SnapshotError, match=message):
            snapshot.read(path)


def test_a_newer_version_names_who_wrote_it(recorded):
    path, _ = recorded
    header = json.loads(lines(path)[0]) | {"version": 2, "tool_version": "9.1.0"}
    rewritten(path, [json.dumps(header).encode() + b"\n", *lines(path)[1:]])
    with pytest.raises(SnapshotError, match=r"format version 2, written by 9\.1\.0"):
        snapshot.read(path)


def test_a_header_with_wrong_fields_is_damage(recorded):
    path, _ = recorded
    rewritten(path, [b'{"format":"aws-account-auditor snapshot","version":1}\n'])
    with pytest.raises(SnapshotError, match="damaged"):
        snapshot.read(path)


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    live = collected(standard(), LOCKED)
    next(iter(live.inventory.outcomes.values())).value["Shelves"] = {object()}
    with pytest.raises(TypeError):
        snapshot.write(tmp_path / "broken", live.inventory, ())
    assert list(tmp_path.iterdir()) == []


KEYS = st.text(max_size=6) | st.sampled_from(["$time", "$dict"])
MOMENTS = st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants it naive
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | MOMENTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_every_reply_survives_the_recording(value):
    assert untagged(json.loads(json.dumps(tagged(value)))) == value
