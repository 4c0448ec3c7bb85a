"""Hold what was sent against the spec; a broken rule becomes the vendor's own error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import jsonschema_rs

from lookalike_specs import Field, Operation
from lookalike_specs.extension import Reaction, When

from .call import Call
from .errors import Refused

Coercion = Callable[[str], Any]
INT64_DIGITS = 18
TRUTH = {"true": True, "false": False}
LENIENT_TRUTH = {**TRUTH, "1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Checker:
    """An operation's rules, compiled."""

    fields: Mapping[str, Field]
    coercions: Mapping[str, Coercion | None]
    headers: tuple[tuple[bytes, str], ...]
    properties: frozenset[str]
    defaults: Mapping[str, Any]
    is_valid: Callable[[Any], bool]
    errors: Callable[[Any], Iterator[jsonschema_rs.ValidationError]]
    last_wins: bool


def checker(operation: Operation, variants: Mapping[str, str]) -> Checker:
    """Compile one operation's rules for one choice of variants."""
    fields = {field.name: field for field in operation.fields if counts(field.when, variants)}
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
        defaults={name: field.schema["default"] for name, field in fields.items() if "default" in field.schema},
        is_valid=validator.is_valid,
        errors=validator.iter_errors,
        last_wins=variants.get("duplicate-parameter") == "last",
    )


def counts(when: When | None, variants: Mapping[str, str]) -> bool:
    """Whether a scheme or a field is one at all, for a choice of variants."""
    return when is None or when.holds(variants)


def validate(call: Call) -> None:
    """Fill `call.values`: typed values and defaults. Raises Refused for the first broken rule, in the spec's order."""
    checker = call.endpoint.checker
    values = _values(call, checker)
    if not checker.is_valid(values):
        values = _mend(call, checker, values)
    call.sent = values
    call.values = {**checker.defaults, **values}
    if rules := call.endpoint.operation.extension.rules:
        for rule in rules:
            if not RULES[rule.rule](call.values, rule.parameters, rule.limit):
                raise Refused(rule.error, {"rule": rule.rule, "parameter": rule.parameters[0], "value": ""})


def _values(call: Call, checker: Checker) -> dict[str, Any]:
    """What was sent, typed where it can be; an empty value counts as absent."""
    sent = call.query + call.form if call.form and call.endpoint.operation.extension.merge else call.form or call.query
    coercions = checker.coercions
    values: dict[str, Any] = (
        {} if call.document is None else {k: v for k, v in call.document.items() if k in checker.properties}
    )
    for name, text in sent:
        if text and name in coercions and (name not in values or checker.last_wins):
            coerce = coercions[name]
            values[name] = coerce(text) if coerce else text
    for key, name in checker.headers:
        if value := call.request.header(key):
            values[name] = value
    return values


def _mend(call: Call, checker: Checker, values: dict[str, Any]) -> dict[str, Any]:
    """Apply the reactions to broken rules until none is left; the first that is an error ends it."""
    ignored: set[str] = set()
    for _ in range(len(checker.fields) + 1):
        broken = sorted((found for found in _broken(checker, values) if found[1] not in ignored), key=itemgetter(0))
        if not broken:
            break
        _, name, keyword, limit = broken[0]
        reaction = _reaction(call, checker.fields[name], keyword)
        if reaction in ("ignore", "accept"):
            ignored.add(name)
        if reaction == "ignore":
            values = {key: value for key, value in values.items() if key != name}
        elif reaction == "clamp":
            values = {**values, name: limit}
        elif reaction != "accept":
            value = values.get(name, "")
            raise Refused(reaction, {"rule": keyword, "parameter": name, "value": value})
    return values


def _broken(checker: Checker, values: dict[str, Any]) -> Iterator[tuple[int, str, str, Any]]:
    order = list(checker.fields)
    for error in checker.errors(values):
        at = error.instance_path
        missing = error.kind.name == "required" and not at
        name = str(getattr(error.kind, "property", "") if missing else at[0])
        yield order.index(name), name, error.kind.name, None if missing else getattr(error.kind, "limit", None)


def _reaction(call: Call, field: Field, keyword: str) -> str:
    table: Mapping[str, Reaction] = {**call.endpoint.operation.extension.errors, **field.reactions}
    reaction = field.reactions.get(keyword, table["default"])
    return reaction if isinstance(reaction, str) else reaction[call.service.variants[reaction["variant"]]]


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
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= INT64_DIGITS else text


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


def _any_of(values: Mapping[str, Any], names: list[str], _: int) -> bool:
    return any(name in values for name in names)


def _sum_at_most(values: Mapping[str, Any], names: list[str], limit: int) -> bool:
    return bool(sum(values[name] for name in names) <= limit)


RULES = {"any-of": _any_of, "sum-at-most": _sum_at_most}
