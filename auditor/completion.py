"""What a shell offers to complete: ids of checks and frameworks, services, formats. Imports them only when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

    from auditor.catalogue import Catalogue


def checks(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the built-in checks whose ids begin so, with their titles."""
    found = _catalogue().registry.checks.outlines()
    return [CompletionItem(each.id, help=each.title) for each in found if each.id.startswith(incomplete)]


def services(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the services of checks whose names begin so."""
    return _beginning({each.service for each in _catalogue().registry.checks.outlines()}, incomplete)


def frameworks(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the built-in frameworks whose ids begin so, with their titles."""
    found = _catalogue().frameworks
    return [CompletionItem(each.id, help=each.title) for each in found if each.id.startswith(incomplete)]


def formats(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the formats of reports whose names begin so."""
    from auditor.outputs import format_names

    return _beginning(format_names(), incomplete)


def _beginning(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(each) for each in sorted(names) if each.startswith(incomplete)]


def _catalogue() -> Catalogue:
    from auditor.catalogue import load

    return load()
