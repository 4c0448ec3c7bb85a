"""JSON pointers into answers; `*` stands for every position of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lookalike_specs.document import escape_pointer_token, unescape_pointer_token


class Missing:
    """What stands where nothing stands."""

    def __repr__(self) -> str:
        return "nothing"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


def resolve_pointer(value: Any, pointer: str) -> Any:
    """What stands there, or MISSING."""
    for step in split_pointer(pointer):
        if isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(value, list) and step.isascii() and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def iter_matches(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """Each place that a pointer with `*` means, and what stands there."""
    first, star, rest = pointer.partition("/*")
    found = resolve_pointer(value, first)
    if not star:
        if found is not MISSING:
            yield first, found
    elif isinstance(found, list):
        for place, item in enumerate(found):
            yield from ((f"{first}/{place}{inner}", inside) for inner, inside in iter_matches(item, rest))


def blank_values(value: Any, pointers: tuple[str, ...]) -> Any:
    """A copy of it with None in those places."""
    if not pointers:
        return value
    if "" in pointers:
        return None
    if isinstance(value, dict):
        return {key: blank_values(inner, _select_below(pointers, key)) for key, inner in value.items()}
    if isinstance(value, list):
        below = _select_below(pointers, "*")
        return [blank_values(inner, below + _select_below(pointers, str(place))) for place, inner in enumerate(value)]
    return value


def split_pointer(pointer: str) -> list[str]:
    """The names in a pointer."""
    return [unescape_pointer_token(step) for step in pointer.split("/")[1:]]


def _select_below(pointers: tuple[str, ...], step: str) -> tuple[str, ...]:
    here = f"/{escape_pointer_token(step)}"
    return tuple(p.removeprefix(here) for p in pointers if p == here or p.startswith(f"{here}/"))
