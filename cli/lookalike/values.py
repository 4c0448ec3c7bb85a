"""Values that an operation takes, drawn from what its document says of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from lookalike_specs import Api, Field, Operation
from lookalike_specs.proof import SIGNING_SCHEMES, SigningContext, sign
from lookalike_specs.sample import build_request, collect_examples, build_minimal_values
from lookalike_specs.wire import Request, parse_pairs

ParameterOverrides = dict[str, Any]
MAX_NUMBER_SPAN = 100


def parameter_overrides(api: Api, operation: Operation) -> st.SearchStrategy[ParameterOverrides]:
    """What is otherwise than in the spec's example, or besides it; the simplest is nothing."""
    known, bound = collect_examples(api, operation), _find_reserved_names(api, operation)
    drawn = {field.name: _create_field_strategy(field, known.get(field.name)) for field in operation.fields if field.name not in bound}
    return st.fixed_dictionaries({}, optional={name: each for name, each in drawn.items() if each is not None})


def _create_field_strategy(field: Field, example: Any) -> st.SearchStrategy[Any] | None:
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
        strategies.append(st.integers(schema["minimum"], schema["minimum"] + MAX_NUMBER_SPAN))
    return st.one_of(strategies) if strategies else None


def _find_reserved_names(api: Api, operation: Operation) -> set[str]:
    """What is not free: credentials, whatever a proof adds or needs, what counts under some variants only."""
    plain = build_request(operation, build_minimal_values(api, operation, api.account), api.servers[0])
    bound = {*api.account, *api.root.secrets, *(field.name for field in operation.fields if field.when)}
    for scheme in operation.schemes:
        moment = SigningContext(datetime.fromtimestamp(0, UTC), "")
        bound |= _list_names(sign(plain, scheme, api.account, moment)) - _list_names(plain)
        bound |= set(SIGNING_SCHEMES[scheme.extension.scheme].required_parameters)
    return {field.name for field in operation.fields if {field.name, field.name.lower()} & bound}


def _list_names(request: Request) -> set[str]:
    """Every name of a query, a form or a header."""
    found = {name for name, _ in parse_pairs(request.query) + parse_pairs(request.body)}
    return found | {name.decode() for name, _ in request.headers}
