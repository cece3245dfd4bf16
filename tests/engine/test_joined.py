"""Bulk facts that are matched by a field of the resource's row."""

from universe import Answers, call, reported, rule, statuses

from auditor import REGIONAL, Joined, Listing, Problem, Resource


class Lamp(Resource, type="AWS::Toy::Lamp", service="toy", scope=REGIONAL):
    """A lamp in a region."""

    listing = Listing("ListLamps", "Lamps", id="LampId", arn="arn:{partition}:toy:{region}:{account}:lamp/{id}")

    lit = Joined[bool]("ListBulbs", "Bulbs", key="BulbId", match="{BulbId}", value=lambda row: row["On"], default=False)


def lamp_lit(lamp: Lamp):
    """Lamps are lit."""
    if not lamp.lit:
        yield Problem("the lamp is dark")


def test_a_row_that_leaves_out_what_it_is_matched_by_is_unseen():
    lamps = [{"LampId": "a", "BulbId": "1"}, {"LampId": "b", "BulbId": "2"}, {"LampId": "c"}]
    source = Answers(
        {
            call("ListLamps"): {"Lamps": lamps},
            call("ListBulbs"): {"Bulbs": [{"BulbId": "1", "On": True}]},
            call("ListLamps", "us-east-1"): {},
            call("ListBulbs", "us-east-1"): {},
        }
    )
    report = reported(source, rule("toy-lamp-lit", lamp_lit, [Lamp.lit]))
    assert [statuses(report)["toy-lamp-lit", each] for each in "abc"] == ["PASS", "FAIL", "UNKNOWN"]
    (unseen,) = [each.unseen for each in report.findings if each.unseen]
    assert (unseen.code, unseen.operation) == ("NotReturned", "toy:ListBulbs")
    assert "BulbId" in unseen.message
