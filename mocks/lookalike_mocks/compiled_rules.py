"""An operation's rules, compiled for one choice of variants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from lookalike_specs import Field, Operation

Coercion = Callable[[str], Any]
INT64_DIGITS = 19
INT64_LIMIT = 2**63
BOOLEANS = {"true": True, "false": False}
LENIENT_BOOLEANS = {**BOOLEANS, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """An operation's rules, compiled."""

    fields: Mapping[str, Field]
    coercions: Mapping[str, Coercion | None]
    headers: tuple[tuple[bytes, str], ...]
    properties: frozenset[str]
    files: frozenset[str]
    defaults: Mapping[str, Any]
    is_valid: Callable[[Any], bool]
    iter_errors: Callable[[Any], Iterator[jsonschema_rs.ValidationError]]
    last_wins: bool


def compile_rules(operation: Operation, variants: Mapping[str, str]) -> CompiledRules:
    """Compile one operation's rules for one choice of variants."""
    fields = {field.name: field for field in operation.fields if field.is_active(variants)}
    validator = jsonschema_rs.validator_for(_build_schema(fields), validate_formats=False)
    return CompiledRules(
        fields=fields,
        coercions={
            name: _select_coercion(field, variants)
            for name, field in fields.items()
            if field.location in ("query", "form")
        },
        headers=tuple(
            (field.name.lower().encode(), field.name) for field in fields.values() if field.location == "header"
        ),
        properties=frozenset(field.name for field in fields.values() if field.location == "json"),
        files=frozenset(field.name for field in fields.values() if field.location == "file"),
        defaults={name: field.schema["default"] for name, field in fields.items() if "default" in field.schema},
        is_valid=validator.is_valid,
        iter_errors=validator.iter_errors,
        last_wins=variants.get("duplicate-parameter") == "last",
    )


def _build_schema(fields: Mapping[str, Field]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {name: _strip_extensions(field.schema) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
    }


def _strip_extensions(schema: Any) -> Any:
    """JSON Schema without what OpenAPI and our extensions add."""
    if isinstance(schema, list):
        return [_strip_extensions(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _strip_extensions(value)
        for key, value in schema.items()
        if not key.startswith("x-") and key not in ("example", "xml")
    }


def _parse_integer(text: str) -> Any:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= INT64_DIGITS):
        return text
    number = int(text)
    return number if -INT64_LIMIT <= number < INT64_LIMIT else text


def _parse_number(text: str) -> Any:
    try:
        return float(text) if text.strip("+-.0123456789eE") == "" else text
    except ValueError:
        return text


def _select_coercion(field: Field, variants: Mapping[str, str]) -> Coercion | None:
    """How a field's text becomes its type; text that does not stays text, and breaks the rule `type`."""
    if field.schema.get("type") == "boolean":
        if variants.get("booleans") == "strict":
            return lambda text: BOOLEANS.get(text, text)
        return lambda text: LENIENT_BOOLEANS.get(text.lower(), text)
    return {"integer": _parse_integer, "number": _parse_number}.get(field.schema.get("type", ""))
