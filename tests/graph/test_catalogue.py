from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from auditor.graph import Kind, catalogue
from auditor.graph.known_paths import requests

PUBLISHED = tomllib.loads(Path(__file__).with_name("published.toml").read_text("utf-8"))
PATHS = list(catalogue().values())


def test_every_published_path_is_there_with_the_actions_it_needs():
    ours = {path.id: sorted(path.required) for path in PATHS if path.is_published}
    assert ours == PUBLISHED["paths"]


@pytest.mark.parametrize("actions", PUBLISHED["others"]["combinations"], ids=" ".join)
def test_every_other_combination_of_actions_is_there(actions):
    assert any(sorted(path.required) == actions for path in PATHS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.id)
def test_a_path_says_what_it_is_and_where_that_stands(path):
    assert path.title
    assert path.source.startswith("https://docs.aws.amazon.com/")
    assert bool(path.how) is (path.kind is not Kind.NOT_MODELLED)
    assert bool(path.why_not) is (path.kind is Kind.NOT_MODELLED)
    assert set(path.covered_by) <= set(catalogue())
    assert bool(path.covered_by) is (path.kind is Kind.COVERED)


@pytest.mark.parametrize("path", [path for path in PATHS if path.services], ids=lambda path: path.id)
def test_what_a_path_asks_of_services_is_known(path):
    others = [action for action in path.required if action != "iam:PassRole"]
    assert set(others) <= set(requests())
    if path.kind is Kind.EXISTING_COMPUTE:
        assert any(path.target in requests()[action] for action in others)
    else:
        assert "iam:PassRole" in path.required


def test_titles_tell_paths_apart():
    assert len({path.title for path in PATHS}) == len(PATHS)
