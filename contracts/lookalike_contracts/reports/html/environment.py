"""How pages are made safe: every value is escaped, nothing is loaded, and no script runs but ours."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from ..escape import clean_text
from ..text import format_count

PACKAGE_FILES: Final = files(__package__)
STYLE: Final = (PACKAGE_FILES / "style.css").read_text("utf-8")
SCRIPT: Final = (PACKAGE_FILES / "script.js").read_text("utf-8")
# nothing is loaded, and no other script runs, whatever a server wrote into its answers
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    f"script-src 'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'; base-uri 'none'; form-action 'none'"
)
CODE_SPAN: Final = re.compile("`([^`]+)`")


def load_template(name: str) -> Template:
    """Return a template of this package, with our style, our script and the policy that allows no other."""
    return _load_environment().get_template(name)


@cache
def _load_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lookalike_contracts", "reports/html"),
        autoescape=True,
        finalize=_clean_value,
        # a name that the template misspells is an error, and not an empty place on the page
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(code_spans=_render_code_spans, css=_get_css_class, thousands="{:,}".format)
    environment.globals.update(
        format_count=format_count,
        style=Markup(STYLE),  # noqa: S704 - our own file
        script=Markup(SCRIPT),  # noqa: S704 - our own file, and byte by byte what the policy allows
        policy=Markup(CONTENT_SECURITY_POLICY),  # noqa: S704 - our own, and without a double quote
    )
    return environment


def _clean_value(value: Any) -> Any:
    """Clean each value that the template prints. What is Markup is ours, and clean."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean_text(value)
    return value


def _render_code_spans(text: str) -> Markup:
    """Return the text with `code` as an element. Everything is escaped, inside of it and outside."""
    # with one group in the pattern, what stands at an odd place is what stood between backticks
    parts = CODE_SPAN.split(clean_text(text))
    pieces = [Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)]
    return Markup("").join(pieces)


def _get_css_class(state: str) -> str:
    return state.replace(" ", "-")
