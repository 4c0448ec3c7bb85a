"""Which products look like a subject, best first, without looking at any of them.

A ranking is the subject's own kind, from the product most like it on to that one's neighbours, then the kinds ever less
like it. Every rank is computed; nothing is stored.
"""

from __future__ import annotations

from functools import cache

from .subject import Subject
from .words import kinds

NEAREST, REACH = 200, 801
MOST = NEAREST + REACH
SHUFFLES = 16
Kinds = frozenset[int] | None


def total(subject: Subject, size: int, allowed: Kinds) -> int:
    """How many products a ranking holds, in a catalogue of that size and among the allowed kinds."""
    reach = min(size, NEAREST + subject.number % REACH)
    return reach if allowed is None else min(reach, sum(_population(size, kind) for kind in allowed))


def slice_of(subject: Subject, size: int, allowed: Kinds, start: int, stop: int) -> list[int]:
    """The indexes of the products from rank `start` to before rank `stop`."""
    found: list[int] = []
    left, stop = start, min(stop, total(subject, size, allowed))
    wanted = stop - start
    for kind in _alike(subject, allowed):
        population = _population(size, kind)
        if left < population:
            found += _neighbours(subject, kind, population, left, min(population, left + wanted - len(found)))
        left = max(0, left - population)
        if len(found) >= wanted:
            break
    return found


def _neighbours(subject: Subject, kind: int, population: int, low: int, high: int) -> list[int]:
    """Products of one kind in a ring; its last one's neighbour is its first."""
    width, own = len(kinds()), subject.product % len(kinds())
    first = subject.product // width if kind == own else subject.number % population
    step = 1 if subject.number % 2 else -1
    return [(first + rank * step) % population * width + kind for rank in range(low, high)]


def _population(size: int, kind: int) -> int:
    width = len(kinds())
    return (size - kind + width - 1) // width


def _alike(subject: Subject, allowed: Kinds) -> tuple[int, ...]:
    """Every allowed kind, those most like the subject's first: its own, its category's, the others."""
    order = _order(subject.product % len(kinds()), subject.number % SHUFFLES)
    return order if allowed is None else tuple(kind for kind in order if kind in allowed)


@cache
def _order(own: int, shuffle: int) -> tuple[int, ...]:
    """The kinds from the own one outwards; what is equally unlike comes in one of SHUFFLES orders."""
    table = kinds()
    return tuple(
        sorted(range(len(table)), key=lambda at: (at != own, table[at].aliyun != table[own].aliyun, at ^ shuffle))
    )
