"""Whether a document leaves no doubt of how a value is meant.

Outside of JSON every value is a text, and documents do not say which texts are numbers or truths: servers differ about
" 5", "1e2" and "True", and all of them are right. Only what nobody can take otherwise is held against a server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from lookalike_specs import Field
from lookalike_specs.parameter_styles import get_value_type, is_structured

PLAIN_ITEM: Final = re.compile(r"[A-Za-z0-9_.-]+")
INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,18})")
NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?")
INT64: Final = 2**63
# what some server or other takes for yes or no
BOOLEAN_WORDS: Final = frozenset(("true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"))


def is_unambiguous(field: Field, value: Any, violated_keywords: tuple[str, ...]) -> bool:
    """Return whether servers can be held to what the document says of a value.

    `violated_keywords` are those of its schema that the value breaks, "" standing for any other way. None stands for a
    parameter that is left out.
    """
    if value is None:
        # what is required and has a default may be refused, or taken for the default
        return not (field.required and "default" in field.schema)
    # documents say of `format` that it is a hint, and of an empty value nothing
    if "" in violated_keywords or "format" in violated_keywords or value == "":
        return False
    if field.location in ("json", "body"):
        return _is_printable(json.dumps(value, ensure_ascii=False))
    if isinstance(value, list | dict):
        return _is_unambiguous_structure(value, violated_keywords)
    if is_structured(field):
        # one text is a list of one item for some servers, and none for others
        return False
    return _is_unambiguous_text(get_value_type(field), value, violated_keywords)


def _is_unambiguous_text(kind: str, value: str, violated_keywords: tuple[str, ...]) -> bool:
    """Return whether a text can only be meant as a value of that type, or as none of it."""
    if "type" in violated_keywords:
        # "5.0" is no integer by the document, and one to servers that parse a float and cut it
        resembles = LENIENT_FORMS.get(kind, _is_printable)
        return _is_printable(value) and not resembles(value)
    is_canonical = CANONICAL_FORMS.get(kind, _is_printable)
    return is_canonical(value)


def _is_unambiguous_structure(value: list[Any] | dict[str, Any], violated_keywords: tuple[str, ...]) -> bool:
    """Return whether each item can only be meant as itself, whatever its style does with commas and brackets."""
    if not isinstance(value, list):
        return False
    # texts have no types, so that an item of another type may be read as one of the right type
    if not {"type", "required", "additionalProperties"}.isdisjoint(violated_keywords):
        return False
    texts = [item if isinstance(item, str) else json.dumps(item) for item in value]
    return bool(texts) and all(PLAIN_ITEM.fullmatch(text) for text in texts)


def _is_printable(text: str) -> bool:
    # dialects of patterns differ about line breaks: "$" matches before one in some of them
    return text.isprintable()


def _is_integer(text: str) -> bool:
    return bool(INTEGER.fullmatch(text)) and -INT64 <= int(text) < INT64


def _is_number(text: str) -> bool:
    return bool(NUMBER.fullmatch(text))


def _is_boolean(text: str) -> bool:
    return text in ("true", "false")


def _resembles_number(text: str) -> bool:
    """Return whether some server could take a text for a whole number."""
    try:
        return float(text) == int(float(text))
    except (ValueError, OverflowError):
        return False


def _resembles_boolean(text: str) -> bool:
    return text.strip().lower() in BOOLEAN_WORDS


CANONICAL_FORMS: Final[Mapping[str, Callable[[str], bool]]] = {
    "integer": _is_integer,
    "number": _is_number,
    "boolean": _is_boolean,
}
LENIENT_FORMS: Final[Mapping[str, Callable[[str], bool]]] = {
    "integer": _resembles_number,
    "number": _resembles_number,
    "boolean": _resembles_boolean,
}
