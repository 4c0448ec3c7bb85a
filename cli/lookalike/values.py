"""Values that an operation takes, drawn from what its document says of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from lookalike_specs import Api, Field, Operation
from lookalike_specs.proof import PROOFS, Moment, prove
from lookalike_specs.sample import build, examples, sample
from lookalike_specs.wire import Request, pairs

Changes = dict[str, Any]
MOST_NUMBER = 100


def changes(api: Api, operation: Operation) -> st.SearchStrategy[Changes]:
    """What is otherwise than in the spec's example, or besides it; the simplest is nothing."""
    known, bound = examples(api, operation), _bound(api, operation)
    drawn = {field.name: _of(field, known.get(field.name)) for field in operation.fields if field.name not in bound}
    return st.fixed_dictionaries({}, optional={name: each for name, each in drawn.items() if each is not None})


def _of(field: Field, example: Any) -> st.SearchStrategy[Any] | None:
    """Values of one field, the document's own example first; None where the document does not say what is good."""
    schema, strategies = field.schema, []
    if example is not None and example != "":
        strategies.append(st.just(example))
    if "enum" in schema:
        strategies.append(st.sampled_from(schema["enum"]))
    elif schema.get("type") == "boolean":
        strategies.append(st.booleans())
    elif schema.get("type") == "integer" and "maximum" in schema:
        strategies.append(st.integers(schema.get("minimum", 0), schema["maximum"]))
    elif schema.get("type") == "integer" and "minimum" in schema:
        strategies.append(st.integers(schema["minimum"], schema["minimum"] + MOST_NUMBER))
    return st.one_of(strategies) if strategies else None


def _bound(api: Api, operation: Operation) -> set[str]:
    """What is not free: credentials, whatever a proof adds or needs, what counts under some variants only."""
    plain = build(operation, sample(api, operation, api.account), api.servers[0])
    bound = {*api.account, *api.root.secrets, *(field.name for field in operation.fields if field.when)}
    for scheme in operation.schemes:
        moment = Moment(datetime.fromtimestamp(0, UTC), "")
        bound |= _names(prove(plain, scheme, api.account, moment)) - _names(plain)
        bound |= set(PROOFS[scheme.extension.scheme].needs)
    return {field.name for field in operation.fields if {field.name, field.name.lower()} & bound}


def _names(request: Request) -> set[str]:
    """Every name of a query, a form or a header."""
    found = {name for name, _ in pairs(request.query) + pairs(request.body)}
    return found | {name.decode() for name, _ in request.headers}
