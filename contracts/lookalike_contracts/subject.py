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
from lookalike_specs.extension import Reaction
from lookalike_specs.proof import PROOFS, Moment, prove
from lookalike_specs.sample import build, examples, sample
from lookalike_specs.wire import Request

from .answers.pointer import MISSING, at
from .answers.reading import Reader, parsed
from .errors import CouldNotCheck, OutOfTime
from .finding import Broken, Exchange
from .hold import hold
from .target import Target

Drawn = TypeVar("Drawn")
Values = Mapping[str, Any]


@dataclass
class Subject:
    """Who is asked, as whom, and how much.

    `account` are the credentials, under the vendor's own names; `cases` bounds what a single property draws; `until` is
    when the time is up, on time.monotonic(). `watch` is told of every exchange. `kept` is what checks share.
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
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    draw: int = field(default=0, init=False)

    @cached_property
    def reader(self) -> Reader:
        """Tells good answers from errors."""
        return Reader(self.api, self.operation, self.variants)

    @cached_property
    def schemes(self) -> tuple[Scheme, ...]:
        """The ways to prove who calls that count under these variants."""
        return tuple(scheme for scheme in self.operation.schemes if scheme.counts(self.variants))

    def values(self, scheme: Scheme | None = None) -> dict[str, Any]:
        """A good request's values: the spec's own example, shortest form."""
        needs = PROOFS[(scheme or self.schemes[0]).extension.scheme].needs
        return {name: self.known[name] for name in needs if name in self.known} | self._sample | self._given

    @cached_property
    def known(self) -> dict[str, Any]:
        """Every value that the spec has an example for, by name."""
        return examples(self.api, self.operation)

    @cached_property
    def _sample(self) -> dict[str, Any]:
        return sample(self.api, self.operation, self.account)

    @cached_property
    def _given(self) -> dict[str, Any]:
        """Values that another operation's answer gives. Raises CouldNotCheck, OutOfTime."""
        after = self.operation.extension.promises.after
        if after is None:
            return {}
        other = next(each for each in self.api.operations if each.id == after.operation)
        body = parsed(self.beside(other).ask().reply)
        found = {name: at(body, pointer) for name, pointer in after.values.items()}
        if MISSING in found.values():
            raise CouldNotCheck(f"{self.operation.id} needs {', '.join(found)} from {other.id}, which gave none")
        return found

    def beside(self, operation: Operation) -> Subject:
        """Another operation of the same API, asked as the same account; nobody looks at its answers."""
        return Subject(
            self.api, operation, self.target, self.account, self.variants, seconds=self.seconds, until=self.until
        )

    def chosen(self, reaction: Reaction) -> str:
        """What a reaction of the document comes to under these variants."""
        return reaction if isinstance(reaction, str) else reaction[self.variants[reaction["variant"]]]

    def error(self, error: str) -> str:
        """The error that this operation answers in the place of that one."""
        return self.operation.extension.instead.get(error, error)

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
