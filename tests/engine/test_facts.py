"""Facts: where values come from, and that what AWS did not tell never has one."""

from datetime import timedelta

import pytest
from universe import (
    FURNISHED,
    KEYED,
    LOCKED,
    NOW,
    REFUSED,
    TARGET,
    Answers,
    Box,
    House,
    boxes,
    call,
    collected,
    planned,
    reported,
    rule,
    standard,
    statuses,
)

from auditor import GLOBAL, REGIONAL, Listing, Problem, Unseen
from auditor.call import Failure, Reply
from auditor.facts import both, either, gathered, summary
from auditor.inventory import Inventory
from auditor.request import select


def everything(_box: Box):
    """All facts of a box are read."""
    yield from ()


ALL = rule("toy-box-all", everything, [Box.size, Box.colour, Box.made, Box.lock, Box.key, Box.shared, Box.locked])


def inventory(source=None, *checks):
    return collected(source or standard(), *(checks or [ALL])).inventory


def box(source=None, id_="a"):
    return inventory(source).find(Box, id_)


def answering(**replies):
    source = standard()
    source.table |= Answers({call(name, **parameters): reply for name, (parameters, reply) in replies.items()}).table
    return source


def test_each_kind_of_fact_reads_its_own_reply():
    a = box()
    assert (a.size, a.colour, a.lock, a.key, a.shared, a.locked) == (1, None, "on", "k", True, True)
    assert a.at - a.made == timedelta(days=9)


def test_a_resource_is_named_by_its_row():
    a = box()
    assert a.arn == "arn:aws:toy:eu-west-1:111122223333:box/a"
    assert (a.id, a.name, a.region, a.account, a.tags) == ("a", "crate", "eu-west-1", TARGET.account, {"owner": "kim"})


def test_a_code_that_means_absent_is_a_value():
    assert box(id_="b").lock is None


def test_any_other_code_is_unseen_and_names_the_permission():
    source = answering(GetLock=({"Box": "a"}, REFUSED))
    with pytest.raises(Unseen) as unseen:
        _ = box(source).lock
    assert (unseen.value.operation, unseen.value.permission, unseen.value.code) == (
        "toy:GetLock",
        "toy:GetLock",
        "AccessDenied",
    )


def test_a_member_that_aws_left_out_is_unseen_unless_it_has_a_documented_default():
    source = answering(ListBoxes=({}, {"Shelves": [{"Boxes": [{"BoxId": "a"}]}]}))
    a = box(source)
    assert a.colour is None
    with pytest.raises(Unseen, match="NotReturned"):
        _ = a.size


@pytest.mark.parametrize("reply", [[], "text", {"Shares": 7}, {"Shares": [{"BoxId": {}}]}])
def test_a_malformed_bulk_reply_tells_nothing(reply):
    a = box(answering(ListShares=({}, reply)))
    try:
        assert a.shared is False
    except Unseen as unseen:
        assert unseen.code == "MalformedReply"  # noqa: PT017 - either outcome is right, no third is


def test_a_bulk_row_that_is_missing_has_the_default():
    assert box(id_="b").shared is False


def test_a_moot_call_is_not_made_and_answers_for_itself():
    source = standard()
    b = box(source, "b")
    assert b.key is None
    assert not any(each.operation == "GetKey" and '"b"' in each.parameters for each in source.asked)


def test_an_unseen_fact_settles_nothing_so_the_call_is_made():
    source = answering(GetLock=({"Box": "a"}, REFUSED))
    assert box(source).key == "k"


def test_a_derived_fact_is_unseen_where_its_inputs_are():
    source = answering(GetLock=({"Box": "b"}, REFUSED))
    with pytest.raises(Unseen, match="GetLock"):
        _ = box(source, "b").locked


def test_a_malformed_row_is_a_gap_and_the_good_rows_stay():
    source = answering(ListBoxes=({}, {"Shelves": [{"Boxes": [{"BoxId": "a", "Size": 1}, {"BoxId": 7}, "text"]}]}))
    found = inventory(source)
    assert [each.id for each in found.listed(Box)] == ["a"]
    assert [gap.unseen.code for gap in found.gaps] == ["MalformedReply"]


