"""Answers as JSON, whose members docs/who-can.md describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from auditor.inquiry.pages import notes
from auditor.inquiry.words import condition_words, reason_words
from auditor.policy import Kind, spelling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.inquiry.audience import Audience, Outsider
    from auditor.inquiry.deciding import Answer, Question
    from auditor.inquiry.view import Unread, View
    from auditor.policy import Step

SCHEMA_VERSION: Final = "1.0"


def written(document: Mapping[str, Any]) -> str:
    """Return a document as JSON text, every character of which is ASCII."""
    return json.dumps(document, indent=2) + "\n"


def unread_document(unread: Unread) -> dict[str, Any]:
    """Return the answer where not even the account's principals are known."""
    return {"schema_version": SCHEMA_VERSION, "answer": "unknown", "unread": [unread_fields(unread)]}


def answer_document(view: View, question: Question, answer: Answer) -> dict[str, Any]:
    """Return the answer to whether one principal may."""
    return {
        **_head(view, question),
        "answer": answer.standing.value,
        **_answered(answer),
        "statements": [_statement(step, answer) for step in answer.steps],
        "notes": [*question.notes, *answer.notes],
    }


def audience_document(view: View, question: Question, audience: Audience) -> dict[str, Any]:
    """Return who may do something."""
    insiders = (
        {"answer": each.standing.value, **_answered(each), "statements": _telling(each)} for each in audience.insiders
    )
    return {
        **_head(view, question),
        "answer": audience.standing.value,
        "root": audience.root.standing.value,
        "principals": list(insiders),
        "outside": [_outsider(each) for each in audience.outsiders],
        "unread": list(map(unread_fields, audience.unread)),
        "notes": [*question.notes, *notes(audience)],
    }


def _head(view: View, question: Question) -> dict[str, Any]:
    told = {spelling.key(key): list(held) for key, held in sorted(question.told.items())}
    return {
        "schema_version": SCHEMA_VERSION,
        "account": view.account.id,
        "at": view.at.isoformat(),
        "source": view.source,
        "action": question.action,
        "resource": question.resource,
        "context": told,
    }


def _answered(answer: Answer) -> dict[str, Any]:
    return {
        "principal": answer.principal.text,
        "reason": answer.decision.reason,
        "blocked_by": [kind.value for kind in answer.decision.blocked_by],
        "keys": list(map(spelling.key, answer.keys)),
        "unread": list(map(unread_fields, answer.unread)),
    }


def _telling(answer: Answer) -> list[dict[str, Any]]:
    """Return the statements that decide, or on which it turns, of one of many principals."""
    groups = (*answer.needed, *([answer.instead] if answer.instead else ()))
    open_ = (*(step for each in groups for step in each.steps), *answer.obstacles)
    return [
        _statement(step, answer) for step in answer.steps if any(step is each for each in (*answer.applying, *open_))
    ]


def _statement(step: Step, answer: Answer) -> dict[str, Any]:
    grant = next((each for each in answer.grants if each.policy is step.policy and step.kind is Kind.IDENTITY), None)
    return {
        "kind": step.kind.value,
        "policy": step.policy.name,
        "origin": grant.origin if grant else "",
        "inline": grant.inline if grant else None,
        "group": grant.via if grant else "",
        "statement": step.rule.number,
        "sid": step.rule.statement.sid,
        "effect": "Allow" if step.allows else "Deny",
        "applies": step.applies,
        "why_not": reason_words(step),
        "if": [condition_words(each) for each in step.unknown],
    }


def unread_fields(unread: Unread) -> dict[str, str]:
    """Return what is not known, why, and what to do about it."""
    return {"what": unread.what, "why": unread.why, "remedy": unread.remedy}


def _outsider(outsider: Outsider) -> dict[str, Any]:
    return {
        "who": outsider.who,
        "policy": outsider.policy,
        "service": outsider.is_service,
        "answer": outsider.standing.value,
        "statement": outsider.statement,
        "sid": outsider.sid,
        "with": list(outsider.told),
    }
