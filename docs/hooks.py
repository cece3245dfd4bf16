"""What MkDocs asks while it builds the site: checks and frameworks for the navigation, what the search leaves out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from generator.catalogue import builtin_checks, builtin_frameworks, by_service, service_title

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

UNSEARCHED: Final = re.compile(
    r'<h[23] (?=id="(?:what-it-reads|controls|references|with-\w[\w-]*|how-the-fix-is-proven)")'
)
"""Sections that nearly every check has. A page opened as a file has its search on the page's own thread: it is slow."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Complete the sections ``Checks`` and ``Frameworks`` of the navigation."""
    sections = {title: pages for section in config.nav or () for title, pages in section.items()}
    sections["Checks"] += _checks()
    sections["Frameworks"] += [{each.title: f"frameworks/{each.id}.md"} for each in builtin_frameworks()]
    return config


def _checks() -> list[dict[str, Any]]:
    """Return a section for each service."""
    return [
        {service_title(service): [{check.id: f"checks/{check.id}.md"} for check in checks]}
        for service, checks in by_service(builtin_checks()).items()
    ]


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - MkDocs's form
    """Return the page with the sections marked that the search leaves out."""
    if not page.file.src_uri.startswith("checks/"):
        return html
    return UNSEARCHED.sub(lambda match: f"{match[0]}data-search-exclude ", html)
