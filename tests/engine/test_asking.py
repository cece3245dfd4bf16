"""Calls that take what another reply tells, resources that name each other, and what one place serves."""

import dataclasses

import pytest
from universe import NOW, REFUSED, TARGET, Answers, call, rule

from auditor import GLOBAL, REGIONAL, Asked, Listed, Listing, Moot, Problem, Resource, Status, Unseen, derived
from auditor.audit import Audit
from auditor.call import Call, Failure
from auditor.collect import Collector, Quiet
from auditor.crew import Inline
from auditor.facts import in_order
from auditor.inventory import Inventory
from auditor.reading import UndeclaredReadError
from auditor.remedies import NOT_OFFERED


class Parcel(Resource, type="AWS::Toy::Parcel", service="toy", scope=REGIONAL):
    """A parcel; what it weighs takes an order to a scale, which names its slip."""

    listing = Listing("ListParcels", "Parcels", id="Id", arn="arn:{partition}:toy:{region}:{account}:parcel/{id}")

    sender = Listed["str | None"]("Sender", default=None)
    stamps = Listed["list[str]"]("Stamps", default=[])
    scale = Asked["str | None"]("GetScale", "Scale", Parcel="{id}", default=None)
    slip = Asked[str]("GetSlip", "Slip", Scale=scale, moot=Moot(scale, lambda scale: scale == "none", then=""))
    weight = Asked[int]("GetWeight", "Weight", Slip=slip, Unit="{{kg}}")

    @derived(sender)
    def senders(self) -> list[str]:
        """Who sent it."""
        return [self.sender] if self.sender else []


class Island(Resource, type="AWS::Toy::Island", service="toy", scope=GLOBAL):
    """What a single region of a partition tells of."""

    listing = Listing(
        "ListIslands", "Islands", id="Id", arn="arn:{partition}:toy::{account}:{id}", served_in={"aws": "us-west-2"}
    )

    beach = Asked[str]("GetBeach", "Beach", Island="{id}", served_in={"aws": "us-west-2"})


def reads(*facts):
    def nothing(_resource: Parcel):
        """Nothing is wanted."""
        yield from ()

    nothing.__annotations__["_resource"] = facts[0].owner
    return rule("toy-parcel-read", nothing, facts)


def gathered_from(table, *facts, target=TARGET):
    source = Answers(table)
    audit = Audit((reads(*facts),))
    inventory = Inventory(target, NOW)
    Collector(audit.plan, inventory, Inline(source), Quiet()).run()
    return inventory, [each.operation for each in source.asked]


def parcels(**rows):
    listed = [{"Id": id_, **row} for id_, row in rows.items()]
    return {call("ListParcels"): {"Parcels": listed}, call("ListParcels", "us-east-1"): {"Parcels": []}}


def test_a_call_takes_what_other_calls_told():
    table = parcels(a={}) | {
        call("GetScale", Parcel="a"): {"Scale": "{s}"},
        call("GetSlip", Scale="{s}"): {"Slip": "1"},
        call("GetWeight", Slip="1", Unit="{kg}"): {"Weight": 7},
    }
    inventory, asked = gathered_from(table, Parcel.weight)
    assert inventory.find(Parcel, "a").weight == 7
    assert sorted(asked) == ["GetScale", "GetSlip", "GetWeight", "ListParcels", "ListParcels"]


def test_a_call_that_two_resources_take_is_made_once():
    table = parcels(a={}, b={}) | {
        call("GetScale", Parcel="a"): {"Scale": "s"},
        call("GetScale", Parcel="b"): {"Scale": "s"},
        call("GetSlip", Scale="s"): {"Slip": "1"},
    }
    inventory, asked = gathered_from(table, Parcel.slip)
    assert [each.slip for each in inventory.listed(Parcel)] == ["1", "1"]
    assert asked.count("GetSlip") == 1


def test_where_the_first_reply_is_refused_the_rest_is_not_asked_and_says_why():
    inventory, asked = gathered_from(parcels(a={}) | {call("GetScale", Parcel="a"): REFUSED}, Parcel.weight)
    with pytest.raises(Unseen, match="GetScale: AccessDenied"):
        _ = inventory.find(Parcel, "a").weight
    assert asked == ["ListParcels", "ListParcels", "GetScale"]


def test_a_parameter_that_nothing_tells_leaves_the_fact_unseen():
    inventory, asked = gathered_from(parcels(a={}) | {call("GetScale", Parcel="a"): {}}, Parcel.slip)
    with pytest.raises(Unseen, match="nothing tells Scale"):
        _ = inventory.find(Parcel, "a").slip
    assert "GetSlip" not in asked


