"""Which products look like a subject, best first, without looking at any of them."""

from __future__ import annotations

from functools import lru_cache
from math import gcd

import msgspec

from .subject import Subject
from .words import kinds

NEAREST, REACH = 200, 801


class Run(msgspec.Struct, frozen=True):
    """Products of one kind in an order of their own: `count` of them from rank `start` on."""

    start: int
    count: int
    kind: int
    first: int
    step: int
    population: int


@lru_cache(maxsize=4096)
def runs(subject: Subject, size: int, allowed: frozenset[int] | None) -> tuple[Run, ...]:
    """The runs that make up a ranking: the subject's own kind, then kinds ever less like it."""
    reach = min(size, NEAREST + subject.number % REACH)
    found, start = [], 0
    for kind in _alike(subject, allowed):
        population = (size - kind + len(kinds()) - 1) // len(kinds())
        if population > 0 and start < reach:
            count = min(population, reach - start)
            found.append(
                Run(start, count, kind, _first(subject, kind, population), _step(subject, population), population)
            )
            start += count
    return tuple(found)


def total(ranking: tuple[Run, ...]) -> int:
    """How many products a ranking holds."""
    return ranking[-1].start + ranking[-1].count if ranking else 0


def slice_of(ranking: tuple[Run, ...], start: int, stop: int) -> list[int]:
    """The indexes of the products from rank `start` to before rank `stop`."""
    found: list[int] = []
    width = len(kinds())
    for run in ranking:
        low, high = max(start, run.start) - run.start, min(stop, run.start + run.count) - run.start
        first, step, population, kind = run.first, run.step, run.population, run.kind
        found += [(first + rank * step) % population * width + kind for rank in range(low, high)]
    return found


def _alike(subject: Subject, allowed: frozenset[int] | None) -> list[int]:
    """Every allowed kind, those most like the subject's first: its own, its category's, the others."""
    table = kinds()
    own = table[subject.product % len(table)]
    order = sorted(
        range(len(table)),
        key=lambda at: (table[at] is not own, table[at].aliyun != own.aliyun, at ^ subject.number % 64),
    )
    return [at for at in order if allowed is None or at in allowed]


def _first(subject: Subject, kind: int, population: int) -> int:
    own, at = subject.product % len(kinds()), subject.product // len(kinds())
    return at if own == kind else subject.number % population


def _step(subject: Subject, population: int) -> int:
    """A step that meets every product of a kind once."""
    step = subject.number // 97 % population or 1
    while gcd(step, population) != 1:
        step += 1
    return step
