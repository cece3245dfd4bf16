"""The page of the ways by which principals gain rights, from the graph's catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.graph import Kind, catalogue
from generator.markdown import code, paragraph, section, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.graph import Path

GROUPS: Final = {
    "Changing oneself": (Kind.SELF_EDIT,),
    "Acting as another user or role": (Kind.ASSUME, Kind.CREDENTIAL, Kind.TRUST_EDIT),
    "Changing or creating another, and acting as it": (Kind.EDIT_AND_USE, Kind.CREATE_IDENTITY),
    "Having a service run something new as a role": (Kind.PASS_ROLE,),
    "Taking over what runs as a role": (Kind.EXISTING_COMPUTE,),
}
"""The headings of the paths that are modelled."""


def paths_page() -> Iterator[str]:
    """Yield each path with the actions it needs, by how it is modelled, and then those that are not."""
    paths = catalogue().values()
    yield from ("# Escalation paths", "")
    yield from paragraph(
        f"The {len(paths)} ways to gain rights that the auditor knows. Ids that do not begin with `aaa-` are those of",
        "[pathfinding.cloud](https://pathfinding.cloud); `{target}` is whoever is taken over.",
        "[Escalation](escalation.md) tells how a path becomes a step of a chain.",
    )
    for title, kinds in GROUPS.items():
        yield from section(title, table(("Path", "Needs", "Who takes it …"), _rows(paths, kinds)))
    covered = [each for each in paths if each.kind is Kind.COVERED]
    rows = [(_name(each), code(each.required), code(each.covered_by)) for each in covered]
    yield from section("What other paths cover", table(("Path", "Needs", "Covered by"), rows))
    missing = [each for each in paths if each.kind is Kind.NOT_MODELLED]
    rows = [(_name(each), code(each.required), _sentence(each.why_not)) for each in missing]
    yield from section("Not modelled", table(("Path", "Needs", "Why not"), rows))


def _rows(paths: Iterable[Path], kinds: tuple[Kind, ...]) -> Iterator[tuple[str, str, str]]:
    for path in paths:
        if path.kind in kinds:
            needs = code(path.required) or "any action that changes what an identity may do, and any that acts as it"
            yield _name(path), needs, _how(path)


def _name(path: Path) -> str:
    return f"[`{path.id}`]({path.source}) {path.title}"


def _how(path: Path) -> str:
    extra = [f"There must be {path.existing}." if path.existing else "", _sentence(path.caveat)]
    return " ".join(filter(None, (f"{path.how.replace('{target}', '`{target}`')}.", *extra)))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""
