"""What `--require` asks for: how much of an API a command has to have met."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ..click_ext import CommandError, suggest_closest
from .traffic import ASPECTS, ApiTraffic, Aspect

PATTERN: Final = re.compile(r"([a-z]+)=(\d{1,6})(%?)")
MAX_PERCENTAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Requirement:
    """So much of one aspect: a percentage, or a number."""

    aspect: Aspect
    amount: int
    is_percentage: bool

    def __str__(self) -> str:
        sign = ""
        if self.is_percentage:
            sign = "%"
        return f"{self.aspect}={self.amount}{sign}"

    def is_met_by(self, traffic: ApiTraffic) -> bool:
        """Return whether the traffic of an API has as much."""
        coverage = traffic.coverage[self.aspect]
        if self.is_percentage:
            return coverage.percentage >= self.amount
        return len(coverage.met) >= self.amount


@dataclass(frozen=True, slots=True)
class UnmetRequirement:
    """A requirement that the traffic of an API does not meet."""

    requirement: Requirement
    traffic: ApiTraffic

    def __str__(self) -> str:
        coverage = self.traffic.coverage[self.requirement.aspect]
        amount = f"{len(coverage.met)} of {len(coverage.possible)}"
        return f"{self.traffic.api}: {self.requirement} is required, {amount} were met"


def parse_requirements(texts: Iterable[str]) -> tuple[Requirement, ...]:
    """Return what texts such as `situations=80%` and `errors=5` ask for. Raise CommandError."""
    return tuple(_parse_requirement(text) for text in texts)


def _parse_requirement(text: str) -> Requirement:
    match = PATTERN.fullmatch(text)
    if match is None:
        raise CommandError(f"--require is KIND=N or KIND=N%, such as situations=80%, not {text!r}")
    name, amount, sign = match.groups()
    for aspect in ASPECTS:
        if aspect != name:
            continue
        if sign and int(amount) > MAX_PERCENTAGE:
            raise CommandError(f"--require {text}: a share is from 0% to {MAX_PERCENTAGE}%, such as {aspect}=80%")
        return Requirement(aspect, int(amount), bool(sign))
    raise CommandError(f"--require: {name!r} is not one of {', '.join(ASPECTS)}{suggest_closest(name, list(ASPECTS))}")


def iter_unmet(requirements: Iterable[Requirement], traffics: Iterable[ApiTraffic]) -> Iterator[UnmetRequirement]:
    """Yield what is required of each of these APIs and was not met."""
    required = list(requirements)
    for traffic in traffics:
        for requirement in required:
            if not requirement.is_met_by(traffic):
                yield UnmetRequirement(requirement, traffic)
