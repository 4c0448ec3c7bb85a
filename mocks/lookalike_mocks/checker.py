"""An operation's rules, compiled for one choice of variants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from lookalike_specs import Field, Operation

Coercion = Callable[[str], Any]
INT64_DIGITS, INT64 = 19, 2**63
TRUTH = {"true": True, "false": False}
LENIENT_TRUTH = {**TRUTH, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Checker:
    """An operation's rules, compiled."""

    fields: Mapping[str, Field]
    coercions: Mapping[str, Coercion | None]
    headers: tuple[tuple[bytes, str], ...]
    properties: frozenset[str]
    files: frozenset[str]
    defaults: Mapping[str, Any]
    is_valid: Callable[[Any], bool]
    errors: Callable[[Any], Iterator[jsonschema_rs.ValidationError]]
    last_wins: bool


def checker(operation: Operation, variants: Mapping[str, str]) -> Checker:
    """Compile one operation's rules for one choice of variants."""
    fields = {field.name: field for field in operation.fields if field.counts(variants)}
    validator = jsonschema_rs.validator_for(_schema(fields), validate_formats=False)
    return Checker(
        fields=fields,
        coercions={
            name: _coercion(field, variants) for name, field in fields.items() if field.place in ("query", "form")
        },
        headers=tuple(
            (field.name.lower().encode(), field.name) for field in fields.values() if field.place == "header"
        ),
        properties=frozenset(field.name for field in fields.values() if field.place == "json"),
        files=frozenset(field.name for field in fields.values() if field.place == "file"),
        defaults={name: field.schema["default"] for name, field in fields.items() if "default" in field.schema},
        is_valid=validator.is_valid,
        errors=validator.iter_errors,
        last_wins=variants.get("duplicate-parameter") == "last",
    )


def _schema(fields: Mapping[str, Field]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {name: _plain(field.schema) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
    }


def _plain(schema: Any) -> Any:
    """JSON Schema without what OpenAPI and our extensions add."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _plain(value)
        for key, value in schema.items()
        if not key.startswith("x-") and key not in ("example", "xml")
    }


def _integer(text: str) -> Any:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= INT64_DIGITS):
        return text
    number = int(text)
    return number if -INT64 <= number < INT64 else text


def _number(text: str) -> Any:
    try:
        return float(text) if text.strip("+-.0123456789eE") == "" else text
    except ValueError:
        return text


def _coercion(field: Field, variants: Mapping[str, str]) -> Coercion | None:
    """How a field's text becomes its type; text that does not stays text, and breaks the rule `type`."""
    if field.schema.get("type") == "boolean":
        if variants.get("booleans") == "strict":
            return lambda text: TRUTH.get(text, text)
        return lambda text: LENIENT_TRUTH.get(text.lower(), text)
    return {"integer": _integer, "number": _number}.get(field.schema.get("type", ""))
