"""What a client would like to have, in `Prefer` headers (RFC 7240)."""

from __future__ import annotations

import re
from typing import Final

from lookalike_specs.messages import Request

# a preference and its value, plain or quoted, as RFC 7240 has them; what separates them is passed over
PREFERENCE_PATTERN: Final = re.compile(r"""([^\s=,;"]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,;]*))?""")
ESCAPED_CHARACTER: Final = re.compile(r"\\(.)")


def parse_preferences(request: Request) -> dict[str, str]:
    """Return the preferences of all such headers, in lower case, and their values; of two alike the first counts."""
    headers = [value.decode("latin-1") for key, value in request.headers if key == b"prefer"]
    if not headers:
        return {}
    preferences: dict[str, str] = {}
    for name, value in PREFERENCE_PATTERN.findall(",".join(headers)):
        text = value
        if len(value) > 1 and value.startswith('"') and value.endswith('"'):
            text = ESCAPED_CHARACTER.sub(r"\1", value[1:-1])
        preferences.setdefault(name.lower(), text)
    return preferences
