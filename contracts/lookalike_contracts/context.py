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

from lookalike_specs import Api, Operation, SecurityScheme
from lookalike_specs.extensions import Reaction
from lookalike_specs.messages import Request
from lookalike_specs.pointers import MISSING, resolve_pointer
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SCHEMES, SigningContext
from lookalike_specs.signing.sign import sign

from .exceptions import CouldNotCheck, TimeLimitExceeded
from .falsify import falsify
from .finding import Exchange, Failure
from .responses.classify import ResponseClassifier, parse_json_body
from .transport import Target

Example = TypeVar("Example")
Values = Mapping[str, Any]


@dataclass
class CheckContext:
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
    max_cases: int = 20
    strict: bool = False
    max_seconds: float = 0.0
    deadline: float = float("inf")
    on_exchange: Callable[[CheckContext, Exchange], None] = lambda _, __: None
    request_count: int = field(default=0, init=False)
    cache: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    check_seed: int = field(default=0, init=False)

    @cached_property
    def classifier(self) -> ResponseClassifier:
        """Tells good answers from errors."""
        return ResponseClassifier(self.api, self.operation, self.variants)

    @cached_property
    def schemes(self) -> tuple[SecurityScheme, ...]:
        """The ways to prove who calls that count under these variants."""
        return tuple(scheme for scheme in self.operation.schemes if scheme.is_active(self.variants))

    def build_values(self, scheme: SecurityScheme | None = None) -> dict[str, Any]:
        """A good request's values: the spec's own example, shortest form."""
        needs = SCHEMES[(scheme or self.schemes[0]).extension.scheme].required_parameters
        return (
            {name: self.example_values[name] for name in needs if name in self.example_values}
            | self._sample_values
            | self._dependent_values
        )

    @cached_property
    def example_values(self) -> dict[str, Any]:
        """Every value that the spec has an example for, by name."""
        return collect_examples(self.api, self.operation)

    @cached_property
    def _sample_values(self) -> dict[str, Any]:
        return build_minimal_values(self.api, self.operation, self.account)

    @cached_property
    def _dependent_values(self) -> dict[str, Any]:
        """Values that another operation's answer gives. Raises CouldNotCheck, OutOfTime."""
        after = self.operation.extension.invariants.depends_on
        if after is None:
            return {}
        other = next(each for each in self.api.operations if each.id == after.operation)
        body = parse_json_body(self.with_operation(other).send_sample().response)
        found = {name: resolve_pointer(body, pointer) for name, pointer in after.values.items()}
        if MISSING in found.values():
            raise CouldNotCheck(f"{self.operation.id} needs {', '.join(found)} from {other.id}, which gave none")
        return found

    def with_operation(self, operation: Operation) -> CheckContext:
        """Another operation of the same API, asked as the same account; nobody looks at its answers."""
        return CheckContext(
            self.api,
            operation,
            self.target,
            self.account,
            self.variants,
            max_seconds=self.max_seconds,
            deadline=self.deadline,
        )

    def resolve_reaction(self, reaction: Reaction) -> str:
        """What a reaction of the document comes to under these variants."""
        return reaction if isinstance(reaction, str) else reaction[self.variants[reaction["variant"]]]

    def resolve_error(self, error: str) -> str:
        """The error that this operation answers in the place of that one."""
        return self.operation.extension.error_aliases.get(error, error)

    def build_signed_request(
        self, values: Values, scheme: SecurityScheme | None = None, moment: SigningContext | None = None
    ) -> Request:
        """The request with these values, signed as the account; the wire's form is signed, not the values."""
        return self.sign_request(build_request(self.operation, values, self.target.url), scheme, moment)

    def sign_request(
        self, request: Request, scheme: SecurityScheme | None = None, moment: SigningContext | None = None
    ) -> Request:
        """A request with the account's proof."""
        return sign(request, scheme or self.schemes[0], self.account, moment or create_signing_context())

    def send_sample(self, **changes: Any) -> Exchange:
        """Ask for the good request with these values besides (None: without). Raises CouldNotCheck, OutOfTime."""
        values = {name: value for name, value in (self.build_values() | changes).items() if value is not None}
        return self.send(self.build_signed_request(values))

    def send(self, request: Request) -> Exchange:
        """Send a request as it stands. Raises CouldNotCheck, OutOfTime."""
        if time.monotonic() > self.deadline:
            raise TimeLimitExceeded(self.max_seconds)
        self.request_count += 1
        exchange = Exchange(request, self.target.send(request))
        self.on_exchange(self, exchange)
        return exchange

    def falsify(
        self, strategy: SearchStrategy[Example], rule: Callable[[Example], Failure | None], cases: int = 0
    ) -> Failure | None:
        """Hold a rule for whatever is drawn: the simplest case that breaks it, seen again; None when none was found."""
        return falsify(strategy, rule, seed=self.check_seed, cases=cases or self.max_cases)


def create_signing_context() -> SigningContext:
    """The present, and a nonce that nobody had."""
    return SigningContext(datetime.now(UTC), uuid4().hex)
