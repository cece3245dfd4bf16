"""The store: where results are, which run is the latest, and what is damaged."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scheduled.reported import Shelf, finding, report

from auditor.history import History
from auditor.scheduled.store import SAFE, RunRecord, Store, StoreError, _safe, packed
from auditor.severity import Status

AT = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)


def record(name, at=AT):
    return RunRecord(name, at, f"{name}/report.json", f"{name}/history.json.gz", {"score": 50.0})


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def store(shelf):
    return Store(shelf, "/audits/", "123456789012")


def test_results_are_kept_by_account_day_and_run(store, shelf):
    assert store.run("morning", AT).write("report.json", b"{}") == "audits/123456789012/2026-01-31/morning/report.json"
    assert shelf.written == [("audits/123456789012/2026-01-31/morning/report.json", "application/json")]
    assert Store(shelf, "", "1").run("a", AT).write("report.html", b"") == "1/2026-01-31/a/report.html"


def test_a_complete_run_is_known_by_its_name_and_is_the_latest(store, shelf):
    assert (store.finished("a"), store.latest()) == (None, None)
    store.finish("a", record("a"))
    assert store.finished("a") == store.latest() == record("a")
    assert [key for key, _ in shelf.written] == ["audits/123456789012/runs/a.json", "audits/123456789012/latest.json"]


def test_an_older_run_does_not_become_the_latest(store):
    later = record("b", AT + timedelta(seconds=1))
    store.finish("b", later)
    store.finish("a", record("a"))
    store.point(record("a"))
    assert store.latest() == later


@pytest.mark.parametrize("damage", [b"", b"{", b'{"run": 1}', b"\xff\xfe"])
def test_a_damaged_record_is_told_with_its_key(store, shelf, damage):
    shelf.objects["audits/123456789012/latest.json"] = damage
    with pytest.raises(StoreError, match=r"audits/123456789012/latest\.json is no record of a run .* delete it"):
        store.latest()


def test_a_history_is_read_as_it_was_written(store, shelf):
    history = History().after(report(finding("a"), finding("b", Status.UNKNOWN)))
    history = history.after(report(finding("a", Status.PASS), finding("b", Status.UNKNOWN), day=1))
    assert history.ended  # what is worked out of a history is no part of it
    shelf.objects["a/history.json.gz"] = packed(history)
    assert store.history(record("a")) == history
    assert packed(store.history(record("a"))) == packed(history)


def test_a_history_that_was_deleted_is_none(store):
    assert store.history(record("a")) == History()
    assert store.report(record("a")) is None


DAMAGED = {
    "empty": b"",
    "not compressed": b"{}",
    "another object": gzip.compress(b"{}"),
    "cut short": gzip.compress(b"{")[:-9],
    "no data": b"\x1f\x8b\x08" * 9,
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_history_is_told_with_its_key(store, shelf, damage):
    shelf.objects["a/history.json.gz"] = damage
    with pytest.raises(StoreError, match=r"a/history\.json\.gz is no history .* delete it"):
        store.history(record("a"))


@given(st.lists(st.text(), min_size=2, max_size=2, unique=True))
def test_any_name_is_one_part_of_a_key_and_no_two_are_the_same(names):
    first, second = map(_safe, names)
    assert first != second
    assert SAFE.fullmatch(first)
    assert SAFE.fullmatch(second)
