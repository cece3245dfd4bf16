"""Write the generated pages of the documentation, the index of the checks, and the schema of the JSON report.

``python docs/generate.py`` writes them and removes those of checks and frameworks that are gone; with ``--check`` it
changes nothing, names what is out of date, and exits 1 when there is any.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from generator.catalogue import builtin_checks, builtin_frameworks
from generator.check_index import check_index
from generator.check_page import check_page
from generator.cli_page import cli_page
from generator.framework_pages import framework_index, framework_page
from generator.lint_page import lint_page
from generator.markdown import page
from generator.paths_page import paths_page
from generator.permissions_page import permissions_page
from generator.proofs import fixes_page

from auditor.library import index_of
from auditor.listings import report_schema
from auditor.registry import builtin, outlined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
GENERATED: Final = ("docs/checks", "docs/frameworks")
"""Folders that hold generated pages and nothing else."""


def files() -> Iterator[tuple[str, str]]:
    """Yield every generated file and its text."""
    yield "docs/checks/index.md", page(check_index())
    yield "docs/cli.md", page(cli_page())
    yield "docs/fixes.md", page(fixes_page())
    yield "docs/frameworks/index.md", page(framework_index())
    yield "docs/lint.md", page(lint_page())
    yield "docs/paths.md", page(paths_page())
    yield "docs/permissions.md", page(permissions_page())
    yield "checks/index.json", index_of(builtin(), outlined())
    yield "reports/schema.json", report_schema()
    for check in builtin_checks():
        yield f"docs/checks/{check.id}.md", page(check_page(check))
    for framework in builtin_frameworks():
        yield f"docs/frameworks/{framework.id}.md", page(framework_page(framework))


def main(arguments: Sequence[str]) -> int:
    """Bring the files up to date, or with ``--check`` name those that are not; return the exit code."""
    made = dict(files())
    stale = {name: text for name, text in made.items() if current(name) != text}
    gone = sorted(present() - made.keys())
    if "--check" in arguments:
        for name in [*stale, *gone]:
            click.echo(f"{name} is out of date: run `make docs`", err=True)
        return int(bool(stale or gone))
    for name, text in stale.items():
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(text, encoding="utf-8")
    for name in gone:
        (ROOT / name).unlink()
    click.echo(f"wrote {len(stale)} of {len(made)} files, removed {len(gone)}")
    return 0


def current(name: str) -> str:
    """Return the text that a generated file has; nothing when it is not there."""
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def present() -> set[str]:
    """Return the pages there are in the folders that hold only generated ones."""
    return {path.relative_to(ROOT).as_posix() for folder in GENERATED for path in (ROOT / folder).glob("*.md")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
