"""Why a request was answered with anything but its ordinary answer: one record, and one plain sentence of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, Literal

import msgspec

from lookalike_specs.messages import Request

# `request`: the request itself broke a rule. `prefer`, `schedule`, `trigger`: somebody asked for it, by the header
# `Prefer`, beforehand in the sandbox, or by a value that names a situation. `weather`: it came by chance, in a sandbox
# whose tester asked for that. `account`, `quota`: the state of whoever calls. `mock`: no vendor answered, but Lookalike
# itself.
Origin = Literal["request", "prefer", "schedule", "trigger", "weather", "account", "quota", "mock"]
# the rules of requests that an API was found for and no operation, and that not even an API was
NO_OPERATION: Final = "no-operation"
NO_API: Final = "no-api"
ROUTE_RULES: Final = (NO_OPERATION, NO_API)
MAX_SOURCE_LENGTH: Final = 200
# of a value that a client sent, and of a name that it made up
MAX_VALUE_LENGTH: Final = 80
# what is kept of it until secrets are covered
MAX_KEPT_LENGTH: Final = 1000
# and what turns the direction of a line around, or cannot be seen, such as U+202E and U+200B
CONTROL_CHARACTERS: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e007f]"
)


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was answered as it was; no secret stands in it, and each of its texts is bounded.

    `text` is a sentence without its full stop. `rule` is a keyword of JSON Schema (`maximum`), a kind of refusal
    (`mismatch`), or a name of our own; `value` what was sent, as it is quoted; `limit` what the rule allows. `pointer`
    is the rule's place in the API's document; `provenance` (documented, measured, inferred, invented) and `source` say
    where that rule comes from, and are "" where it is nobody's.
    """

    text: str
    origin: Origin = "request"
    error: str = ""
    parameter: str = ""
    rule: str = ""
    value: str = ""
    limit: Any = None
    pointer: str = ""
    provenance: str = ""
    source: str = ""

    def __str__(self) -> str:
        """Return the sentence, and in brackets where the rule comes from."""
        if not self.provenance:
            return self.text
        source = self.source
        if len(source) > MAX_SOURCE_LENGTH:
            source = f"{source[:MAX_SOURCE_LENGTH]}…"
        return f"{self.text} ({self.provenance}: {source})"

    @property
    def is_requested(self) -> bool:
        """Return whether somebody asked for this answer, so that the request itself is not to blame."""
        return self.origin in ("prefer", "schedule", "trigger", "weather", "account", "quota")


# Explains an exchange's request when somebody looks: most exchanges are never looked at, and an explanation costs as
# much as an answer.
ReasonFinder = Callable[[Request], Reason]


def quote_value(value: Any) -> str:
    """Return a value as a sentence quotes it: texts in quotes, `true` and not `True`, cut to MAX_KEPT_LENGTH."""
    if isinstance(value, str):
        length = MAX_KEPT_LENGTH
        if not value.isascii():
            # one emoji makes each of its letters take four bytes in memory
            length //= 4
        return f"'{cut_text(value, length)}'"
    try:
        return cut_text(msgspec.json.encode(value).decode(), MAX_KEPT_LENGTH)
    except (TypeError, UnicodeEncodeError, RecursionError):
        return "…"


def cut_text(text: str, length: int = MAX_VALUE_LENGTH) -> str:
    """Return the beginning of a text, on one line: what a terminal or a header would stumble over becomes U+FFFD."""
    if len(text) > length:
        text = f"{text[:length]}…"
    return CONTROL_CHARACTERS.sub("\ufffd", text)
