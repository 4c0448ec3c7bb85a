"""Hypothesis strategies: requests that an API takes, and replies that it could give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import msgspec
from hypothesis import strategies as st

from lookalike_mocks import Mock
from lookalike_mocks.sandbox.scheduled import ScheduledSituation
from lookalike_specs import Api, Field, Operation, load_api
from lookalike_specs import resolve_variants as switches
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

from .situation_patterns import UnknownChoice, match_situations

ParameterOverrides = dict[str, Any]
MAX_NUMBER_SPAN = 100


def parameter_overrides(api: Api, operation: Operation) -> st.SearchStrategy[ParameterOverrides]:
    """What is otherwise than in the spec's example, or besides it; the simplest is nothing."""
    known = collect_examples(api, operation)
    bound = _find_reserved_names(api, operation)
    drawn = {
        field.name: _create_field_strategy(field, known.get(field.name))
        for field in operation.fields
        if field.name not in bound
    }
    return st.fixed_dictionaries({}, optional={name: each for name, each in drawn.items() if each is not None})


def _create_field_strategy(field: Field, example: Any) -> st.SearchStrategy[Any] | None:
    """Values of one field, the document's own example first; None where the document does not say what is good."""
    schema = field.schema
    strategies = []
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
    return st.one_of(strategies) if strategies else None


def _find_reserved_names(api: Api, operation: Operation) -> set[str]:
    """What is not free: credentials, whatever a proof adds or needs, what counts under some variants only."""
    plain = build_request(operation, build_minimal_values(api, operation, api.account), api.servers[0])
    bound = {*api.account, *api.root.secrets, *(field.name for field in operation.fields if field.when)}
    for scheme in operation.schemes:
        moment = SigningContext(datetime.fromtimestamp(0, UTC), "")
        bound |= _list_names(sign(plain, scheme, api.account, moment)) - _list_names(plain)
        bound |= set(SCHEMES[scheme.extension.scheme].required_parameters)
    return {field.name for field in operation.fields if {field.name, field.name.lower()} & bound}


def _list_names(request: Request) -> set[str]:
    """Every name of a query, a form or a header."""
    found = {name for name, _ in parse_pairs(request.query) + parse_pairs(request.body)}
    return found | {name.decode() for name, _ in request.headers}


try:
    from hypothesis import strategies as st
except ImportError as missing:
    raise ImportError("strategies need Hypothesis: pip install 'lookalike[pytest]'") from missing


if TYPE_CHECKING:
    import httpx

# few goods, as Hypothesis traces whatever is called, which makes it slow
MAX_SEED = 2**16
CATALOGUE_SIZE = 300


class DrawnResponse(Response, frozen=True, kw_only=True):
    """A reply, and what brought it: a situation, "" for none, a seed, and what was asked besides the spec's example."""

    situation: str
    seed: int
    parameters: Pairs

    def __repr__(self) -> str:
        said = {"situation": self.situation, "seed": self.seed, "asked": dict(self.parameters)}
        told = ", ".join(f"{name}={value!r}" for name, value in said.items() if value)
        return f"<HTTP {self.status}, {len(self.body)} bytes{': ' if told else ''}{told}>"


def requests(
    api: str, operation: str = "", *, signed: bool = True, account: Mapping[str, str] | None = None
) -> st.SearchStrategy[Request]:
    """Good requests for an operation (the first, when none is named): the spec's examples, enumerations, bounds.

    The simplest is the spec's own example. Signed is at the present time and with a new nonce, as the account, else as
    the demo account. Raises UnknownApi, UnknownChoice.
    """
    spec = load_api(api)
    meant = _select_operation(spec, operation)
    caller = account or spec.account
    return parameter_overrides(spec, meant).map(lambda drawn: _build_request(spec, meant, drawn, caller, signed=signed))