def test_look_ups_never_conclude_from_a_refused_listing():
    source = standard()
    source.table[call("ListBoxes", "us-east-1")] = REFUSED
    found = inventory(source, FURNISHED, LOCKED)
    with pytest.raises(Unseen):
        found.all(Box)
    assert [each.id for each in found.all(Box, "eu-west-1")] == ["a", "b"]
    assert found.find(Box, "a").id == "a"
    with pytest.raises(Unseen):
        found.find(Box, "c")


def test_a_complete_listing_proves_absence():
    found = inventory()
    assert found.find(Box, "c") is None
    assert found.find(Box, "arn:aws:toy:eu-west-1:111122223333:box/b").id == "b"


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_arns_carry_the_partition(partition):
    target = TARGET.__class__(TARGET.account, partition, TARGET.regions, TARGET.home_region)
    found = collected(standard(), ALL, LOCKED, target=target).inventory
    assert {each.arn.split(":")[1] for each in found.listed(Box)} == {partition}
    assert found.one(House).arn == f"arn:{partition}:iam::111122223333:root"


def test_a_regional_singleton_is_named_in_arn_grammar():
    class Place(House, type="AWS::::Account", service="toy", scope=REGIONAL):
        pass

    (place,) = Inventory(TARGET, NOW).enlist(Place, "eu-west-1")
    assert (place.id, place.arn) == ("eu-west-1", "arn:aws:toy:eu-west-1:111122223333:region")


def test_a_resource_outside_the_audited_regions_is_left_out():
    class Far(Box, type="AWS::Toy::Far", service="toy", scope=GLOBAL):
        listing = Listing("ListBoxes", "Shelves[].Boxes[]", id="BoxId", arn="arn:{id}", region="Home")

    rows = boxes("a", Home="mars-1")["Shelves"] + boxes("b", Home="eu-west-1")["Shelves"]
    source = Answers({call("ListBoxes", "us-east-1"): {"Shelves": rows}})

    def far(_far: Far):
        """Far boxes are seen."""
        yield from ()

    far.__globals__["Far"] = Far
    found = collected(source, rule("toy-far-seen", far, [Far.size])).inventory
    assert [each.id for each in found.listed(Far)] == ["b"]


def unseen():
    raise Unseen("toy:X", "toy:X", "AccessDenied", "")


@pytest.mark.parametrize(
    ("conditions", "any_holds", "all_hold"),
    [
        ([True, True], True, True),
        ([True, False], True, False),
        ([False, False], False, False),
        ([True, None], True, None),
        ([None, True], True, None),
        ([False, None], None, False),
        ([None, False], None, False),
        ([None, None], None, None),
    ],
)
def test_kleene_logic(conditions, any_holds, all_hold):
    reads = [(lambda value=value: unseen() if value is None else value) for value in conditions]
    for function, expected in ((either, any_holds), (both, all_hold)):
        if expected is None:
            with pytest.raises(Unseen):
                function(*reads)
        else:
            assert function(*reads) is expected


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [("", {"a": 1}, {"a": 1}), ("a", {"a": 1}, 1), ("a.b[0]", {"a": {"b": [3]}}, 3), ("a", {}, None), ("a", [], None)],
)
def test_select(path, value, expected):
    assert select(path, value) == expected


def test_an_uncollected_call_says_so():
    found = inventory(None, LOCKED)
    with pytest.raises(Unseen, match="NotCollected"):
        _ = found.find(Box, "a").key


def test_facts_given_by_hand_must_exist():
    with pytest.raises(TypeError, match="no fact"):
        box().give({"sise": 1})


def test_a_class_without_a_listing_has_no_listed_facts():
    with pytest.raises(TypeError, match="no listing"):
        House.listing_request()


def test_failures_of_many_codes_share_one_shape():
    for code in ("Throttling", "404", "Unreachable"):
        a = box(answering(GetLock=({"Box": "a"}, Failure(code, "", NOW))))
        with pytest.raises(Unseen, match=code):
            _ = a.lock


def test_keyed_and_furnished_read_only_what_they_declare():
    source = standard()
    inventory(source, FURNISHED)
    assert {each.operation for each in source.asked} == {"ListBoxes"}
    source = standard()
    inventory(source, KEYED)
    assert {each.operation for each in source.asked} == {"ListBoxes", "GetLock", "GetKey"}


