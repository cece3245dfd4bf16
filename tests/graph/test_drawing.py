from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest
from graph.built import FULL, ID, OWN, account, allow, arn, role, runs, service, user

from auditor.graph import as_json, escalation, grounds, mermaid, sentence, sentences, svg
from auditor.graph.picture import MOST_SHOWN, pictured

SVG = "{http://www.w3.org/2000/svg}"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ID}:function:jobs"
BOSS = role("boss", service("lambda"), FULL)
HOSTILE = 'x"]; click n0 "javascript:alert(1)" --><title><script>alert(1)#`\u202e\x07'


def chains(*identities, **more):
    found = escalation(account(*identities, **more))
    return [each for each in map(found.chain, (identity.arn for identity in identities)) if each and each.edges]


def two_steps():
    start = user("alice", allow("sts:AssumeRole", arn("role", "ops")))
    ops = role("ops", OWN, allow("lambda:UpdateFunctionCode", FUNCTION))
    compute = (runs(FUNCTION, "boss", "lambda.amazonaws.com"),)
    return chains(start, ops, BOSS, compute=compute, compute_read=frozenset({"lambda.amazonaws.com"}))


def test_a_chain_in_words():
    changes = "changes the code of a function that runs as role boss, and waits until it is invoked"
    assert sentences(two_steps()[0]) == [
        "user alice assumes role ops [sts-001].",
        f"role ops {changes} (function:jobs) [lambda-003].",
        "role boss is an administrator.",
    ]


def test_a_step_says_which_statements_prove_it():
    assert grounds(two_steps()[0].edges[0]) == [
        f"sts:AssumeRole on arn:aws:iam::{ID}:role/ops is allowed to arn:aws:iam::{ID}:user/alice",
        "  resource policy 'trust policy', statement 1: allows what the principal's own policies allow",
        "  identity policy 'inline', statement 1: allows",
    ]


def test_what_a_step_hangs_on_is_said():
    condition = {"IpAddress": ("aws:SourceIp", "203.0.113.0/24")}
    (found,) = chains(user("alice", allow("iam:PutUserPolicy", **condition)))
    assert str(found) == (
        "user alice writes an inline policy that allows everything into itself [iam-007] and is then an administrator; "
        "it hangs on aws:SourceIp of the request."
    )


def test_a_chain_as_data_is_json():
    data = json.loads(json.dumps(as_json(two_steps()[0])))
    assert (data["start"], data["end"], data["certain"]) == (arn("user", "alice"), BOSS.arn, True)
    assert [step["path"] for step in data["steps"]] == ["sts-001", "lambda-003"]
    assert data["steps"][1]["through"] == FUNCTION
    assert data["steps"][1]["proof"][0]["decision"][0] == "allowed"


def test_a_flowchart_has_each_identity_once():
    assert mermaid(two_steps()) == (
        "flowchart LR\n"
        '    n0(["role boss"]):::admin\n'
        '    n1["role ops"]\n'
        '    n2["user alice"]\n'
        '    n1 -->|"lambda-003"| n0\n'
        '    n2 -->|"sts-001"| n1\n'
        "    classDef admin stroke-width:3px\n"
    )


def hostile():
    return chains(user(HOSTILE, allow("sts:AssumeRole")), role("boss", OWN, FULL))


def test_a_hostile_name_means_nothing_in_a_flowchart():
    (line,) = [each for each in mermaid(hostile()).splitlines() if "click" in each]
    assert re.fullmatch(r'    n1\["[A-Za-z0-9 _.,:/@+=#;-]*"\]', line)


def test_a_hostile_name_means_nothing_in_a_drawing():
    root = ET.fromstring(svg(hostile(), title=HOSTILE))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        *("svg", "title", "desc", "defs", "marker", "path", "g", "rect", "text"),
    }
    assert "\u202e" not in svg(hostile())


@pytest.mark.parametrize("page", [False, True])
def test_a_drawing_is_accessible_and_brings_nothing_from_elsewhere(page):
    text = svg(two_steps(), name="a", page=page)
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    named = {each.get("id"): each.text for each in root.iter() if each.get("id")}
    labels = root.get("aria-labelledby").split()
    assert named[labels[0]] == "Ways to an administrator"
    assert "user alice assumes role ops [sts-001]." in named[labels[1]]
    assert ("<style>" in text) is page
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<script|\bon\w+=|@import|style=", text)


def test_nodes_of_a_drawing_do_not_lie_over_each_other():
    start = [user(f"u{each}", allow("sts:AssumeRole", arn("role", f"r{each % 3}"))) for each in range(9)]
    middle = [role(f"r{each}", OWN, allow("iam:PutRolePolicy", arn("role", f"r{each}"))) for each in range(3)]
    picture = pictured(chains(*start, *middle))
    places = [(node.column, node.row) for node in picture.nodes]
    assert len(set(places)) == len(places) == 13
    assert all(abs(a[1] - b[1]) >= 1 for a in places for b in places if a[0] == b[0] and a != b)


def test_steps_lead_to_the_right():
    picture = pictured(two_steps())
    column = {node.state: node.column for node in picture.nodes}
    assert all(column[edge.start] < column[edge.end] for edge in picture.edges)


def test_a_drawing_tells_what_it_leaves_out():
    many = chains(*(user(f"u{each}", allow("iam:PutUserPolicy")) for each in range(MOST_SHOWN + 20)))
    picture = pictured(many)
    assert len(picture.nodes) == MOST_SHOWN
    assert picture.left_out == 21
    assert "21 more chains are not drawn" in svg(many)
    assert "21 more chains are not drawn" in mermaid(many)


def test_a_drawing_of_nothing_is_one():
    assert ET.fromstring(svg([])).tag == f"{SVG}svg"
    assert mermaid([]).startswith("flowchart LR\n")


def test_an_edge_in_words_names_who_is_changed():
    start = user("alice", allow(["iam:PutRolePolicy", "sts:AssumeRole"], arn("role", "ops")))
    found = chains(start, role("ops", OWN, allow("s3:*")))[0]
    assert sentence(found.edges[0]) == (
        "user alice writes an inline policy that allows everything into role ops and assumes it [iam-017], "
        "then an administrator."
    )
