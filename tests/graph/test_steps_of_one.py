"""The steps that one identity can take: changes of itself, and ways to act as others, asked one by one."""

from graph.built import OWN, account, allow, arn, role, user

from auditor.graph import escalation

ALICE = user("alice", allow(["iam:PutUserPolicy", "iam:CreateAccessKey", "sts:AssumeRole"]))
BOB, WORKER = user("bob", allow("s3:GetObject")), role("worker", OWN, allow("s3:PutObject"))


def told(edges):
    return [(edge.target, edge.path.id) for edge in edges]


def test_changes_of_oneself_are_told_apart_from_steps_towards_others():
    found = escalation(account(ALICE, BOB, WORKER))
    assert told(found.changes(ALICE.arn)) == [("*admin*", "iam-007")]
    assert set(told(found.towards(ALICE.arn))) == {(BOB.arn, "iam-002"), (WORKER.arn, "sts-001")}
    every = found.edges(ALICE.arn)
    assert all(edge in every for edge in (*found.changes(ALICE.arn), *found.towards(ALICE.arn)))


def test_steps_are_told_towards_those_who_are_asked_for():
    found = escalation(account(ALICE, BOB, WORKER))
    assert told(found.towards(ALICE.arn, [BOB.arn])) == [(BOB.arn, "iam-002")]
    assert told(found.towards(ALICE.arn, [arn("user", "nobody")])) == []
    assert told(found.towards(BOB.arn)) == []


def test_an_identity_that_was_not_read_takes_no_step():
    unread = user("alice", allow("iam:*"), unread="refused")
    found = escalation(account(unread, BOB))
    assert (found.changes(unread.arn), list(found.towards(unread.arn))) == ((), [])
    assert found.changes(arn("user", "nobody")) == ()
