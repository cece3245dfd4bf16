"""The set arithmetic under the exposure checks, against sets of plain numbers."""

import itertools
from ipaddress import collapse_addresses, ip_network

from hypothesis import given
from hypothesis import strategies as st

from checks.vpc.exposure import (
    Rule,
    Source,
    Widest,
    _outside,
    covered,
    first_matches,
    internet,
    merged,
    open_outside,
    open_ranges,
    open_to,
    source,
)

RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: tuple(sorted(pair))))
PUBLIC_BLOCKS = st.builds(
    lambda first, second, length: ip_network((f"{first}.{second}.0.0", length), strict=False),
    st.integers(20, 90),
    st.integers(0, 255),
    st.integers(9, 16),
)
WIDEST = Widest(8, 19)


def numbers(ranges):
    return {number for first, last in ranges for number in range(first, last + 1)}


@given(RANGES)
def test_merged_ranges_hold_the_same_numbers_and_never_touch(ranges):
    union = merged(ranges)
    assert numbers(union) == numbers(ranges)
    assert all(after[0] > before[1] + 1 for before, after in itertools.pairwise(union))


@given(st.tuples(st.integers(0, 30), st.integers(30, 60)), RANGES)
def test_what_is_left_outside_is_the_difference(whole, excluded):
    assert numbers(_outside(whole, merged(excluded))) == numbers([whole]) - numbers(excluded)


@given(st.lists(PUBLIC_BLOCKS), st.integers(8, 20))
def test_sources_are_the_internet_when_their_union_is_wider_than_one_block(blocks, prefix):
    together = sum(each.num_addresses for each in collapse_addresses(blocks))
    found = internet([source(str(each)) for each in blocks], Widest(prefix, 0))
    assert bool(found) == (together > 2 ** (32 - prefix))


@given(st.lists(PUBLIC_BLOCKS), PUBLIC_BLOCKS)
def test_another_source_never_closes_what_is_open(blocks, another):
    sources = [source(str(each)) for each in blocks]
    if internet(sources, WIDEST):
        assert internet([*sources, source(str(another))], WIDEST)


def test_private_parts_of_a_wide_block_do_not_count():
    (first, last), *rest = source("8.0.0.0/6").public
    assert (first, last) == (8 << 24, (10 << 24) - 1)
    assert rest == [(11 << 24, (12 << 24) - 1)]
    assert source("fc00::/7").public == ()
    assert source("172.16.0.0/12").public == ()


@given(RANGES)
def test_open_ranges_agree_with_every_single_port(ranges):
    rules = [Rule("tcp", each, (source("0.0.0.0/0"),), ()) for each in ranges]
    reached = numbers(each for each, _sources in open_ranges(rules, "tcp", WIDEST))
    assert reached == {port for port in range(62) if open_to(rules, "tcp", port, WIDEST)} == numbers(ranges)


@given(RANGES, st.sets(st.integers(0, 60)))
def test_ports_that_are_open_and_not_allowed_are_the_difference(ranges, allowed):
    rules = [Rule("tcp", each, (source("0.0.0.0/0"),), ()) for each in ranges]
    left = numbers(each for each, _sources in open_outside(rules, "tcp", allowed, WIDEST))
    assert left == numbers(ranges) - allowed


@given(st.tuples(st.integers(0, 30), st.integers(30, 60)), RANGES)
def test_a_range_is_covered_when_the_parts_hold_all_its_numbers(whole, parts):
    assert covered(whole, parts) == (numbers([whole]) <= numbers(parts))


@given(st.lists(st.tuples(st.booleans(), RANGES.map(merged), st.sampled_from((4, 6)))))
def test_the_first_entry_about_an_address_decides(entries):
    sources = [(allows, Source("", version, ranges)) for allows, ranges, version in entries]
    passed = {(each.version, number) for each in first_matches(sources) for number in numbers(each.public)}
    decisions = {}
    for allows, ranges, version in entries:
        for number in numbers(ranges):
            decisions.setdefault((version, number), allows)
    assert passed == {address for address, allows in decisions.items() if allows}
