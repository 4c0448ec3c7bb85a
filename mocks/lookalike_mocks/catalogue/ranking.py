"""Which products look like a subject, best first, without looking at any of them."""

from __future__ import annotations

from functools import cache

import msgspec

from .subject import Subject
from .words import kinds

NEAREST, REACH = 200, 801
SHUFFLES = 16


class Run(msgspec.Struct, frozen=True):
    """Neighbours of one kind, `count` of them from rank `start` on; the last one's neighbour is the first."""

    start: int
    count: int
    kind: int
    first: int
    step: int
    population: int


def runs(subject: Subject, size: int, allowed: frozenset[int] | None) -> tuple[Run, ...]:
    """The runs that make up a ranking: the subject's own kind, then kinds ever less like it."""
    reach = min(size, NEAREST + subject.number % REACH)
    found, start = [], 0
    for kind in _alike(subject, allowed):
        population = (size - kind + len(kinds()) - 1) // len(kinds())
        if population > 0 and start < reach:
            count = min(population, reach - start)
            step = 1 if subject.number % 2 else -1
            found.append(Run(start, count, kind, _first(subject, kind, population), step, population))
            start += count
    return tuple(found)


def total(ranking: tuple[Run, ...]) -> int:
    """How many products a ranking holds."""
    return ranking[-1].start + ranking[-1].count if ranking else 0


def slice_of(ranking: tuple[Run, ...], start: int, stop: int) -> list[int]:
    """The indexes of the products from rank `start` to before rank `stop`."""
    found: list[int] = []
    for run in ranking:
        if run.start >= stop:
            break
        if run.start + run.count > start:
            found += _part(run, max(start, run.start) - run.start, min(stop - run.start, run.count))
    return found


def _part(run: Run, low: int, high: int) -> list[int]:
    width, first, step, population, kind = len(kinds()), run.first, run.step, run.population, run.kind
    return [(first + rank * step) % population * width + kind for rank in range(low, high)]


def _alike(subject: Subject, allowed: frozenset[int] | None) -> tuple[int, ...]:
    """Every allowed kind, those most like the subject's first: its own, its category's, the others."""
    order = _order(subject.product % len(kinds()), subject.number % SHUFFLES)
    return order if allowed is None else tuple(at for at in order if at in allowed)


@cache
def _order(own: int, shuffle: int) -> tuple[int, ...]:
    """The kinds from the own one outwards; what is equally unlike comes in one of SHUFFLES orders."""
    table = kinds()
    return tuple(
        sorted(range(len(table)), key=lambda at: (at != own, table[at].aliyun != table[own].aliyun, at ^ shuffle))
    )


def _first(subject: Subject, kind: int, population: int) -> int:
    own, at = subject.product % len(kinds()), subject.product // len(kinds())
    return at if own == kind else subject.number % population
