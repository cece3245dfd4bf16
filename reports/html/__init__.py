"""The HTML report: one file that a browser opens from disk, with no network and nothing to install.

The summary is written by a template with autoescape. Findings travel as compressed JSON that the page's own script
unpacks and shows as text only; the content security policy in the file admits that one script and one style sheet,
by hash, and forbids every load and every string-to-markup conversion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from reports.html.page import bundle, digest, template
from reports.html.payload import core, details, pack, ways
from reports.html.summary import Summary

if TYPE_CHECKING:
    from auditor.report import Report

STYLES: Final = ("base", "summary", "overview", "sections", "findings", "drawer", "ways", "print")
SCRIPTS: Final = (
    "types",
    "text",
    "dom",
    "data",
    "state",
    "query",
    "virtual",
    "rows",
    "facets",
    "tabs",
    "drawing",
    "record",
    "detail",
    "resource",
    "drawer",
    "frameworks",
    "ways",
    "export",
    "toolbar",
    "printing",
    "theme",
    "app",
)
"""The script's modules in the order in which they use one another."""


def render(report: Report) -> str:
    """Return ``report`` as one self-contained HTML document; equal reports give equal documents."""
    style = bundle("css", STYLES)
    script = '(() => {\n"use strict";\n' + bundle("js", SCRIPTS) + "})();\n"
    return template("report.html.j2").render(
        report=report,
        summary=Summary(report),
        style=Markup(style),  # noqa: S704 - our own style sheet
        script=Markup(script),  # noqa: S704 - our own script
        policy=_content_security_policy(style, script),
        core=pack(core(report)),
        ways=pack(ways(report)),
        details=[pack(chunk) for chunk in details(report)],
    )


def _content_security_policy(style: str, script: str) -> str:
    """Return the policy under which nothing runs or loads but this style sheet and this script.

    Trusted Types without any policy make the browser refuse every assignment of text as markup.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {digest(script)}",
            f"style-src {digest(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
