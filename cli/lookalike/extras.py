"""Libraries that are not always installed, and the extra of ours that brings each."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

# import name -> extra, as in pyproject.toml
EXTRAS: Final[Mapping[str, str]] = {
    "h11": "contracts",
    "hypothesis": "contracts",
    "jinja2": "contracts",
    "jsonschema": "contracts",
    "jsonschema_path": "contracts",
    "openapi_core": "contracts",
    "schemathesis": "contracts",
    "werkzeug": "contracts",
    "anyio": "httpx",
    "httpx": "httpx",
    "respx": "respx",
    "trustme": "tls",
}
# extra -> what somebody wanted who lacks it
PURPOSES: Final[Mapping[str, str]] = {
    "contracts": "the judge",
    "httpx": "the transport of httpx",
    "respx": "the router of respx",
    "tls": "TLS",
}


def describe_missing_extra(error: ImportError) -> str | None:
    """Return what to install, where an import failed for want of an extra; None for any other failure.

    A library that is there and cannot import a part of itself is broken, and its own message says more.
    """
    library = (error.name or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or library not in EXTRAS or sys.modules.get(library):
        return None
    extra = EXTRAS[library]
    return f'{PURPOSES[extra]} needs an extra: pip install "lookalike[{extra}]"'
