"""The HTML report: one file that a browser opens from disk, with no network and nothing to install.

The summary is written by a template with autoescape. Findings travel as compressed JSON that the page's own script
unpacks and shows as text only; the content security policy in the file admits that one script and one style sheet,
by hash, and forbids every load and every string-to-markup conversion.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from reports.html import text
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
    style = _bundle("css", STYLES)
    script = '(() => {\n"use strict";\n' + _bundle("js", SCRIPTS) + "})();\n"
    return _template().render(
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
            f"script-src {_digest(script)}",
            f"style-src {_digest(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _digest(content: str) -> str:
    """Return the CSP source expression of an inline element with this content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _read(path: str) -> str:
    return resources.files(__name__).joinpath(path).read_text("utf-8")


def _bundle(kind: str, names: tuple[str, ...]) -> str:
    return "\n".join(_read(f"{kind}/{name}.{kind}") for name in names)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: _read(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        shown=text.shown,
        number=text.number,
        percent=text.percent,
        moment=text.moment,
        plural=text.plural,
        signed=text.signed,
        days=text.days,
    )
    return environment


def _template() -> Template:
    return _environment().get_template("report.html.j2")
