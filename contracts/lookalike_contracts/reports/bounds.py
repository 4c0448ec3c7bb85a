"""How much of a finding a report shows: 8 kB, whatever a server answers, and what is left out is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..reproduction import Evidence
from ..reproduction.text import truncate_bytes

# in UTF-8, of everything that a report says of one finding
MAX_FINDING_BYTES: Final = 8 * 1024
MAX_MESSAGE_BYTES: Final = 800
MAX_POINTER_BYTES: Final = 200
MAX_SOURCE_BYTES: Final = 300
# Of the four texts that show a finding, each has its share of what is left. What one of them does not need goes to the
# response, which is what people look at.
MAX_CURL_BYTES: Final = 1800
MAX_PYTHON_BYTES: Final = 1800
MAX_REQUEST_BYTES: Final = 900
MIN_RESPONSE_BYTES: Final = 900


def bound_evidence(evidence: Evidence) -> Evidence:
    """Return the evidence with every text cut so that all of it fits into MAX_FINDING_BYTES."""
    curl = truncate_lines(evidence.curl, MAX_CURL_BYTES)
    python = truncate_bytes(evidence.python, MAX_PYTHON_BYTES)
    request = truncate_bytes(evidence.request, MAX_REQUEST_BYTES)
    spare = MAX_CURL_BYTES + MAX_PYTHON_BYTES + MAX_REQUEST_BYTES - sum(map(_measure, (curl, python, request)))
    return replace(
        evidence,
        message=truncate_bytes(evidence.message, MAX_MESSAGE_BYTES),
        pointer=truncate_bytes(evidence.pointer, MAX_POINTER_BYTES),
        curl=curl,
        python=python,
        request=request,
        response=truncate_bytes(evidence.response, MIN_RESPONSE_BYTES + max(0, spare)),
    )


def truncate_lines(text: str, max_bytes: int) -> str:
    """Return the first lines of a text, as many as fit, and a comment that says how many do not.

    A line for a shell that is cut in the middle would be another command.
    """
    if _measure(text) <= max_bytes:
        return text
    lines = text.splitlines()
    kept = list[str]()
    size = 0
    for line in lines:
        size += _measure(line) + 1
        if size > max_bytes:
            break
        kept.append(line)
    kept.append(f"# too long to be shown: {len(lines) - len(kept)} of {len(lines)} lines")
    return "\n".join(kept)


def _measure(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))
