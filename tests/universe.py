"""A small service that exists nowhere, declared with every kind of fact, and a source that answers for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from auditor import (
    GLOBAL,
    REGIONAL,
    Asked,
    Fix,
    Joined,
    Listed,
    Listing,
    Moot,
    Problem,
    Resource,
    Severity,
    check,
    derived,
)
from auditor.audit import Audit
from auditor.call import Call, Failure, Reply
from auditor.crew import Inline
from auditor.inventory import Inventory
from auditor.plan import Plan
from auditor.targets import Target

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
TARGET = Target("111122223333", "aws", ("eu-west-1", "us-east-1"), "us-east-1", "arn:aws:iam::111122223333:user/a")
REFUSED = Failure("AccessDenied", "not authorized", NOW)
REFERENCE = "https://docs.aws.amazon.com/"


class House(Resource, type="AWS::::Account", service="toy", scope=GLOBAL):
    """The account's own settings."""

    rules = Asked["dict[str, bool]"]("GetRules", "Rules", Account="{account}", absent={"NoRules": {}})


class Box(Resource, type="AWS::Toy::Box", service="toy", scope=REGIONAL):
    """A box in a region."""

    listing = Listing(
        "ListBoxes",
        "Shelves[].Boxes[]",
        id="BoxId",
        arn="arn:{partition}:toy:{region}:{account}:box/{id}",
        name="Label",
        tags="Tags",
    )

    size = Listed[int]("Size")
    colour = Listed["str | None"]("Colour", default=None)
    made = Listed[datetime]("MadeAt")
    lock = Asked["str | None"]("GetLock", "Lock", Box="{id}", absent={"NoSuchLock": None})
    key = Asked["str | None"](
        "GetKey", "Key", Box="{id}", Owner="{OwnerId}", moot=Moot(lock, lambda lock: lock is None, then=None)
    )
    shared = Joined[bool]("ListShares", "Shares[].BoxId", value=lambda _row: True, default=False)

    @derived(lock, House.rules)
    def locked(self) -> bool:
        """Whether the box is locked, by itself or by the rules of the house."""
        return self.lock == "on" or self.inventory.one(House).rules.get("LockAll", False)


def rule(id_, function, reads, severity=Severity.MEDIUM, **more):
    return check(id_, severity, reads=reads, references=[REFERENCE], fix=Fix(text="Mend it."), **more)(function)


def box_locked(box: Box):
    """Boxes are locked.

    Anyone opens an open box.
    """
    if not box.locked:
        yield Problem("the box is open", expected="a lock")


def box_has_key(box: Box):
    """Boxes have a key."""
    if box.key is None:
        yield Problem("there is no key")


def house_has_boxes(house: House, inventory: Inventory):
    """There is a box."""
    if not inventory.all(Box):
        yield Problem("there is no box")


LOCKED = rule("toy-box-locked", box_locked, [Box.locked], Severity.HIGH)
KEYED = rule("toy-box-keyed", box_has_key, [Box.key])
FURNISHED = rule("toy-house-furnished", house_has_boxes, [Box], Severity.LOW)


def boxes(*ids, **fields):
    rows = [{"BoxId": each, "Size": 1, "OwnerId": "me", "MadeAt": NOW - timedelta(days=9), **fields} for each in ids]
    return {"Shelves": [{"Boxes": rows}]}


def call(operation, region="eu-west-1", **parameters):
    return Call.of("toy", operation, region, parameters)


def answer(value):
    return value if isinstance(value, (Reply, Failure)) else Reply(value, NOW)


class Answers:
    """A source that answers from a table, refuses the rest, and remembers what it was asked."""

    def __init__(self, table):
        self.table = {key: answer(value) for key, value in table.items()}
        self.asked = []

    def fetch(self, call):
        self.asked.append(call)
        return self.table.get(call, REFUSED)


def standard():
    """Return answers of an account with a locked box and an open one in one region, and none in the other."""
    return Answers(
        {
            call("ListBoxes"): boxes("a", "b", Label="crate", Tags=[{"Key": "owner", "Value": "kim"}]),
            call("ListBoxes", "us-east-1"): {"Shelves": []},
            call("ListShares"): {"Shares": [{"BoxId": "a"}]},
            call("ListShares", "us-east-1"): {},
            call("GetLock", Box="a"): {"Lock": "on"},
            call("GetLock", Box="b"): Failure("NoSuchLock", "", NOW),
            call("GetKey", Box="a", Owner="me"): {"Key": "k"},
            call("GetRules", "us-east-1", Account=TARGET.account): {"Rules": {"LockAll": False}},
        }
    )


def collected(source, *checks, target=TARGET):
    """Return what the checks' plan collects from a source."""
    audit = Audit(tuple(checks))
    return audit._collect(Inventory(target, NOW), Inline(source), _Quiet())


def reported(source, *checks, target=TARGET, frameworks=()):
    """Return the report of the checks on what a source answers."""
    audit = Audit(tuple(checks), tuple(frameworks))
    return audit.report(audit._collect(Inventory(target, NOW), Inline(source), _Quiet()), "live")


def statuses(report):
    return {(each.check, each.resource.id): each.status.value for each in report.findings}


def planned(*checks):
    return {(step.request.name, step.per) for step in Plan(checks).steps()}


class _Quiet:
    def asked(self, call):
        """Nobody watches."""

    def answered(self, call, outcome):
        """Nobody watches."""
