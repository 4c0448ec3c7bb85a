"""JSON pointers into answers; `*` stands for every position of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lookalike_specs.document import escaped, unescaped


class Missing:
    """What stands where nothing stands."""

    def __repr__(self) -> str:
        return "nothing"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


def at(value: Any, pointer: str) -> Any:
    """What stands there, or MISSING."""
    for step in steps(pointer):
        if isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(value, list) and step.isascii() and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def every(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """Each place that a pointer with `*` means, and what stands there."""
    first, star, rest = pointer.partition("/*")
    found = at(value, first)
    if not star:
        if found is not MISSING:
            yield first, found
    elif isinstance(found, list):
        for place, item in enumerate(found):
            yield from ((f"{first}/{place}{inner}", inside) for inner, inside in every(item, rest))


def without(value: Any, pointers: tuple[str, ...]) -> Any:
    """A copy of it with None in those places."""
    if not pointers:
        return value
    if "" in pointers:
        return None
    if isinstance(value, dict):
        return {key: without(inner, _below(pointers, key)) for key, inner in value.items()}
    if isinstance(value, list):
        below = _below(pointers, "*")
        return [without(inner, below + _below(pointers, str(place))) for place, inner in enumerate(value)]
    return value


def steps(pointer: str) -> list[str]:
    """The names in a pointer."""
    return [unescaped(step) for step in pointer.split("/")[1:]]


def _below(pointers: tuple[str, ...], step: str) -> tuple[str, ...]:
    here = f"/{escaped(step)}"
    return tuple(p.removeprefix(here) for p in pointers if p == here or p.startswith(f"{here}/"))
