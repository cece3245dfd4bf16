"""Chains in words, and as data for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.graph.edges import ADMIN
from auditor.graph.known_paths import Kind
from auditor.graph.world import POLICY
from auditor.policy import spelling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.graph.chains import Chain
    from auditor.graph.edges import Edge, Proof, State


def named(arn: str) -> str:
    """Return what people call an ARN: ``user alice`` for that of a user."""
    if arn == ADMIN:
        return "an administrator"
    if not arn.startswith("arn:") or arn.count(":") < 5:  # noqa: PLR2004
        return arn
    resource = arn.split(":", 5)[5]
    sort, slash, name = resource.partition("/")
    return f"{sort} {name.rpartition('/')[2]}" if ":iam:" in arn and slash else resource


def described(state: State) -> str:
    """Return an identity, and how it is after changes."""
    return f"{named(state.arn)} {state.after}".strip()


def sentences(chain: Chain) -> list[str]:
    """Return a chain's steps in words, a sentence each."""
    if not chain.edges:
        verb = "is" if chain.certain else "may be"
        return [f"{named(chain.start)} {verb} an administrator."]
    found = [sentence(edge) for edge in chain.edges]
    if chain.end != ADMIN:
        found.append(f"{named(chain.end)} is an administrator.")
    return found


def sentence(edge: Edge) -> str:
    """Return a step in words: who does what, what it gains, and what that hangs on."""
    target = edge.through if edge.target == ADMIN and edge.through else edge.target
    words = [f"{named(edge.source)} {edge.path.how.format(target=named(target))}"]
    if edge.through and (edge.through != target or "{target}" not in edge.path.how):
        words.append(f"({named(edge.through)})")
    words += [f"({named(arn)})" for arn in _attached(edge)]
    words.append(f"[{edge.path.id}]")
    return f"{' '.join(words)}{_gained(edge)}{_doubts(edge)}."


def _attached(edge: Edge) -> list[str]:
    """Return the ARN of the managed policy that a step attaches, where it is not the one that everybody thinks of."""
    held = (proof.request.context.values.get(POLICY, ()) for proof in edge.proof if _attaches(proof))
    return [arn for arns in held for arn in arns if not arn.endswith(":aws:policy/AdministratorAccess")][:1]


def _attaches(proof: Proof) -> bool:
    return proof.request.action.startswith("iam:Attach")


def _gained(edge: Edge) -> str:
    """Return what becomes of whoever takes a step, where it does not just act as another."""
    if edge.target == ADMIN:
        return " and is then an administrator" if edge.path.kind is Kind.SELF_EDIT else ", then an administrator"
    if not edge.end.after:
        return ""
    return f" and is then {edge.end.after}" if edge.source == edge.target else f", then {edge.end.after}"


def _doubts(edge: Edge) -> str:
    """Return what a step hangs on: condition keys that decide, and what else is not known."""
    keys = "" if edge.certain else conditions(edge)
    doubts = [*([f"it hangs on {keys} of the request"] if keys else []), *edge.notes]
    caveat = f" ({edge.path.caveat})" if edge.path.caveat else ""
    return f"{caveat}{''.join(f'; {each}' for each in doubts)}"


def conditions(edge: Edge) -> str:
    """Return the condition keys that an uncertain step hangs on, in words; empty where it hangs on none."""
    steps = [unknown for proof in edge.proof if not proof.certain for unknown in proof.decision.unknown]
    return " and ".join(sorted({spelling.key(condition.key) for unknown in steps for condition in unknown.unknown}))


def grounds(edge: Edge) -> list[str]:
    """Return what proves a step: for each request what is asked of what, and the statements that decide."""
    return [line for proof in edge.proof for line in _ground(proof)]


def _ground(proof: Proof) -> Iterator[str]:
    request, decision = proof.request, proof.decision
    verdict = "is allowed" if proof.certain else "could be allowed"
    yield f"{request.action} on {request.resource} {verdict} to {request.principal.text}"
    for layer in decision.layers:
        for step in layer.steps:
            if step.applies is not False:
                yield f"  {step}"


def as_json(chain: Chain) -> dict[str, Any]:
    """Return a chain as data: where it starts and ends, whether it is certain, and each step with its proof."""
    return {
        "start": chain.start,
        "end": None if chain.end == ADMIN else chain.end,
        "certain": chain.certain,
        "steps": [_step(edge) for edge in chain.edges],
    }


def _step(edge: Edge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "source_after": edge.start.after,
        "target": None if edge.target == ADMIN else edge.target,
        "target_after": edge.end.after,
        "through": edge.through,
        "path": edge.path.id,
        "category": edge.path.category,
        "title": edge.path.title,
        "text": sentence(edge),
        "certain": edge.certain,
        "doubts": list(edge.notes),
        "conditions": conditions(edge),
        "caveat": edge.path.caveat,
        "proof": [_proof(proof) for proof in edge.proof],
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "principal": proof.request.principal.text,
        "action": proof.request.action,
        "resource": proof.request.resource,
        "certain": proof.certain,
        "decision": proof.decision.explain(),
    }
