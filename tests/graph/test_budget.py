"""What the search for ways says where it may not cost enough to try them all."""

from __future__ import annotations

import pytest

from auditor.graph import escalation, search
from auditor.graph.chains import TOO_LARGE
from tests.graph.built import FULL, ID, account, allow, arn, role, user

OWN = {"AWS": ID}
SOMEWHERE = {"StringEquals": ("aws:SourceVpc", "vpc-1")}
LINKED = "aws-service-role/elb.amazonaws.com/linked"
IDLE = user("idle", allow("s3:*"))
SOME = (
    user("root", FULL),
    IDLE,
    user("itself", allow("iam:PutUserPolicy", arn("user", "itself"))),
    user("starting", allow("sts:AssumeRole", arn("role", "first"))),
    role("first", OWN, allow("sts:AssumeRole", arn("role", "second"))),
    role("second", OWN, allow("iam:AttachRolePolicy", arn("role", "*"))),
    user("perhaps", allow("iam:PutUserPolicy", arn("user", "perhaps"), **SOMEWHERE)),
    user("wrong", allow("sts:AssumeRole", arn("role", "nobody"))),
    role(LINKED, {"Service": "elasticloadbalancing.amazonaws.com"}, allow("iam:*")),
)


def searched(monkeypatch, cost):
    for phase in ("FOR_CHANGES", "FOR_STEPS", "FOR_DOUBTS"):
        monkeypatch.setattr(search, phase, cost)
    return escalation(account(*SOME))


def test_who_may_take_a_step_is_unknown_where_nothing_may_be_tried(monkeypatch):
    found = searched(monkeypatch, 0)
    unknown = {each.arn for each in SOME if found.unread_on_way(each.arn) == (TOO_LARGE,)}
    assert unknown == {each.arn for each in SOME if each.name not in {"root", "idle", "linked"}}
    assert all(found.chain(each) is None for each in unknown)
    assert found.chain(arn("user", "root")).certain


def test_a_search_that_tries_all_leaves_nothing_unknown():
    found = escalation(account(*SOME))
    assert [each.arn for each in SOME if found.unread_on_way(each.arn)] == []
    assert len(found.chain(arn("user", "starting"))) > 1


@pytest.mark.parametrize("cost", [*range(10, 400, 20), 10_000])
def test_whatever_it_may_cost_the_answer_is_right_or_unknown(monkeypatch, cost):
    whole, found = escalation(account(*SOME)), searched(monkeypatch, cost)
    for each in SOME:
        chain, right = found.chain(each.arn), whole.chain(each.arn)
        if chain is not None and chain.certain:
            assert right is not None
            assert right.certain
        elif not found.unread_on_way(each.arn):
            assert chain == right


def test_steps_that_are_asked_for_are_told_whatever_the_search_may_cost(monkeypatch):
    found = searched(monkeypatch, 0)
    assert [edge.target for edge in found.edges(arn("user", "starting"))] == [arn("role", "first")]
    assert found.changes(arn("user", "itself"))
