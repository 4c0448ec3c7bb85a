"""Whether a document leaves no doubt of how a value is meant."""

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


def is_unambiguous(field: Field, value: Any, breaks: tuple[str, ...]) -> bool:
    """Whether servers can be held to what the document says of a value.

    Texts have no types on the wire, so that it does not say whether " 5" or "1e2" is a number, and "True" a truth; and
    of what patterns say to line breaks, each dialect says something else.
    """
    if value is None:
        # what is required and has a default may be told off, or taken for the default
        return not (field.required and "default" in field.schema)
    if "" in breaks or "format" in breaks or value == "":
        return False
    if field.location in ("json", "body"):
        return _is_printable(json.dumps(value, ensure_ascii=False))
    if isinstance(value, list | dict):
        return _is_unambiguous_structure(value, breaks)
    if is_structured(field):
        # one text is a list of one item for some servers, and none for others
        return False
    told = CANONICAL_FORMS.get(get_value_type(field), _is_printable)
    return (
        told(value)
        if "type" not in breaks
        else _is_printable(value) and not LENIENT_FORMS.get(get_value_type(field), _is_printable)(value)
    )


def _is_unambiguous_structure(value: Any, breaks: tuple[str, ...]) -> bool:
    """Return whether each item can only be meant as itself, whatever its style does with commas and brackets."""
    items = value if isinstance(value, list) else [*value, *value.values()]
    texts = [item if isinstance(item, str) else json.dumps(item) for item in items]
    is_plain = bool(texts) and all(PLAIN_ITEM.fullmatch(text) for text in texts)
    # texts have no types, so that an item of another type may be read as one of the right type
    return is_plain and not {"type", "required", "additionalProperties"} & set(breaks) and isinstance(value, list)


def _is_printable(text: str) -> bool:
    return text.isprintable()


def _is_integer(text: str) -> bool:
    return bool(INTEGER.fullmatch(text)) and -INT64 <= int(text) < INT64


def _is_number(text: str) -> bool:
    return bool(NUMBER.fullmatch(text))


def _is_boolean(text: str) -> bool:
    return text in ("true", "false")


def _resembles_number(text: str) -> bool:
    """Whether some server could take it for a number."""
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
