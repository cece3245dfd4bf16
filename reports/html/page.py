"""What every page is made of: style sheets and scripts that stand in it, and templates that escape."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from reports.html import text

PACKAGE: Final = "reports.html"


def digest(content: str) -> str:
    """Return the CSP source expression of an inline element with this content."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _read(path: str) -> str:
    return resources.files(PACKAGE).joinpath(path).read_text("utf-8")


def bundle(kind: str, names: tuple[str, ...]) -> str:
    """Return the modules of a style sheet (``css``) or script (``js``) as one."""
    return "\n".join(_read(f"{kind}/{name}.{kind}") for name in names)


@cache
def environment() -> Environment:
    """Return what templates are read and written with."""
    made = Environment(
        loader=FunctionLoader(lambda name: _read(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        shown=text.shown,
        number=text.number,
        percent=text.percent,
        moment=text.moment,
        plural=text.plural,
        signed=text.signed,
        days=text.days,
    )
    return made


def template(name: str) -> Template:
    """Return a template, which escapes whatever it is given."""
    return environment().get_template(name)
