"""One operation of one API at one server, as the checks see it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import uuid4

from hypothesis.strategies import SearchStrategy

from lookalike_specs import Api, Operation, Scheme
from lookalike_specs.proof import PROOFS, Moment, prove
from lookalike_specs.sample import build, examples, sample
from lookalike_specs.wire import Request

from .errors import OutOfTime
from .finding import Broken, Exchange
from .hold import hold
from .reading import Reader
from .target import Target

Drawn = TypeVar("Drawn")
Values = Mapping[str, Any]


@dataclass
class Subject:
    """Who is asked, as whom, and how much.

    `account` are the credentials, under the vendor's own names; `cases` bounds what a single property draws; `until` is
    when the time is up, on time.monotonic(). `watch` is told of every exchange.
    """

    api: Api
    operation: Operation
    target: Target
    account: Mapping[str, str]
    variants: Mapping[str, str]
    seed: int = 0
    cases: int = 20
    strict: bool = False
    seconds: float = 0.0
    until: float = float("inf")
    watch: Callable[[Subject, Exchange], None] = lambda _, __: None
    asked: int = field(default=0, init=False)
    draw: int = field(default=0, init=False)

    @cached_property
    def reader(self) -> Reader:
        """Tells good answers from errors."""
        return Reader(self.api, self.operation, self.variants)

    @cached_property
    def schemes(self) -> tuple[Scheme, ...]:
        """The ways to prove who calls that count under these variants."""
        every = self.operation.schemes
        return tuple(s for s in every if s.extension.when is None or s.extension.when.holds(self.variants))

    def values(self, scheme: Scheme | None = None) -> dict[str, Any]:
        """A good request's values: the spec's own example, shortest form."""
        known = examples(self.api, self.operation)
        needs = PROOFS[(scheme or self.schemes[0]).extension.scheme].needs
        return {n: known[n] for n in needs if n in known} | sample(self.api, self.operation, self.account)

    def signed(self, values: Values, scheme: Scheme | None = None, moment: Moment | None = None) -> Request:
        """The request with these values, signed as the account; the wire's form is signed, not the values."""
        return self.proven(build(self.operation, values, self.target.url), scheme, moment)

    def proven(self, request: Request, scheme: Scheme | None = None, moment: Moment | None = None) -> Request:
        """A request with the account's proof."""
        return prove(request, scheme or self.schemes[0], self.account, moment or now())

    def ask(self, **changes: Any) -> Exchange:
        """Ask for the good request with these values besides (None: without). Raises CouldNotCheck, OutOfTime."""
        values = {name: value for name, value in (self.values() | changes).items() if value is not None}
        return self.send(self.signed(values))

    def send(self, request: Request) -> Exchange:
        """Send a request as it stands. Raises CouldNotCheck, OutOfTime."""
        if time.monotonic() > self.until:
            raise OutOfTime(self.seconds)
        self.asked += 1
        exchange = Exchange(request, self.target.send(request))
        self.watch(self, exchange)
        return exchange

    def hold(
        self, strategy: SearchStrategy[Drawn], rule: Callable[[Drawn], Broken | None], cases: int = 0
    ) -> Broken | None:
        """Hold a rule for whatever is drawn: the simplest case that breaks it, seen again; None when none was found."""
        return hold(strategy, rule, seed=self.draw, cases=cases or self.cases)


def now() -> Moment:
    """The present, and a nonce that nobody had."""
    return Moment(datetime.now(UTC), uuid4().hex)
