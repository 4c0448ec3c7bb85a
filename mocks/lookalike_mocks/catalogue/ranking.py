"""Which products look like a subject, best first, without looking at any of them.

A ranking is the subject's own kind, from the product most like it on to that one's neighbours, then the kinds ever less
like it. Every rank is computed; nothing is stored.
"""

from __future__ import annotations

from functools import cache

from .subject import Subject
from .words import load_kinds

MIN_RANKED, RANKED_SPREAD = 200, 801
SHUFFLE_COUNT = 16
KIND_COUNT = len(load_kinds())
AllowedKinds = frozenset[int] | None


def count_ranked(subject: Subject, size: int, allowed: AllowedKinds) -> int:
    """How many products a ranking holds, in a catalogue of that size and among the allowed kinds."""
    reach = min(size, MIN_RANKED + subject.number % RANKED_SPREAD)
    return reach if allowed is None else min(reach, sum(_count_products(size, kind) for kind in allowed))


def rank_all(subject: Subject, size: int, allowed: AllowedKinds) -> list[int]:
    """The indexes of all products of a ranking."""
    return rank_slice(subject, size, allowed, 0, count_ranked(subject, size, allowed))


def rank_slice(subject: Subject, size: int, allowed: AllowedKinds, start: int, stop: int) -> list[int]:
    """The indexes of the products from rank `start` to before rank `stop`, which is not beyond the total."""
    found: list[int] = []
    left, wanted = start, stop - start
    for kind in _order_allowed_kinds(subject, allowed):
        population = _count_products(size, kind)
        if left < population:
            found += _list_neighbours(subject, kind, population, left, min(population, left + wanted - len(found)))
        left = max(0, left - population)
        if len(found) >= wanted:
            break
    return found


def _list_neighbours(subject: Subject, kind: int, population: int, low: int, high: int) -> list[int]:
    """Products of one kind in a ring; its last one's neighbour is its first."""
    ring = range(kind, kind + population * KIND_COUNT, KIND_COUNT)
    first = subject.product_index // KIND_COUNT if kind == subject.product_index % KIND_COUNT else subject.number % population
    if subject.number % 2 == 0:
        ring, first = ring[::-1], population - 1 - first
    low, high = first + low, first + high
    found = list(ring[low:high])
    if high > population:
        found += ring[max(0, low - population) : high - population]
    return found


def _count_products(size: int, kind: int) -> int:
    return (size - kind + KIND_COUNT - 1) // KIND_COUNT


def _order_allowed_kinds(subject: Subject, allowed: AllowedKinds) -> tuple[int, ...]:
    """Every allowed kind, those most like the subject's first: its own, its category's, the others."""
    order = _order_kinds(subject.product_index % KIND_COUNT, subject.number % SHUFFLE_COUNT)
    return order if allowed is None else tuple(kind for kind in order if kind in allowed)


@cache
def _order_kinds(own: int, shuffle: int) -> tuple[int, ...]:
    """The kinds from the own one outwards; what is equally unlike comes in one of SHUFFLES orders."""
    table = load_kinds()
    return tuple(
        sorted(range(len(table)), key=lambda at: (at != own, table[at].aliyun != table[own].aliyun, at ^ shuffle))
    )
