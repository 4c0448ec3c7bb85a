"""What a check is given: one operation of one API at one server, and the ways to ask it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import uuid4
from zlib import crc32

from hypothesis.strategies import SearchStrategy

from lookalike_specs import Api, Operation, SecurityScheme
from lookalike_specs.extensions import Reaction
from lookalike_specs.messages import Request
from lookalike_specs.pointers import MISSING, resolve_pointer
from lookalike_specs.provenance import ProvenanceKind
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SCHEMES, SigningContext

from .exceptions import CouldNotCheck
from .falsify import falsify
from .finding import Exchange, Failure
from .responses.classify import ResponseClassifier
from .responses.json_body import parse_json_body
from .responses.no_verdict import find_no_verdict
from .session import Session
from .severity import DEFAULT_TRUST, find_weakest, rate_severity
from .signed_request import SignedRequest, create_signed_request
from .transport import Target

Example = TypeVar("Example")
Result = TypeVar("Result")
Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class CheckContext:
    """One operation, who asks it, and how much; each check has its own, made by `for_check`.

    `account` holds the credentials under the vendor's own names. `seed` is the seed of the run, `check_seed` the one
    that follows from it for this check. `max_cases` bounds what a single property draws. `trust` are the kinds of
    provenance whose rules are errors when they are broken. `publish` is told of every exchange.
    """

    api: Api
    operation: Operation
    session: Session
    account: Mapping[str, str]
    variants: Mapping[str, str]
    seed: int = 0
    check_seed: int = 0
    max_cases: int = 20
    strict: bool = False
    trust: frozenset[ProvenanceKind] = DEFAULT_TRUST
    publish: Callable[[ExchangeRecorded], None] = lambda _: None
    # `replace` hands this very table on, so that all checks of an operation share it; see `compute_once`
    _computed: dict[Callable[[CheckContext], Any], Any] = field(default_factory=dict, repr=False)

    def for_check(self, check_id: str) -> CheckContext:
        """Return the context of one check: the same, with a seed that does not depend on which other checks run."""
        name = f"{self.seed}/{self.api.id}/{self.operation.id}/{check_id}"
        return replace(self, check_seed=crc32(name.encode()))

    def with_operation(self, operation: Operation, session: Session | None = None) -> CheckContext:
        """Return a context for another operation of the same API, asked as the same account; nobody is told of it."""
        return CheckContext(self.api, operation, session or self.session.fork(), self.account, self.variants)

    def compute_once(self, function: Callable[[CheckContext], Result]) -> Result:
        """Return function(context); it is called once for all checks of the operation, and what it returned is kept."""
        if function not in self._computed:
            self._computed[function] = function(self)
        return cast(Result, self._computed[function])

    @property
    def target(self) -> Target:
        """Return the server that is asked."""
        return self.session.target

    @property
    def classifier(self) -> ResponseClassifier:
        """Return what tells good responses from errors."""
        return self.compute_once(_create_classifier)

    @property
    def schemes(self) -> tuple[SecurityScheme, ...]:
        """Return the security schemes that count under these variants."""
        return self.compute_once(_select_schemes)

    @property
    def example_values(self) -> dict[str, Any]:
        """Return every value that the spec has an example for, by name."""
        return self.compute_once(_collect_example_values)

    @property
    def plain_exchange(self) -> Exchange:
        """Return the plain good request with its response; it is sent once for all checks of the operation.

        Raise CouldNotCheck, TimeLimitExceeded.
        """
        return self.compute_once(_send_plain_request)

    def build_values(self, scheme: SecurityScheme | None = None) -> dict[str, Any]:
        """Return the values of a good request: the spec's own example in its shortest form, and what a scheme needs.

        Where a value comes from another operation's response, that operation is asked first, once. Raise
        CouldNotCheck, TimeLimitExceeded.
        """
        signing_scheme = SCHEMES[(scheme or self.schemes[0]).extension.scheme]
        examples = self.example_values
        required = {name: examples[name] for name in signing_scheme.required_parameters if name in examples}
        return required | self.compute_once(_build_sample_values) | self.compute_once(_fetch_dependent_values)

    def resolve_reaction(self, reaction: Reaction) -> str:
        """Return what a reaction of the document comes to under these variants."""
        if isinstance(reaction, str):
            return reaction
        return reaction[self.variants[reaction["variant"]]]

    def resolve_error(self, error: str) -> str:
        """Return the error that this operation answers in the place of another one."""
        return self.operation.extension.error_aliases.get(error, error)

    def build_signed_request(
        self, values: Values, scheme: SecurityScheme | None = None, signing_context: SigningContext | None = None
    ) -> SignedRequest:
        """Return the request with these values, signed as the account: its bytes are signed, not the values."""
        return self.sign_request(build_request(self.operation, values, self.target.url), scheme, signing_context)

    def sign_request(
        self, request: Request, scheme: SecurityScheme | None = None, signing_context: SigningContext | None = None
    ) -> SignedRequest:
        """Return a request with the account's proof, by the operation's first scheme unless another one is named."""
        return create_signed_request(
            request, scheme or self.schemes[0], self.account, signing_context or create_signing_context()
        )

    def send_sample(self, **changes: Any) -> Exchange:
        """Send the good request with these changes; a parameter of None is left out.

        Raise CouldNotCheck, TimeLimitExceeded.
        """
        values = {name: value for name, value in (self.build_values() | changes).items() if value is not None}
        return self.send(self.build_signed_request(values))

    def send(self, request: Request) -> Exchange:
        """Send a request as it stands. Raise CouldNotCheck, TimeLimitExceeded.

        CouldNotCheck is raised for a refusal too that says nothing of the request, such as one for too many requests.
        """
        exchange = self.session.send(request)
        no_verdict = find_no_verdict(self.classifier, *exchange)
        is_judged = no_verdict is None or no_verdict.is_documented
        self.publish(ExchangeRecorded(self, exchange, is_judged))
        if no_verdict is not None:
            raise CouldNotCheck(no_verdict.reason)
        return exchange

    def falsify(
        self, strategy: SearchStrategy[Example], rule: Callable[[Example], Failure | None], cases: int = 0
    ) -> Failure | None:
        """Return the simplest case that breaks a rule, seen again; None when no case that was drawn breaks it.

        A case that is only worth a note is returned where there is nothing worse.
        """
        count = cases or self.max_cases
        has_note = False

        def hold_rule(example: Example) -> Failure | None:
            nonlocal has_note
            failure = rule(example)
            # Hypothesis follows the first failure that it meets. If that were a note, nobody would ever see the error
            # that one of the next cases shows.
            if failure is not None and self.is_note(failure):
                has_note = True
                return None
            return failure

        failure = falsify(strategy, hold_rule, seed=self.check_seed, cases=count)
        if failure is None and has_note:
            failure = falsify(strategy, rule, seed=self.check_seed, cases=count)
        return failure

    def is_note(self, failure: Failure) -> bool:
        """Return whether a failure rests on something that we made up, and is no more than a note."""
        _, provenance = find_weakest(self.api, (failure.rule or self.operation.pointer, *failure.premises))
        return rate_severity(provenance.kind, self.trust) == "note"


def create_signing_context() -> SigningContext:
    """Return the present, with a nonce that nobody had."""
    return SigningContext(datetime.now(UTC), uuid4().hex)


def _create_classifier(context: CheckContext) -> ResponseClassifier:
    return ResponseClassifier(context.api, context.operation, context.variants)


def _select_schemes(context: CheckContext) -> tuple[SecurityScheme, ...]:
    return tuple(scheme for scheme in context.operation.schemes if scheme.is_active(context.variants))


def _collect_example_values(context: CheckContext) -> dict[str, Any]:
    return collect_examples(context.api, context.operation)


def _send_plain_request(context: CheckContext) -> Exchange:
    return context.send_sample()


def _build_sample_values(context: CheckContext) -> dict[str, Any]:
    return build_minimal_values(context.api, context.operation, context.account)


def _fetch_dependent_values(context: CheckContext) -> dict[str, Any]:
    """Return the values that another operation's response gives. Raise CouldNotCheck, TimeLimitExceeded.

    A search by the name of an image, for example, needs the name of one that is stored for sure: an image that another
    search found.
    """
    dependency = context.operation.extension.invariants.depends_on
    if dependency is None:
        return {}
    other = next(operation for operation in context.api.operations if operation.id == dependency.operation)
    body = parse_json_body(context.with_operation(other).send_sample().response)
    values = {name: resolve_pointer(body, pointer) for name, pointer in dependency.values.items()}
    if MISSING in values.values():
        raise CouldNotCheck(f"{context.operation.id} needs {', '.join(values)} from {other.id}, which gave none")
    return values


@dataclass(frozen=True)
class ExchangeRecorded:
    """An event of the run (`events.py` has the others): a request was answered; `context` is the one that sent it.

    It is not judged where the API did not answer, but a proxy that found the server too busy.
    """

    context: CheckContext
    exchange: Exchange
    is_judged: bool = True
