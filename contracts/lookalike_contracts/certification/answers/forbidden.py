"""Edits that the document forbids: what comes of them is no answer, and whoever reads it has to say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lookalike_specs.answer_edits import AnswerEdit
from lookalike_specs.pointers import MISSING
from lookalike_specs.provenance import Source

from .drawn_answer import EditCandidate
from .places import AnswerPlace, GoodAnswer, find_rule_source, find_special_places, list_places

CUT_SOURCE: Final = Source("documented", "RFC 8259, 2: a text that ends in the middle is no JSON")
# What stands in the place of a value. No empty list or object: to read either as nothing is no great fault, as languages
# that know one of them alone write `[]` for an object without members.
WRONG_OBJECT: Final = {"text": "text"}
WRONG_VALUES: Final[Mapping[type, tuple[Any, ...]]] = {
    dict: (["text"], "text"),
    list: (WRONG_OBJECT, "text"),
    str: (WRONG_OBJECT, ["text"], 17),
    bool: ("text", WRONG_OBJECT),
    int: ("text", WRONG_OBJECT),
    float: ("text", WRONG_OBJECT),
}


def list_forbidden_edits(answer: GoodAnswer) -> list[EditCandidate]:
    """Return the edits of an answer that its schema forbids, those of its structure first.

    Each alone: of several, a client tells of the first that it meets, and what it does at the others is not seen.
    """
    special = find_special_places(answer)
    places = list_places(answer)
    needed = [place for place in places if _holds_items(place.pointer, special.items) or place.pointer in special.ids]
    candidates: list[EditCandidate] = []
    for place in needed:
        candidates += _iter_field_edits(answer, place)
    candidates += _iter_cuts(answer)
    for place in places:
        if place not in needed:
            candidates += _iter_field_edits(answer, place)
    return candidates


def count_structural_edits(candidates: list[EditCandidate]) -> int:
    """Return how many of the edits, from the first, concern what every client needs: the list, the ids, the whole text."""
    cuts = [index for index, candidate in enumerate(candidates) if candidate.meaning == "cut"]
    return cuts[-1] + 1


def _holds_items(pointer: str, items_pointer: str) -> bool:
    """Return whether a place is the list of items, or holds it: `/data` and `/data/items`."""
    return pointer == items_pointer or items_pointer.startswith(f"{pointer}/")


def _iter_field_edits(answer: GoodAnswer, place: AnswerPlace) -> Iterator[EditCandidate]:
    value = place.value
    if value is MISSING:
        return
    if not place.is_optional:
        rule = place.rule.rpartition("/properties/")[0] + "/required"
        yield EditCandidate(AnswerEdit("remove", place.pointer), "absent", find_rule_source(answer, rule))
    source = find_rule_source(answer, f"{place.rule}/type")
    if not place.is_nullable:
        yield EditCandidate(AnswerEdit("set", place.pointer, None), "null", source)
    for wrong_value in WRONG_VALUES.get(type(value), ()):
        yield EditCandidate(AnswerEdit("set", place.pointer, wrong_value), "type", source)


def _iter_cuts(answer: GoodAnswer) -> Iterator[EditCandidate]:
    length = len(answer.response.body)
    for kept in (length // 2, length - 1):
        yield EditCandidate(AnswerEdit("cut", length=kept), "cut", CUT_SOURCE)