def test_what_an_audited_region_lists_is_in_scope_wherever_it_lives_and_the_earliest_reply_speaks():
    class Trail(Box, type="AWS::Toy::Trail", service="toy"):
        listing = Listing("ListBoxes", "Shelves[].Boxes[]", id="BoxId", arn="arn:{id}", region="Home")

    def trailed(_trail: Trail):
        """Trails are seen."""
        yield from ()

    trailed.__globals__["Trail"] = Trail
    early, late = NOW - timedelta(minutes=2), NOW - timedelta(minutes=1)
    for times in ((early, late), (late, early)):
        replies = (Reply(boxes("a", Home="mars-1", Size=at.minute), at) for at in times)
        source = Answers(dict(zip((call("ListBoxes"), call("ListBoxes", "us-east-1")), replies, strict=True)))
        (trail,) = collected(source, rule("toy-trail-seen", trailed, [Trail.size])).inventory.listed(Trail)
        assert (trail.region, trail.size, trail.listed_at) == ("mars-1", early.minute, early)


def test_a_required_resource_that_is_not_here_is_unseen():
    found = inventory()
    assert found.require(Box, "a").id == "a"
    with pytest.raises(Unseen, match=r"NotListed.*belongs to another account"):
        found.require(Box, "c")


def test_any_is_kleene_logic_over_what_was_listed():
    source = standard()
    source.table[call("ListBoxes", "us-east-1")] = REFUSED
    found = inventory(source)
    assert found.any(Box, lambda box: box.id == "a")
    with pytest.raises(Unseen):
        found.any(Box, lambda box: box.id == "c")
    assert inventory().any(Box, lambda box: box.id == "c") is False


def test_gathering_gives_all_that_was_seen_before_it_says_what_was_not():
    parts = gathered(lambda: [1], unseen, lambda: [2])
    assert [next(parts), next(parts)] == [1, 2]
    with pytest.raises(Unseen):
        next(parts)
    assert list(gathered(lambda: [1], lambda: [2])) == [1, 2]


def test_a_computed_fact_is_not_observed():
    with pytest.raises(TypeError, match=r"Box\.locked is computed"):
        Box.locked.observe(box())


class Yard(House, type="AWS::::Account", service="toy"):
    """All boxes of an account together."""

    @summary(Box.size, House.rules)
    def total(self) -> int:
        """The size of all boxes, by the rules of the house."""
        assert self.inventory.one(House).rules is not None
        return sum(box.size for box in self.inventory.all(Box))


def yard_is_small(yard: Yard):
    """The boxes are few."""
    if yard.total > 1:
        yield Problem("there are too many", found=yard.total)


def box_is_alone(box: Box, inventory: Inventory):
    """There is no other box."""
    if inventory.one(Yard).total > box.size:
        yield Problem("there is another")


SMALL = rule("toy-yard-small", yard_is_small, [Yard.total])
ALONE = rule("toy-box-alone", box_is_alone, [Yard.total, Box.colour, Box.size])


def test_what_a_summary_is_made_of_is_planned_and_no_evidence():
    assert planned(SMALL) == {("toy:ListBoxes", "region"), ("toy:GetRules", "account")}
    report = reported(standard(), SMALL, ALONE)
    assert statuses(report) == {
        ("toy-yard-small", TARGET.account): "FAIL",
        ("toy-box-alone", "a"): "FAIL",
        ("toy-box-alone", "b"): "FAIL",
    }
    evidence = {(each.check, each.resource.id): {it.fact for it in each.evidence} for each in report.findings}
    assert evidence["toy-yard-small", TARGET.account] == set()
    assert evidence["toy-box-alone", "b"] == {"size"}


def test_a_summary_is_made_once():
    found = inventory(None, SMALL, ALONE)
    yard = found.one(Yard)
    assert yard.total == 2
    found.find(Box, "a").give({"size": 7})
    assert yard.total == 2


def test_a_summary_is_unseen_where_a_listing_was_refused():
    source = standard()
    source.table[call("ListBoxes", "us-east-1")] = REFUSED
    with pytest.raises(Unseen, match="ListBoxes"):
        _ = inventory(source, SMALL).one(Yard).total
