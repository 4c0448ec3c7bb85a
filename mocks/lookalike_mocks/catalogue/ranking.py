"""Which products look like a subject, best first, without looking at any of them.

A ranking is the subject's own kind, from the product most like it on to that one's neighbours, then the kinds ever less
like it. Every rank is computed; nothing is stored.
"""

from __future__ import annotations

from functools import cache

from .subject import Subject
from .words import kinds

NEAREST, REACH = 200, 801
SHUFFLES = 16
WIDTH = len(kinds())
Kinds = frozenset[int] | None


def total(subject: Subject, size: int, allowed: Kinds) -> int:
    """How many products a ranking holds, in a catalogue of that size and among the allowed kinds."""
    reach = min(size, NEAREST + subject.number % REACH)
    return reach if allowed is None else min(reach, sum(_population(size, kind) for kind in allowed))


def everything(subject: Subject, size: int, allowed: Kinds) -> list[int]:
    """The indexes of all products of a ranking."""
    return slice_of(subject, size, allowed, 0, total(subject, size, allowed))


def slice_of(subject: Subject, size: int, allowed: Kinds, start: int, stop: int) -> list[int]:
    """The indexes of the products from rank `start` to before rank `stop`, which is not beyond the total."""
    found: list[int] = []
    left, wanted = start, stop - start
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
    ring = range(kind, kind + population * WIDTH, WIDTH)
    first = subject.product // WIDTH if kind == subject.product % WIDTH else subject.number % population
    if subject.number % 2 == 0:
        ring, first = ring[::-1], population - 1 - first
    low, high = first + low, first + high
    found = list(ring[low:high])
    if high > population:
        found += ring[max(0, low - population) : high - population]
    return found


def _population(size: int, kind: int) -> int:
    return (size - kind + WIDTH - 1) // WIDTH


def _alike(subject: Subject, allowed: Kinds) -> tuple[int, ...]:
    """Every allowed kind, those most like the subject's first: its own, its category's, the others."""
    order = _order(subject.product % WIDTH, subject.number % SHUFFLES)
    return order if allowed is None else tuple(kind for kind in order if kind in allowed)


@cache
def _order(own: int, shuffle: int) -> tuple[int, ...]:
    """The kinds from the own one outwards; what is equally unlike comes in one of SHUFFLES orders."""
    table = kinds()
    return tuple(
        sorted(range(len(table)), key=lambda at: (at != own, table[at].aliyun != table[own].aliyun, at ^ shuffle))
    )
