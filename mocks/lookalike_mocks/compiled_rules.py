"""An operation's rules, compiled for one choice of variants: types of its texts, schemas, what a broken rule leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import jsonschema_rs

from lookalike_specs import Api, Field, Operation
from lookalike_specs.api import WHOLE_BODY, ParameterLocation
from lookalike_specs.extensions import Reaction, Rule
from lookalike_specs.parameter_styles import PREFIXED_STYLES, get_value_type, is_structured, read_prefixed_scalar
from lookalike_specs.request_builder import collect_examples

Coercion = Callable[[str], Any]
INT64_DIGITS: Final = 19
INT64_LIMIT: Final = 2**63
BOOLEANS: Final = {"true": True, "false": False}
LENIENT_BOOLEANS: Final = {**BOOLEANS, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """What one operation wants of a request, with its variants chosen.

    `coercions` make a text of query or form its type, `other_coercions` one of path, header or cookie. `structured` are
    the lists and objects that stand in such texts. `query_names` and `form_names` are set where a name counts only in
    its own place. `reactions` are, by field and keyword of JSON Schema, what a broken rule leads to: an error's id, or
    "ignore", "accept", "clamp". `body_errors` are errors by the rule that a body broke; `body_example` stands for a body
    in a documented media type that nobody here reads.
    """

    fields: Mapping[str, Field]
    coercions: Mapping[str, Coercion | None]
    other_coercions: Mapping[str, Coercion | None]
    headers: tuple[tuple[bytes, str], ...]
    cookies: frozenset[str]
    properties: frozenset[str]
    files: frozenset[str]
    structured: tuple[Field, ...]
    query_names: frozenset[str] | None
    form_names: frozenset[str]
    defaults: Mapping[str, Any]
    validator: jsonschema_rs.Validator
    reactions: Mapping[str, Mapping[str, str]]
    request_rules: tuple[Rule, ...]
    last_wins: bool
    merges_query_and_form: bool
    body_location: ParameterLocation | None
    body_limit: int
    body_errors: Mapping[str, str]
    body_media_type: str
    media_types: tuple[str, ...]
    body_example: Any


def compile_rules(api: Api, operation: Operation, variants: Mapping[str, str]) -> CompiledRules:
    """Compile one operation's rules for one choice of variants."""
    extension = operation.extension
    fields = {field.name: field for field in operation.fields if field.is_active(variants)}
    structured = tuple(field for field in fields.values() if is_structured(field))
    coercions = {}
    other_coercions: dict[str, Coercion | None] = {}
    headers = []
    for field in fields.values():
        if field in structured:
            continue
        if field.location in ("query", "form"):
            coercions[field.name] = _select_coercion(field, variants)
        elif field.location == "path" and field.style in PREFIXED_STYLES:
            other_coercions[field.name] = partial(_parse_prefixed, field, _select_coercion(field, variants))
        elif field.location in ("path", "header", "cookie"):
            other_coercions[field.name] = _select_coercion(field, variants)
        if field.location == "header":
            headers.append((field.name.lower().encode(), field.name))
    query_names = None
    form_names = _get_names(operation.fields, "form")
    if operation.body_location is not None and not extension.merge_query_and_form:
        # none of them is in the query: then whoever sends all in the query is understood as well
        query_names = _get_names(operation.fields, "query") or None
    body_example = None
    if operation.body_location == "body" and len(operation.media_types) > 1:
        body_example = collect_examples(api, operation).get(WHOLE_BODY)
    errors = {rule: _resolve_reaction(reaction, variants) for rule, reaction in extension.errors.items()}
    return CompiledRules(
        fields=fields,
        coercions=coercions,
        other_coercions=other_coercions,
        headers=tuple(headers),
        cookies=_get_names(fields.values(), "cookie"),
        properties=_get_names(fields.values(), "json"),
        files=_get_names(fields.values(), "file"),
        structured=structured,
        query_names=query_names,
        form_names=form_names,
        defaults={name: field.schema["default"] for name, field in fields.items() if "default" in field.schema},
        validator=jsonschema_rs.validator_for(_build_schema(fields, api.document), validate_formats=False),
        reactions={name: _compile_reactions(field, errors, variants) for name, field in fields.items()},
        request_rules=tuple(extension.rules),
        last_wins=variants.get("duplicate-parameter") == "last",
        merges_query_and_form=extension.merge_query_and_form,
        body_location=operation.body_location,
        body_limit=extension.body_limit,
        body_errors=errors,
        body_media_type=operation.body_media_type,
        media_types=operation.media_types,
        body_example=body_example,
    )


