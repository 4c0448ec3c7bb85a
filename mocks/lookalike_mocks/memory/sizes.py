"""How many bytes a value takes in memory, about as CPython lays it out."""

from __future__ import annotations

import sys
from typing import Any

import msgspec


def measure_value(value: Any) -> int:
    """Return the bytes of a value with all that is in it: containers and msgspec's structs are followed.

    What several values share counts each time. So the figure is never too small where it has to hold a bound.
    """
    size = sys.getsizeof(value)
    if isinstance(value, str | bytes | int | float) or value is None:
        return size
    if isinstance(value, tuple | list | frozenset | set):
        return size + sum(map(measure_value, value))
    if isinstance(value, dict):
        return size + sum(map(measure_value, value)) + sum(map(measure_value, value.values()))
    if isinstance(value, msgspec.Struct):
        return size + sum(measure_value(getattr(value, name)) for name in value.__struct_fields__)
    return size
