"""Hypothesis strategies: requests that an API takes, and replies that it could give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import msgspec

from lookalike_mocks import Mock
from lookalike_mocks.demands import Demand
from lookalike_specs import Api, Operation, load
from lookalike_specs import variants as switches
from lookalike_specs.proof import PROOFS, Moment, prove
from lookalike_specs.sample import build, examples, required, sample, text
from lookalike_specs.wire import Pairs, Reply, Request

from .choice import UnknownChoice, chosen, nearest

try:
    from hypothesis import strategies as st
except ImportError as missing:
    raise ImportError("strategies need Hypothesis: pip install 'lookalike[pytest]'") from missing

from .values import Changes, changes

if TYPE_CHECKING:
    import httpx

# few goods, as Hypothesis traces whatever is called, which makes it slow
MOST_SEED, SIZE = 2**16, 300


class Drawn(Reply, frozen=True, kw_only=True):
    """A reply, and what brought it: a situation, "" for none, a seed, and what was asked besides the spec's example."""

    situation: str
    seed: int
    asked: Pairs

    def __repr__(self) -> str:
        said = {"situation": self.situation, "seed": self.seed, "asked": dict(self.asked)}
        told = ", ".join(f"{name}={value!r}" for name, value in said.items() if value)
        return f"<HTTP {self.status}, {len(self.body)} bytes{': ' if told else ''}{told}>"


def requests(
    api: str, operation: str = "", *, signed: bool = True, account: Mapping[str, str] | None = None
) -> st.SearchStrategy[Request]:
    """Good requests for an operation (the first, when none is named): the spec's examples, enumerations, bounds.

    The simplest is the spec's own example. Signed is at the present time and with a new nonce, as the account, else as
    the demo account. Raises UnknownApi, UnknownChoice.
    """
    spec = load(api)
    meant, caller = _operation(spec, operation), account or spec.account
    return changes(spec, meant).map(lambda drawn: _request(spec, meant, drawn, caller, signed=signed))


def replies(
    api: str, operation: str = "", *, situations: str | Iterable[str] = "", variants: Mapping[str, str] | None = None
) -> st.SearchStrategy[Drawn]:
    """What an operation (the first, when none is named) could answer to good requests: pages and documented errors.

    `situations` are patterns such as `tmapi/4*`; a variant's value may be `*`, for each that it has. The simplest reply
    is a plain good page. Raises UnknownApi, UnknownVariant, UnknownChoice.
    """
    spec = load(api)
    meant = _operation(spec, operation)
    wanted = [each.id for each in chosen(situations or f"{api}/*", meant.id) if each.kind != "fault"]
    known = {name: _values_of(spec, name, value) for name, value in (variants or {}).items()}
    worlds = st.builds(
        _World,
        st.sampled_from([*([] if situations else [""]), *wanted]),
        st.integers(0, MOST_SEED),
        st.fixed_dictionaries({name: st.sampled_from(values) for name, values in known.items()}),
    )

    changed = changes(spec, meant)

    @st.composite
    def drawn(draw: st.DrawFn) -> Drawn:
        return _reply(spec, meant, draw(worlds), draw(changed))

    return drawn()


def answering(*replies: Reply) -> httpx.MockTransport:
    """An httpx transport that gives these replies one after the other, the last one for good."""
    import httpx  # noqa: PLC0415 - an extra

    left = list(replies)

    def answer(_: httpx.Request) -> httpx.Response:
        reply = left.pop(0) if len(left) > 1 else left[0]
        headers = [(b"content-type", reply.media_type.encode()), *reply.headers]
        return httpx.Response(reply.status, headers=headers, content=reply.body)

    return httpx.MockTransport(answer)


def _request(api: Api, operation: Operation, drawn: Changes, account: Mapping[str, str], *, signed: bool) -> Request:
    values = _plain(api.id, operation.id) | required(operation, account) | drawn
    request = build(operation, values, next(iter(operation.servers), api.servers[0]))
    if not signed:
        return request
    return prove(request, operation.schemes[0], account, Moment(datetime.now(UTC), uuid4().hex))


@cache
def _plain(api: str, operation: str) -> Changes:
    """The values of the spec's example."""
    spec = load(api)
    meant = _operation(spec, operation)
    known = examples(spec, meant)
    needs = PROOFS[meant.schemes[0].extension.scheme].needs
    return {name: known[name] for name in needs if name in known} | sample(spec, meant, spec.account)


class _World(NamedTuple):
    situation: str
    seed: int
    switched: Mapping[str, str]


def _reply(api: Api, operation: Operation, world: _World, drawn: Changes) -> Drawn:
    """One answer of a sandbox that nobody else sees."""
    mock = _mock(api.id, tuple(world.switched.items()))
    sandbox = mock.sandbox(seed=world.seed)
    try:
        if world.situation:
            sandbox.demand(Demand(world.situation, times=1))
        reply = mock.answer(_request(api, operation, drawn, sandbox.credentials[api.id], signed=True))
    finally:
        mock.sandboxes.remove(sandbox.name)
    asked = tuple((name, text(value)) for name, value in drawn.items())
    return Drawn(**msgspec.structs.asdict(reply), situation=world.situation, seed=world.seed, asked=asked)


def _operation(api: Api, wanted: str) -> Operation:
    known = {operation.id: operation for operation in api.operations}
    if wanted and wanted not in known:
        raise UnknownChoice("operation", wanted, nearest(wanted, known))
    return known.get(wanted, api.operations[0])


def _values_of(api: Api, variant: str, value: str) -> list[str]:
    """The values of a variant that are meant, its default first. Raises UnknownVariant."""
    known = api.root.variants.get(variant)
    if value != "*" or known is None:
        return [switches(api, {variant: value})[variant]]
    return sorted(known.values, key=lambda each: each != known.default)


@cache
def _mock(api: str, switched: tuple[tuple[str, str], ...]) -> Mock:
    return Mock(api, size=SIZE, variants={f"{api}.{name}": value for name, value in switched})