def _get_names(fields: Iterable[Field], location: ParameterLocation) -> frozenset[str]:
    return frozenset(field.name for field in fields if field.location == location)


def _build_schema(fields: Mapping[str, Field], document: Mapping[str, Any]) -> dict[str, Any]:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {name: _strip_extensions(field.schema) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
    }
    # where a schema holds itself, a reference to it is left
    if _has_reference(schema):
        schemas = document.get("components", {}).get("schemas", {})
        schema["components"] = _strip_extensions({"schemas": schemas})
    return schema


def _has_reference(schema: Any) -> bool:
    if isinstance(schema, list):
        return any(_has_reference(item) for item in schema)
    if not isinstance(schema, dict):
        return False
    return isinstance(schema.get("$ref"), str) or any(_has_reference(value) for value in schema.values())


def _strip_extensions(schema: Any) -> Any:
    """Return JSON Schema without what OpenAPI and our extensions add."""
    if isinstance(schema, list):
        return [_strip_extensions(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _strip_extensions(value)
        for key, value in schema.items()
        if not key.startswith("x-") and key not in ("example", "xml")
    }


def _compile_reactions(field: Field, errors: Mapping[str, str], variants: Mapping[str, str]) -> dict[str, str]:
    """Return what each keyword leads to; of the operation's errors, a field without a default takes that one alone."""
    reactions = {keyword: _resolve_reaction(reaction, variants) for keyword, reaction in field.reactions.items()}
    if "default" not in reactions and "default" in errors:
        reactions["default"] = errors["default"]
    return reactions


def _resolve_reaction(reaction: Reaction, variants: Mapping[str, str]) -> str:
    """Return a reaction under the chosen variants: `{variant: type-errors, strict: 400, lenient: ignore}` is one."""
    if isinstance(reaction, str):
        return reaction
    return reaction[variants[reaction["variant"]]]


def _select_coercion(field: Field, variants: Mapping[str, str]) -> Coercion | None:
    """Return what makes a field's text its type; text that cannot be coerced stays text, and breaks the rule `type`."""
    match get_value_type(field):
        case "boolean" if variants.get("booleans") == "strict":
            return _parse_strict_boolean
        case "boolean":
            return _parse_lenient_boolean
        case "integer":
            return _parse_integer
        case "number":
            return _parse_number
        case _:
            return None


def _parse_prefixed(field: Field, coerce: Coercion | None, text: str) -> Any:
    """Return the value behind the mark of the field's style; None where the mark is missing."""
    value = read_prefixed_scalar(field, text)
    if value is None or coerce is None:
        return value
    return coerce(value)


def _parse_strict_boolean(text: str) -> Any:
    return BOOLEANS.get(text, text)


def _parse_lenient_boolean(text: str) -> Any:
    return LENIENT_BOOLEANS.get(text.lower(), text)


def _parse_integer(text: str) -> Any:
    # far from all limits, as nearly every number is
    if len(text) < INT64_DIGITS and text.isascii() and text.isdigit():
        return int(text)
    digits = text.removeprefix("-")
    # int() reads "١٢" and "1_000" too, and takes the square of the number of digits
    if not (digits.isascii() and digits.isdigit() and len(digits) <= INT64_DIGITS):
        return text
    number = int(text)
    if not -INT64_LIMIT <= number < INT64_LIMIT:
        return text
    return number


def _parse_number(text: str) -> Any:
    # float() reads "nan", "infinity" and "1_000" too
    if text.strip("+-.0123456789eE"):
        return text
    try:
        return float(text)
    except ValueError:
        return text


def coerce_text(text: str, value_type: str) -> Any:
    """Return the value of that type that a text in a list or an object stands for; else the text."""
    match value_type:
        case "boolean":
            return _parse_strict_boolean(text)
        case "integer":
            return _parse_integer(text)
        case "number":
            return _parse_number(text)
        case _:
            return text
