"""The first place where two answers differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from lookalike_specs.pointers import MISSING, join_pointer

from . import values

MAX_SHOWN_LENGTH: Final = 80


class Difference(NamedTuple):
    """A place, as a JSON pointer, and what stands there in the one body and in the other; MISSING for nothing."""

    pointer: str
    first: Any
    second: Any

    def __str__(self) -> str:
        location = f" at {self.pointer}" if self.pointer else ""
        return f"differs{location}: {show_value(self.first)} is not {show_value(self.second)}"


def find_difference(first: Any, second: Any, pointer: str = "") -> Difference | None:
    """Return the first place where two bodies differ, as deep inside as it can be named; None where they are the same."""
    children: Iterator[tuple[str, Any, Any]]
    if isinstance(first, dict) and isinstance(second, dict):
        children = _pair_members(first, second)
    elif isinstance(first, list) and isinstance(second, list):
        children = _pair_items(first, second)
    elif first == second and type(first) is type(second):
        # in Python 1 == 1.0 == True, and to a client these are three things
        return None
    else:
        return Difference(pointer, first, second)
    for step, first_value, second_value in children:
        difference = find_difference(first_value, second_value, pointer + join_pointer(step))
        if difference is not None:
            return difference
    return None


def show_value(value: Any) -> str:
    """Return a value for a message, shortened."""
    if value is MISSING:
        return "nothing"
    return values.show_value(value, MAX_SHOWN_LENGTH)


def _pair_members(first: dict[str, Any], second: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key, value in first.items():
        yield key, value, second.get(key, MISSING)
    for key, value in second.items():
        if key not in first:
            yield key, MISSING, value


def _pair_items(first: list[Any], second: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    for index in range(max(len(first), len(second))):
        first_value = first[index] if index < len(first) else MISSING
        second_value = second[index] if index < len(second) else MISSING
        yield str(index), first_value, second_value
