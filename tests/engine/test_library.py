"""The checks by id, and the index with which only those that are needed are imported."""

import json
from dataclasses import replace

import pytest

from auditor import registry
from auditor.library import INDEX, Library, Outline, fingerprint, index_of, indexed
from auditor.severity import Severity

TLS, VERSIONED = "s3-bucket-tls-only", "s3-bucket-versioned"
OUTLINES = [
    Outline("b-c-d", Severity.LOW, "b", "rules.second", 'Says "so" — plainly'),
    Outline("a-b-c", Severity.CRITICAL, "a", "rules.first", "Comes first"),
]


@pytest.fixture
def package(tmp_path):
    """A package of checks, indexed."""
    folder = tmp_path / "rules"
    (folder / "deep").mkdir(parents=True)
    (folder / "first.py").write_text("FIRST = 1\n")
    (folder / "deep" / "second.py").write_text("SECOND = 2\n")
    (folder / INDEX).write_text(index_of(folder, OUTLINES), encoding="utf-8")
    return folder


def test_an_index_tells_what_was_written(package):
    assert indexed(package) == sorted(OUTLINES)
    assert len(json.loads((package / INDEX).read_text())["checks"]) == 2


def test_every_interpreter_finds_the_index_of_another_fresh(package):
    assert fingerprint(package) == "ef79842d"


@pytest.mark.parametrize(
    "change",
    [
        lambda package: (package / "first.py").write_text("FIRST = 2\n"),
        lambda package: (package / "deep" / "second.py").write_text("SECOND = 2"),
        lambda package: (package / "new.py").write_text(""),
        lambda package: (package / "deep" / "second.py").unlink(),
        lambda package: (package / "first.py").rename(package / "third.py"),
        lambda package: (package / "first.py").rename(package / "deep" / "first.py"),
        lambda package: (package / INDEX).unlink(),
        lambda package: (package / INDEX).write_text(""),
        lambda package: (package / INDEX).write_text("[]"),
        lambda package: (package / INDEX).write_text(json.dumps({"sources": fingerprint(package)})),
        lambda package: (package / INDEX).write_text(
            json.dumps({"sources": fingerprint(package), "checks": [["a-b-c", "grave", "a", "rules.first", "t"]]})
        ),
        lambda package: (package / INDEX).write_text(
            json.dumps({"sources": fingerprint(package), "checks": [["a-b-c", "low", "a"]]})
        ),
    ],
)
def test_an_index_that_does_not_fit_is_not_used(package, change):
    change(package)
    assert indexed(package) is None


def test_what_is_no_source_changes_nothing(package):
    (package / "notes.txt").write_text("notes")
    assert indexed(package) == sorted(OUTLINES)


def test_an_outline_says_what_its_check_says():
    for each in registry.outlined():
        check = Library([each])[each.id]
        assert (check.id, check.severity, check.service, check.title) == (
            each.id,
            each.severity,
            each.service,
            each.title,
        )


def test_a_library_of_outlines_imports_what_is_looked_up():
    library = Library(registry.outlined())
    known = {each.id: each for each in library.outlines()}
    assert list(library) == sorted(known)
    assert len(library) == len(known)
    assert TLS in library
    assert isinstance(known[TLS], Outline)
    assert library[TLS].title == known[TLS].title
    assert library.imported([TLS, VERSIONED]) == [library[TLS], library[VERSIONED]]
    assert library.outlines()[list(library).index(TLS)] is library[TLS]
    with pytest.raises(KeyError):
        library["s3-bucket-nothing"]


def test_an_id_is_taken_once():
    check = registry.load().get(TLS)
    library = Library(registry.outlined())
    assert library.add(check)
    assert not library.add(replace(check, title="Another"))
    assert library[TLS] is check
