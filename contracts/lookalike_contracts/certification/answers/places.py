"""The places of a good answer that can be edited."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lookalike_specs import Api, Operation
from lookalike_specs.invariants import resolve_choice
from lookalike_specs.messages import Request, Response
from lookalike_specs.pointers import join_pointer, split_pointer
from lookalike_specs.provenance import Source
from lookalike_specs.response_fields import FieldValue, list_field_values


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
    """A field of an answer, and the place of its schema in the API's document, as a pointer."""

    value: FieldValue
    rule: str

    @property
    def pointer(self) -> str:
        """Return where the field stands in the answer, or would stand."""
        return self.value.pointer


class SpecialPlaces(NamedTuple):
    """Places that say what an answer is: by pointers.

    `states` say whether it is a good one, and how many items and pages there are: with another value there the answer
    would contradict itself, and who does not believe it is right. `id` are the ids of items, `items` is their list.
    """

    states: frozenset[str]
    ids: frozenset[str]
    items: str


def list_places(answer: GoodAnswer) -> list[AnswerPlace]:
    """Return the fields of an answer that can be edited: of each list those of the first element alone."""
    status = answer.operation.success_status
    media_type = answer.response.media_type.partition(";")[0].strip()
    schema_pointer = answer.operation.pointer + join_pointer("responses", status, "content", media_type, "schema")
    places = []
    for value in list_field_values(answer.operation.response_schema, answer.body):
        if not any(_is_later_position(name) for name in split_pointer(value.pointer)):
            places.append(AnswerPlace(value, schema_pointer + value.schema_pointer))
    return places


def _is_later_position(name: str) -> bool:
    # a member of an object may have such a name as well, which costs an edit and no more
    return name.isascii() and name.isdecimal() and int(name) > 0


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
