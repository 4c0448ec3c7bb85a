"""What an upload's policy allows: JSON in Base64, with a time, and conditions on fields and on the file's size."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec

Kind = Literal["condition", "conditions", "too-large", "too-small"]
RANGE: Final = "content-length-range"
# until when, in a year of four digits
LATEST: Final = 253_402_300_799
MOST_TOLD: Final = 1000


class Policy(NamedTuple):
    """Until when (seconds since 1970), and what has to hold; conditions are as they were sent."""

    expires: float
    conditions: list[Any]


class Broken(NamedTuple):
    """A condition that does not hold, or is none, and how."""

    kind: Kind
    condition: str


def text_of(seconds: float) -> str:
    """A time as a policy has it: `2026-11-21T01:26:27.000Z`."""
    at = datetime.fromtimestamp(min(max(seconds, 0), LATEST), UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(text: str) -> Policy | None:
    """What a policy says; None when it is not JSON in Base64, or does not say until when."""
    try:
        found = msgspec.json.decode(b64decode(text, validate=True))
        expires = datetime.fromisoformat(found["expiration"])
    except (ValueError, TypeError, KeyError, RecursionError, msgspec.DecodeError):
        return None
    conditions = found.get("conditions")
    given = conditions if isinstance(conditions, list) else []
    return Policy(expires.timestamp(), given) if expires.tzinfo else None


def broken(policy: Policy, fields: Mapping[str, str], size: int) -> Broken | None:
    """The first condition that does not hold for these fields and a file of that size."""
    if not policy.conditions:
        return Broken("conditions", "")
    for condition in policy.conditions:
        if kind := _broken(condition, fields, size):
            return Broken(kind, told(condition))
    return None


def told(condition: Any) -> str:
    """A condition as an error quotes it."""
    return json.dumps(condition, ensure_ascii=False)[:MOST_TOLD]


def _broken(condition: Any, fields: Mapping[str, str], size: int) -> Kind | None:
    if isinstance(condition, dict) and len(condition) == 1:
        (name, wanted), way = next(iter(condition.items())), "eq"
    elif isinstance(condition, list) and len(condition) == 3:
        way, name, wanted = condition
    else:
        return "conditions"
    if way == RANGE:
        return _size(size, name, wanted)
    holds = MATCHES.get(way) if isinstance(way, str) and isinstance(name, str) else None
    if holds is None or not isinstance(wanted, list if way.endswith("in") else str):
        return "conditions"
    return None if holds(fields.get(name.removeprefix("$"), ""), wanted) else "condition"


def _size(size: int, least: Any, most: Any) -> Kind | None:
    if not (isinstance(least, int) and isinstance(most, int)):
        return "conditions"
    return "too-small" if size < least else "too-large" if size > most else None


MATCHES: Final[Mapping[str, Callable[[str, Any], bool]]] = {
    "eq": lambda value, wanted: value == wanted,
    "starts-with": lambda value, wanted: value.startswith(wanted),
    "in": lambda value, wanted: value in wanted,
    "not-in": lambda value, wanted: value not in wanted,
}
