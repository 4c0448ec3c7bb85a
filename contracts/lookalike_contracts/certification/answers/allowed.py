"""Edits that the document allows: whoever reads the answer has to live with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

from lookalike_specs.answer_edits import UNKNOWN_NAME, UNKNOWN_VALUES, AnswerEdit
from lookalike_specs.draw_pattern import draw_matching_text
from lookalike_specs.pointers import MISSING
from lookalike_specs.provenance import Source

from .drawn_answer import EditCandidate, EditMeaning
from .places import AnswerPlace, GoodAnswer, SpecialPlaces, find_rule_source, find_special_places, list_places

UNKNOWN_SOURCE: Final = Source("inferred", "the document does not say that there are no other fields")
ORDER_SOURCE: Final = Source("documented", "RFC 8259, 1: an object is an unordered collection")
# RFC 8259, 6: greater integers are not read alike everywhere, and no client is blamed for that
MAX_INTEGER: Final = 2**53 - 1
MAX_INT32: Final = 2**31 - 1
LARGE_NUMBER: Final = 1e15
LONG_LENGTH: Final = 1_000
# right to left, a letter of two code points, one beyond the first plane, and what has a meaning in HTML, CSV and JSON
OTHER_TEXTS: Final = ("مرحبا بالعالم", "e\u0301", "👩‍👩‍👧", 'a"b\\c\n<b>,\t', "ไทย", " ")
PATTERN_DRAWS: Final = 6
TEXT_FORMATS: Final = (None, "uri", "url")


def list_allowed_edits(answer: GoodAnswer) -> list[EditCandidate]:
    """Return the edits of an answer that its schema allows, each alone; to be validated, as fields may depend on others."""
    special = find_special_places(answer)
    candidates = list(_iter_object_edits(""))
    for place in list_places(answer):
        if place.pointer == special.items or place.pointer in special.states:
            continue
        candidates += _iter_field_edits(answer, place, special)
        if isinstance(place.value, dict):
            candidates += _iter_object_edits(place.pointer)
    # the elements of lists are objects without a name of their own
    for pointer in _list_element_pointers(answer, special):
        candidates += _iter_object_edits(pointer)
    return candidates


def _list_element_pointers(answer: GoodAnswer, special: SpecialPlaces) -> list[str]:
    pointers = [f"{special.items}/0"]
    for place in list_places(answer):
        value = place.value
        if place.pointer != special.items and isinstance(value, list) and value and isinstance(value[0], dict):
            pointers.append(f"{place.pointer}/0")
    return pointers


def _iter_object_edits(pointer: str) -> Iterator[EditCandidate]:
    for value in UNKNOWN_VALUES:
        yield EditCandidate(AnswerEdit("set", f"{pointer}/{UNKNOWN_NAME}", value), "unknown", UNKNOWN_SOURCE)
    yield EditCandidate(AnswerEdit("reverse", pointer), "order", ORDER_SOURCE)


def _iter_field_edits(answer: GoodAnswer, place: AnswerPlace, special: SpecialPlaces) -> Iterator[EditCandidate]:
    if place.is_optional and place.value is not MISSING:
        # `required` stands beside `properties`, in the schema of the object
        rule = place.rule.rpartition("/properties/")[0] + "/required"
        yield EditCandidate(AnswerEdit("remove", place.pointer), "absent", find_rule_source(answer, rule))
    if place.is_nullable and place.value is not None:
        rule = f"{place.rule}/{_find_null_keyword(place.schema)}"
        yield EditCandidate(AnswerEdit("set", place.pointer, None), "null", find_rule_source(answer, rule))
    source = find_rule_source(answer, f"{place.rule}/type")
    for meaning, value in _iter_values(place.schema, is_id=place.pointer in special.ids):
        if value != place.value:
            yield EditCandidate(AnswerEdit("set", place.pointer, value), meaning, source)


def _find_null_keyword(schema: Mapping[str, Any]) -> str:
    # of OpenAPI 3.0 and 3.1
    if "nullable" in schema:
        return "nullable"
    return "type"


def _iter_values(schema: Mapping[str, Any], *, is_id: bool) -> Iterator[tuple[EditMeaning, Any]]:
    if "const" in schema:
        return
    if "enum" in schema:
        for value in schema["enum"]:
            yield "other", value
        return
    names = _list_types(schema)
    if "array" in names and not schema.get("minItems"):
        yield "empty", []
    if "integer" in names or "number" in names:
        yield from _iter_numbers(schema, is_integer="number" not in names)
    if "string" in names and "pattern" in schema:
        yield from _iter_matching_texts(schema)
    elif "string" in names and not is_id and schema.get("format") in TEXT_FORMATS:
        yield from _iter_texts(schema)


def _list_types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    names = schema.get("type", ())
    if isinstance(names, str):
        return (names,)
    return tuple(names)


def _iter_numbers(schema: Mapping[str, Any], *, is_integer: bool) -> Iterator[tuple[EditMeaning, Any]]:
    highest: float = MAX_INTEGER
    if not is_integer:
        highest = LARGE_NUMBER
    elif schema.get("format") == "int32":
        highest = MAX_INT32
    yield "large", min(highest, schema.get("maximum", highest))
    yield "small", max(0, schema.get("minimum", 0))


def _iter_matching_texts(schema: Mapping[str, Any]) -> Iterator[tuple[EditMeaning, Any]]:
    if "x-extreme" in schema:
        yield "large", schema["x-extreme"]
    texts = set()
    for seed in range(PATTERN_DRAWS):
        rng = Random(seed)  # noqa: S311 - for examples, not for secrets
        texts.add(draw_matching_text(schema["pattern"], rng, schema.get("minLength", 0), schema.get("maxLength")))
    for text in sorted(texts, key=lambda text: (len(text), text)):
        yield "other", text


def _iter_texts(schema: Mapping[str, Any]) -> Iterator[tuple[EditMeaning, Any]]:
    length = min(LONG_LENGTH, schema.get("maxLength", LONG_LENGTH))
    if schema.get("format") is not None:
        yield "long", "https://example.com/" + "a" * max(0, length - 20)
        return
    if not schema.get("minLength"):
        yield "empty", ""
    yield "long", "长" * length
    for text in OTHER_TEXTS:
        yield "other", text
