"""Garbage is collected as before once nobody asks for rare collections any more, in whatever order they leave."""

import gc

import pytest

from auditor.garbage import RARE, rare_collections


@pytest.mark.parametrize("last", [0, 1])
def test_collections_are_rare_until_the_last_one_leaves(last):
    before = gc.get_threshold()
    both = [rare_collections(), rare_collections()]
    for each in both:
        each.__enter__()
    both[1 - last].__exit__(None, None, None)
    assert gc.get_threshold() == RARE
    both[last].__exit__(None, None, None)
    assert gc.get_threshold() == before


def test_an_error_leaves_collections_as_they_were():
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="wrong"), rare_collections():
        raise ValueError("wrong")
    assert gc.get_threshold() == before