def test_a_moot_call_is_not_made_though_another_fact_would_tell_its_parameter():
    inventory, asked = gathered_from(parcels(a={}) | {call("GetScale", Parcel="a"): {"Scale": "none"}}, Parcel.slip)
    assert inventory.find(Parcel, "a").slip == ""
    assert "GetSlip" not in asked


def test_facts_stand_behind_those_they_take():
    assert in_order([Parcel.weight]) == [Parcel.scale, Parcel.slip, Parcel.weight]


def test_related_finds_by_value_and_in_collections():
    rows = parcels(a={"Sender": "kim", "Stamps": ["red", "red", "blue"]}, b={"Sender": "kim"}, c={})
    inventory, _ = gathered_from(rows, Parcel.senders, Parcel.stamps)
    assert [each.id for each in inventory.related(Parcel.sender, "kim")] == ["a", "b"]
    assert [each.id for each in inventory.related(Parcel.senders, "kim")] == ["a", "b"]
    assert [each.id for each in inventory.related(Parcel.stamps, "red")] == ["a"]
    assert inventory.related(Parcel.stamps, "green") == []
    assert inventory.related(Parcel.sender, "kim", "us-east-1") == []


def test_related_concludes_nothing_from_a_refused_listing():
    inventory, _ = gathered_from({**parcels(a={}), call("ListParcels", "us-east-1"): REFUSED}, Parcel.sender)
    with pytest.raises(Unseen, match="ListParcels: AccessDenied"):
        inventory.related(Parcel.sender, "kim")
    assert inventory.related(Parcel.sender, None, "eu-west-1")


def test_related_concludes_nothing_from_a_fact_that_one_of_them_hides():
    inventory, _ = gathered_from(parcels(a={}) | {call("GetScale", Parcel="a"): REFUSED}, Parcel.scale)
    with pytest.raises(Unseen, match="GetScale"):
        inventory.related(Parcel.scale, "s")


def test_what_a_check_looks_up_it_must_declare():
    def sneaking(parcel: Parcel, inventory: Inventory):
        """Parcels are alone."""
        inventory.related(Parcel.stamps, parcel.id)
        yield from ()

    sneaking.__annotations__.update(parcel=Parcel, inventory=Inventory)
    inventory, _ = gathered_from(parcels(a={"Stamps": ["a"]}), Parcel.sender)
    (finding,) = Audit((rule("toy-parcel-alone", sneaking, [Parcel.sender]),)).decide(inventory)
    assert UndeclaredReadError.__name__ in finding.error


def test_what_one_region_serves_is_asked_there_only():
    there = Call.of("toy", "ListIslands", "us-west-2", {})
    beach = Call.of("toy", "GetBeach", "us-west-2", {"Island": "i"})
    inventory, asked = gathered_from({there: {"Islands": [{"Id": "i"}]}, beach: {"Beach": "b"}}, Island.beach)
    assert inventory.find(Island, "i").beach == "b"
    assert asked == ["ListIslands", "GetBeach"]


def test_a_partition_that_does_not_offer_it_has_none():
    china = dataclasses.replace(TARGET, partition="aws-cn")
    inventory, asked = gathered_from({}, Island.beach, target=china)
    assert inventory.all(Island) == []
    assert asked == []


class Lighthouse(Resource, type="AWS::::Account", service="toy", scope=REGIONAL):
    """A region's own setting, of a service that some regions lack."""

    lit = Asked[bool]("GetLight", "Lit")


def test_a_region_without_the_service_has_nothing_to_judge():
    def lit(lighthouse: Lighthouse):
        """Lighthouses are lit."""
        if not lighthouse.lit:
            yield Problem("it is dark")

    lit.__annotations__["lighthouse"] = Lighthouse
    missing = Failure(NOT_OFFERED, "not offered", NOW)
    lighthouses = {call("GetLight"): {"Lit": True}, call("GetLight", "us-east-1"): missing}
    audit = Audit((rule("toy-lighthouse-lit", lit, [Lighthouse.lit]), reads(Parcel.sender)))
    inventory = Inventory(TARGET, NOW)
    answers = parcels(a={}) | lighthouses | {call("ListParcels", "us-east-1"): missing}
    Collector(audit.plan, inventory, Inline(Answers(answers)), Quiet()).run()
    assert [(each.check, each.region, each.status) for each in audit.decide(inventory)] == [
        ("toy-lighthouse-lit", "eu-west-1", Status.PASS),
        ("toy-parcel-read", "eu-west-1", Status.PASS),
    ]
    assert [each.id for each in inventory.all(Parcel)] == ["a"]
