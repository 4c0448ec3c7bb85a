"""Hypothesis strategies: requests that an API takes, and responses that it could give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import msgspec

from lookalike_mocks import Mock
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_specs import Api, Field, Operation, load_api, resolve_variants
from lookalike_specs.messages import Pairs, Request, Response, parse_pairs
from lookalike_specs.request_builder import (
    build_minimal_values,
    build_request,
    collect_examples,
    format_value,
    select_required_credentials,
)
from lookalike_specs.signing import SCHEMES, SigningContext
from lookalike_specs.signing.sign import sign
from lookalike_specs.suggest import find_closest

from .embed import require_extra
from .situation_patterns import UnknownChoice, match_situations

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise ImportError("strategies need Hypothesis: pip install 'lookalike[pytest]'") from error

if TYPE_CHECKING:
    import httpx

ParameterOverrides = dict[str, Any]
# of a number that the document bounds below only
MAX_NUMBER_SPAN = 100
MAX_SEED = 2**16
# few goods: Hypothesis traces whatever is called, which makes a large catalogue slow
CATALOGUE_SIZE = 300


class DrawnResponse(Response, frozen=True, kw_only=True):
    """A response and what brought it: a situation ("" for none), a seed, and the parameters beside the spec's example."""

    situation: str
    seed: int
    parameters: Pairs

    def __repr__(self) -> str:
        causes = {"situation": self.situation, "seed": self.seed, "parameters": dict(self.parameters)}
        described = ", ".join(f"{name}={value!r}" for name, value in causes.items() if value)
        text = f"HTTP {self.status}, {len(self.body)} bytes"
        if described:
            text += f": {described}"
        return f"<{text}>"


class _Scenario(NamedTuple):
    situation: str
    seed: int
    variants: Mapping[str, str]


def requests(
    api: str, operation: str = "", *, signed: bool = True, account: Mapping[str, str] | None = None
) -> st.SearchStrategy[Request]:
    """Return a strategy of good requests for an operation (the first, when none is named).

    Values are the spec's examples, enumerations and bounds; the simplest is the spec's own example. A signed request is
    signed now, with a new nonce, as the account, else as the demo account. Raises UnknownApi, UnknownChoice.
    """
    spec = load_api(api)
    selected = _select_operation(spec, operation)
    caller = account or spec.account
    overrides = parameter_overrides(spec, selected)
    return overrides.map(lambda drawn: _build_request(spec, selected, drawn, caller, signed=signed))


def responses(
    api: str, operation: str = "", *, situations: str | Iterable[str] = "", variants: Mapping[str, str] | None = None
) -> st.SearchStrategy[DrawnResponse]:
    """Return a strategy of what an operation (the first, when none is named) could answer to good requests.

    `situations` are patterns such as `tmapi/4*`; without them pages and every documented error come. A variant's value
    may be `*`, for each that it has. The simplest response is a plain good page. Raises UnknownApi, UnknownVariant,
    UnknownChoice.
    """
    spec = load_api(api)
    selected = _select_operation(spec, operation)
    matches = match_situations(situations or f"{api}/*", selected.id)
    names = [situation.id for situation in matches if situation.kind != "fault"]
    if not situations:
        names.insert(0, "")  # the plain good page, first so that Hypothesis shrinks towards it
    values = {name: _list_variant_values(spec, name, value) for name, value in (variants or {}).items()}
    scenarios = st.builds(
        _Scenario,
        st.sampled_from(names),
        st.integers(0, MAX_SEED),
        st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in values.items()}),
    )
    overrides = parameter_overrides(spec, selected)
    # The look-alike is made here and not when the first response is drawn: that would take so long that Hypothesis
    # takes the strategy for a slow one (HealthCheck.too_slow).
    _create_mock(spec.id, tuple((name, choices[0]) for name, choices in values.items()))

    @st.composite
    def draw_response(draw: st.DrawFn) -> DrawnResponse:
        return _respond(spec, selected, draw(scenarios), draw(overrides))

    return draw_response()


def replay_transport(*responses: Response) -> httpx.MockTransport:
    """Return an httpx transport that gives these responses one after the other, and the last one for good."""
    with require_extra("replay_transport", "httpx"):
        import httpx  # noqa: PLC0415 - an extra

    remaining = list(responses)

    def respond(_: httpx.Request) -> httpx.Response:
        response = remaining[0]
        if len(remaining) > 1:
            remaining.pop(0)
        headers = [(b"content-type", response.media_type.encode()), *response.headers]
        return httpx.Response(response.status, headers=headers, content=response.body)

    return httpx.MockTransport(respond)


