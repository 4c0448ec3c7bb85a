"""An operation's rules, compiled for one choice of variants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from lookalike_specs import Field, Operation
from lookalike_specs.parameter_styles import get_value_type, is_structured

TEXT_LOCATIONS = ("path", "query", "header", "cookie", "form")
Coercion = Callable[[str], Any]
INT64_DIGITS = 19
INT64_LIMIT = 2**63
BOOLEANS = {"true": True, "false": False}
LENIENT_BOOLEANS = {**BOOLEANS, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """An operation's rules, compiled.

    `structured` are the lists and objects that stand in a query or a path. `by_place` has the names of the query and
    of the form, where a value counts only in its own place.
    """

    fields: Mapping[str, Field]
    coercions: Mapping[str, Coercion | None]
    headers: tuple[tuple[bytes, str], ...]
    properties: frozenset[str]
    files: frozenset[str]
    defaults: Mapping[str, Any]
    is_valid: Callable[[Any], bool]
    iter_errors: Callable[[Any], Iterator[jsonschema_rs.ValidationError]]
    last_wins: bool
    structured: tuple[Field, ...] = ()
    cookies: frozenset[str] = frozenset()
    by_place: Mapping[str, frozenset[str]] | None = None


def compile_rules(
    operation: Operation, variants: Mapping[str, str], document: Mapping[str, Any] | None = None
) -> CompiledRules:
    """Compile one operation's rules for one choice of variants; `document` is where references lead to."""
    fields = {field.name: field for field in operation.fields if field.is_active(variants)}
    validator = jsonschema_rs.validator_for(_build_schema(fields, document or {}), validate_formats=False)
    structured = tuple(field for field in fields.values() if is_structured(field))
    own = {field.name for field in structured}
    return CompiledRules(
        fields=fields,
        coercions={
            name: _select_coercion(field, variants)
            for name, field in fields.items()
            if field.location in TEXT_LOCATIONS and name not in own
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
        structured=structured,
        cookies=frozenset(field.name for field in fields.values() if field.location == "cookie"),
        by_place=_separate_places(operation),
    )


def _separate_places(operation: Operation) -> Mapping[str, frozenset[str]] | None:
    """Return the names of the query and of the form, where the operation has both and tells them apart."""
    places = {
        place: frozenset(field.name for field in operation.fields if field.location == place)
        for place in ("query", "form")
    }
    is_told_apart = places["query"] and operation.body_location and not operation.extension.merge_query_and_form
    return places if is_told_apart else None


def _build_schema(fields: Mapping[str, Field], document: Mapping[str, Any]) -> dict[str, Any]:
    # where a schema holds itself, a reference is left in it
    components = _strip_extensions({"schemas": document.get("components", {}).get("schemas", {})})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {name: _strip_extensions(field.schema) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "components": components,
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
    kind = get_value_type(field)
    if kind == "boolean":
        if variants.get("booleans") == "strict":
            return lambda text: BOOLEANS.get(text, text)
        return lambda text: LENIENT_BOOLEANS.get(text.lower(), text)
    return {"integer": _parse_integer, "number": _parse_number}.get(kind)


def coerce_text(text: str, kind: str) -> Any:
    """Return the value of that type that a text in a list or an object stands for; else the text."""
    if kind == "boolean":
        return BOOLEANS.get(text, text)
    coerce = {"integer": _parse_integer, "number": _parse_number}.get(kind)
    return coerce(text) if coerce else text