def responses(
    api: str, operation: str = "", *, situations: str | Iterable[str] = "", variants: Mapping[str, str] | None = None
) -> st.SearchStrategy[DrawnResponse]:
    """What an operation (the first, when none is named) could answer to good requests: pages and documented errors.

    `situations` are patterns such as `tmapi/4*`; a variant's value may be `*`, for each that it has. The simplest reply
    is a plain good page. Raises UnknownApi, UnknownVariant, UnknownChoice.
    """
    spec = load_api(api)
    meant = _select_operation(spec, operation)
    wanted = [each.id for each in match_situations(situations or f"{api}/*", meant.id) if each.kind != "fault"]
    known = {name: _list_variant_values(spec, name, value) for name, value in (variants or {}).items()}
    worlds = st.builds(
        _Scenario,
        st.sampled_from([*([] if situations else [""]), *wanted]),
        st.integers(0, MAX_SEED),
        st.fixed_dictionaries({name: st.sampled_from(values) for name, values in known.items()}),
    )

    changed = parameter_overrides(spec, meant)

    @st.composite
    def drawn(draw: st.DrawFn) -> DrawnResponse:
        return _draw_response(spec, meant, draw(worlds), draw(changed))

    return drawn()


def replay_transport(*replies: Response) -> httpx.MockTransport:
    """An httpx transport that gives these replies one after the other, the last one for good."""
    import httpx  # noqa: PLC0415 - an extra

    left = list(replies)

    def answer(_: httpx.Request) -> httpx.Response:
        reply = left.pop(0) if len(left) > 1 else left[0]
        headers = [(b"content-type", reply.media_type.encode()), *reply.headers]
        return httpx.Response(reply.status, headers=headers, content=reply.body)

    return httpx.MockTransport(answer)


def _build_request(
    api: Api, operation: Operation, drawn: ParameterOverrides, account: Mapping[str, str], *, signed: bool
) -> Request:
    values = _load_example_values(api.id, operation.id) | select_required_credentials(operation, account) | drawn
    request = build_request(operation, values, next(iter(operation.servers), api.servers[0]))
    if not signed:
        return request
    return sign(request, operation.schemes[0], account, SigningContext(datetime.now(UTC), uuid4().hex))


@cache
def _load_example_values(api: str, operation: str) -> ParameterOverrides:
    """The values of the spec's example."""
    spec = load_api(api)
    meant = _select_operation(spec, operation)
    known = collect_examples(spec, meant)
    needs = SCHEMES[meant.schemes[0].extension.scheme].required_parameters
    return {name: known[name] for name in needs if name in known} | build_minimal_values(spec, meant, spec.account)


class _Scenario(NamedTuple):
    situation: str
    seed: int
    variants: Mapping[str, str]


def _draw_response(api: Api, operation: Operation, world: _Scenario, drawn: ParameterOverrides) -> DrawnResponse:
    """One answer of a sandbox that nobody else sees."""
    mock = _create_mock(api.id, tuple(world.variants.items()))
    sandbox = mock.create_sandbox(seed=world.seed)
    try:
        if world.situation:
            sandbox.schedule(ScheduledSituation(world.situation, times=1))
        reply = mock.respond(_build_request(api, operation, drawn, sandbox.credentials[api.id], signed=True))
    finally:
        mock.sandboxes.remove(sandbox.name)
    asked = tuple((name, format_value(value)) for name, value in drawn.items())
    return DrawnResponse(**msgspec.structs.asdict(reply), situation=world.situation, seed=world.seed, parameters=asked)


def _select_operation(api: Api, wanted: str) -> Operation:
    known = {operation.id: operation for operation in api.operations}
    if wanted and wanted not in known:
        raise UnknownChoice("operation", wanted, find_closest(wanted, known))
    return known.get(wanted, api.operations[0])


def _list_variant_values(api: Api, variant: str, value: str) -> list[str]:
    """The values of a variant that are meant, its default first. Raises UnknownVariant."""
    known = api.root.variants.get(variant)
    if value != "*" or known is None:
        return [switches(api, {variant: value})[variant]]
    return sorted(known.values, key=lambda each: each != known.default)


@cache
def _create_mock(api: str, switched: tuple[tuple[str, str], ...]) -> Mock:
    return Mock(api, size=CATALOGUE_SIZE, variants={f"{api}.{name}": value for name, value in switched})