def parameter_overrides(api: Api, operation: Operation) -> st.SearchStrategy[ParameterOverrides]:
    """Return a strategy of values that differ from the spec's example or stand beside it; the simplest is none."""
    examples = collect_examples(api, operation)
    reserved = _find_reserved_names(api, operation)
    optional = {}
    for field in operation.fields:
        if field.name in reserved:
            continue
        strategy = _create_field_strategy(field, examples.get(field.name))
        if strategy is not None:
            optional[field.name] = strategy
    return st.fixed_dictionaries({}, optional=optional)


def _create_field_strategy(field: Field, example: Any) -> st.SearchStrategy[Any] | None:
    """Return values of one field, the document's own example first; None where the document says none that is good."""
    schema = field.schema
    strategies: list[st.SearchStrategy[Any]] = []
    if example is not None and example != "":
        strategies.append(st.just(example))
    if "enum" in schema:
        strategies.append(st.sampled_from(schema["enum"]))
    elif schema.get("type") == "boolean":
        strategies.append(st.booleans())
    elif schema.get("type") == "integer" and "maximum" in schema:
        strategies.append(st.integers(schema.get("minimum", 0), schema["maximum"]))
    elif schema.get("type") == "integer" and "minimum" in schema:
        strategies.append(st.integers(schema["minimum"], schema["minimum"] + MAX_NUMBER_SPAN))
    if not strategies:
        return None
    return st.one_of(strategies)


def _find_reserved_names(api: Api, operation: Operation) -> set[str]:
    """Return the fields that must not be drawn: credentials, a signature's own, those of some variants only."""
    plain = build_request(operation, build_minimal_values(api, operation, api.account), api.servers[0])
    reserved = {*api.account, *api.root.secrets}
    reserved.update(field.name for field in operation.fields if field.when)
    for scheme in operation.schemes:
        # What signing adds to a request (timestamp, nonce, signature) is found by signing one.
        signed = sign(plain, scheme, api.account, SigningContext(datetime.fromtimestamp(0, UTC), ""))
        reserved |= _list_names(signed) - _list_names(plain)
        reserved.update(SCHEMES[scheme.extension.scheme].required_parameters)
    # Names of headers are in lower case in a request, as in HTTP; a document may write them otherwise.
    return {field.name for field in operation.fields if {field.name, field.name.lower()} & reserved}


def _list_names(request: Request) -> set[str]:
    """Return every name of a query, a form or a header."""
    names = {name for name, _ in parse_pairs(request.query) + parse_pairs(request.body)}
    return names | {name.decode() for name, _ in request.headers}


def _build_request(
    api: Api, operation: Operation, overrides: ParameterOverrides, account: Mapping[str, str], *, signed: bool
) -> Request:
    values = _load_example_values(api.id, operation.id) | select_required_credentials(operation, account) | overrides
    base = next(iter(operation.servers), api.servers[0])
    request = build_request(operation, values, base)
    if not signed:
        return request
    return sign(request, operation.schemes[0], account, SigningContext(datetime.now(UTC), uuid4().hex))


@cache
def _load_example_values(api: str, operation: str) -> ParameterOverrides:
    spec = load_api(api)
    selected = _select_operation(spec, operation)
    examples = collect_examples(spec, selected)
    required = SCHEMES[selected.schemes[0].extension.scheme].required_parameters
    values = {name: examples[name] for name in required if name in examples}
    return values | build_minimal_values(spec, selected, spec.account)


def _respond(api: Api, operation: Operation, scenario: _Scenario, overrides: ParameterOverrides) -> DrawnResponse:
    """Return one response of a sandbox that nobody else sees."""
    mock = _create_mock(api.id, tuple(scenario.variants.items()))
    sandbox = mock.create_sandbox(seed=scenario.seed)
    try:
        if scenario.situation:
            sandbox.schedule(ScheduledSituation(scenario.situation, times=1))
        request = _build_request(api, operation, overrides, sandbox.credentials[api.id], signed=True)
        response = mock.respond(request)
    finally:
        mock.sandboxes.remove(sandbox.name)
    parameters = tuple((name, format_value(value)) for name, value in overrides.items())
    fields = msgspec.structs.asdict(response)
    return DrawnResponse(**fields, situation=scenario.situation, seed=scenario.seed, parameters=parameters)


def _select_operation(api: Api, name: str) -> Operation:
    operations = {operation.id: operation for operation in api.operations}
    if not name:
        return api.operations[0]
    if name not in operations:
        raise UnknownChoice("operation", name, find_closest(name, operations))
    return operations[name]


def _list_variant_values(api: Api, name: str, value: str) -> list[str]:
    """Return the values of a variant that are meant, its default first. Raises UnknownVariant."""
    variant = api.root.variants.get(name)
    if value != "*" or variant is None:
        return [resolve_variants(api, {name: value})[name]]
    return sorted(variant.values, key=lambda existing: existing != variant.default)


@cache
def _create_mock(api: str, variants: tuple[tuple[str, str], ...]) -> Mock:
    return Mock(api, size=CATALOGUE_SIZE, variants={f"{api}.{name}": value for name, value in variants})
