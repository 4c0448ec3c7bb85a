"""What a client would like to have, in `Prefer` headers (RFC 7240)."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from lookalike_specs.messages import Request

# a preference and its value, plain or quoted, as RFC 7240 has them; what separates them is passed over
PREFERENCE_PATTERN: Final = re.compile(r"""([^\s=,;"]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,;]*))?""")
# a head of 64 KB has room for 20,000, which would take longer to read than all else; who means one is among the first
MAX_PREFERENCES: Final = 100
ESCAPED_CHARACTER: Final = re.compile(r"\\(.)")


def parse_preferences(request: Request) -> dict[str, str]:
    """Return the preferences of all such headers, in lower case, and their values; of two alike the first counts.

    No more than MAX_PREFERENCES are read.
    """
    headers = [value.decode("latin-1") for key, value in request.headers if key == b"prefer"]
    if not headers:
        return {}
    preferences: dict[str, str] = {}
    for match in islice(PREFERENCE_PATTERN.finditer(",".join(headers)), MAX_PREFERENCES):
        name, value = match.groups(default="")
        text = value
        if len(value) > 1 and value.startswith('"') and value.endswith('"'):
            text = ESCAPED_CHARACTER.sub(r"\1", value[1:-1])
        preferences.setdefault(name.lower(), text)
    return preferences
