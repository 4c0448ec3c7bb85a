"""The places of a good answer that can be edited."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lookalike_specs import Api, Operation
from lookalike_specs.invariants import resolve_choice
from lookalike_specs.messages import Request, Response
from lookalike_specs.pointers import MISSING, join_pointer
from lookalike_specs.provenance import Source
from lookalike_specs.response_fields import BRANCH_DEPTH, BRANCH_KEYWORDS, MAX_DEPTH, Schema, fits_schema, is_nullable


@dataclass(frozen=True, slots=True)
class GoodAnswer:
    """What an operation of an API answered to a client's request, with goods; `variants` are those of the server."""

    api: Api
    operation: Operation
    request: Request
    response: Response
    variants: Mapping[str, str]

    @property
    def body(self) -> Any:
        """Return the body as a value."""
        return json.loads(self.response.body)


class AnswerPlace(NamedTuple):
    """A field of an answer: where it stands, or would stand, its value, MISSING where it is absent, and its schema.

    `rule` is the place of the schema in the API's document, as a pointer.
    """

    pointer: str
    rule: str
    schema: Schema
    value: Any
    is_nullable: bool
    is_optional: bool


class SpecialPlaces(NamedTuple):
    """Places that say what an answer is: by pointers.

    `states` say whether it is a good one, and how many items and pages there are: with another value there the answer
    would contradict itself, and who does not believe it is right. `id` are the ids of items, `items` is their list.
    """

    states: frozenset[str]
    ids: frozenset[str]
    items: str


def list_places(answer: GoodAnswer) -> list[AnswerPlace]:
    """Return the fields of an answer that can be edited: of each list those of the first element alone.

    Where several schemas speak of a field, it may be null, or absent, if each of them lets it.
    """
    status = answer.operation.success_status
    media_type = answer.response.media_type.partition(";")[0].strip()
    rule = answer.operation.pointer + join_pointer("responses", status, "content", media_type, "schema")
    places: dict[str, AnswerPlace] = {}
    for place in _iter_places(answer.operation.response_schema, rule, "", answer.body, 0):
        earlier = places.get(place.pointer, place)
        places[place.pointer] = earlier._replace(
            is_nullable=place.is_nullable and earlier.is_nullable,
            is_optional=place.is_optional and earlier.is_optional,
        )
    return list(places.values())


def _iter_places(schema: Schema, rule: str, pointer: str, value: Any, depth: int) -> Iterator[AnswerPlace]:
    """Yield the fields below a place, by the branches of its schema that the value fits."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        required = schema.get("required", ())
        for name, member in schema.get("properties", {}).items():
            token = join_pointer(name)
            inner = value.get(name, MISSING)
            member_rule = f"{rule}/properties{token}"
            yield AnswerPlace(
                pointer + token, member_rule, member, inner, is_nullable(member), is_optional=name not in required
            )
            yield from _iter_places(member, member_rule, pointer + token, inner, depth + 1)
    elif isinstance(value, list) and value and isinstance(schema.get("items"), Mapping):
        yield from _iter_places(schema["items"], f"{rule}/items", f"{pointer}/0", value[0], depth + 1)
    for keyword in ("allOf", *BRANCH_KEYWORDS):
        for index, branch in enumerate(schema.get(keyword, ())):
            if keyword == "allOf" or fits_schema(branch, value, BRANCH_DEPTH):
                yield from _iter_places(branch, f"{rule}/{keyword}/{index}", pointer, value, depth + 1)
                if keyword != "allOf":
                    # the first: a good answer and an error of the same vendor are told apart by their first members
                    break


def find_special_places(answer: GoodAnswer) -> SpecialPlaces:
    """Return the places of an answer whose values have a meaning beyond their own."""
    invariants = answer.operation.extension.invariants
    ids = frozenset(f"{invariants.items}/0{pointer}" for pointer in invariants.id)
    return SpecialPlaces(frozenset(_iter_states(answer)), ids, invariants.items)


def _iter_states(answer: GoodAnswer) -> Iterator[str]:
    invariants = answer.operation.extension.invariants
    yield from invariants.success
    paging = invariants.paging
    if paging is not None:
        yield resolve_choice(paging.total, answer.variants)
        yield resolve_choice(paging.item_count, answer.variants)
        yield paging.pages
        yield from paging.echo


def find_rule_source(answer: GoodAnswer, rule: str) -> Source:
    """Return who says what stands at a place of the API's document."""
    return answer.api.find_provenance(rule)
