"""Draw values that a JSON Schema allows: the document's own examples first, else made up; the same for a seed."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import jsonschema_rs

from .draw_pattern import draw_matching_text
from .exceptions import SpecError
from .references import follow_reference, follow_reference_chain

Direction = Literal["request", "response"]
Schema = Any
# below this depth only what is required is drawn, so that a schema that holds itself ends
MAX_DEPTH: Final = 5
# a schema that requires itself has no finite value at all: then the drawing stops here, and says that nothing fits
HARD_DEPTH: Final = 40
ATTEMPTS: Final = 12
MAX_ITEMS: Final = 2
MAX_DRAWN_ITEMS: Final = 1000
MAX_NUMBER: Final = 1000
UNIQUE_ATTEMPTS: Final = 50
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
HIDDEN_KEYWORD: Final[Mapping[Direction, str]] = {"request": "readOnly", "response": "writeOnly"}
WORDS: Final = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "islet", "jolly", "kayak", "lemon",
    "maple", "north", "ocean", "piano", "quiet", "river", "stone", "tiger", "umbra", "velvet", "willow", "yonder",
)  # fmt: skip
EPOCH: Final = datetime(2025, 1, 1, tzinfo=UTC)


class DrawnValue(NamedTuple):
    """A value, and whether the schema allows it; where nothing that fits was found, the nearest try."""

    value: Any
    is_valid: bool


def draw_value(document: Mapping[str, Any], schema: Schema, seed: str, direction: Direction = "response") -> DrawnValue:
    """Return a value that the schema allows, the same each time for the same seed.

    The document's examples and defaults come first. Where they do not fit together, everything is made up. References
    are those of the document; `readOnly` properties are in responses only, `writeOnly` ones in requests only.
    """
    is_valid = build_validator(document, schema)
    first: Any = None
    for attempt in range(ATTEMPTS):
        # the second half of the attempts does without examples: one of them may break its own schema
        drawer = _Drawer(dict(document), Random(f"{seed}/{attempt}"), direction, attempt, attempt < ATTEMPTS // 2)  # noqa: S311 - values, not secrets
        value = drawer.draw(schema, 0)
        if attempt == 0:
            first = value
        if is_valid(value):
            return DrawnValue(value, True)
    return DrawnValue(first, False)


def build_validator(document: Mapping[str, Any], schema: Schema) -> Callable[[Any], bool]:
    """Return whether a value is one that the schema allows. A schema that cannot be compiled allows everything."""
    root = {"$schema": DIALECT, "allOf": [schema], "components": document.get("components", {})}
    try:
        return jsonschema_rs.validator_for(root, validate_formats=True).is_valid
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError):
        return lambda _: True


@dataclass
class _Drawer:
    """One attempt; `attempt` also says which of several alternatives is taken."""

    document: dict[str, Any]
    rng: Random
    direction: Direction
    attempt: int
    uses_examples: bool

    def draw(self, schema: Schema, depth: int) -> Any:
        """Return a value of the schema; nothing of it has been validated yet."""
        if not isinstance(schema, dict) or depth > HARD_DEPTH:
            return self._draw_word()
        schema = merge_schema(self.document, schema, self.attempt)
        examples = list(_iter_given_values(schema)) if self.uses_examples else []
        if examples:
            return examples[self.attempt % len(examples)]
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.rng.choice(schema["enum"])
        return self._draw_by_type(schema, depth)

    def _draw_by_type(self, schema: dict[str, Any], depth: int) -> Any:
        draw = {
            "object": self._draw_object,
            "array": self._draw_array,
            "string": self._draw_string,
            "integer": self._draw_integer,
            "number": self._draw_number,
            "boolean": self._draw_boolean,
        }.get(guess_type(schema))
        if draw is None:
            return None
        return draw(schema, depth)

    def _draw_object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        required = schema.get("required", [])
        result: dict[str, Any] = {}
        for name, inner in schema.get("properties", {}).items():
            if inner is False or self._is_hidden(inner):
                continue
            if name in required or depth < MAX_DEPTH:
                result[name] = self.draw(inner, depth + 1)
        more = schema.get("additionalProperties", True)
        for name in required:
            if name not in result and not self._is_hidden(schema.get("properties", {}).get(name)):
                result[name] = self.draw(more, depth + 1)
        least = schema.get("minProperties", 0)
        # a map such as `{additionalProperties: {type: integer}}` would say nothing where it is empty
        if not schema.get("properties") and isinstance(more, dict) and depth < MAX_DEPTH:
            least = max(least, min(MAX_ITEMS, schema.get("maxProperties", MAX_ITEMS)))
        for number in range(MAX_DRAWN_ITEMS):
            if len(result) >= least or more is False:
                break
            result.setdefault(f"{WORDS[number % len(WORDS)]}{number // len(WORDS) or ''}", self.draw(more, depth + 1))
        return result

    def _is_hidden(self, schema: Schema) -> bool:
        if not isinstance(schema, dict):
            return False
        return bool(_dereference(self.document, schema).get(HIDDEN_KEYWORD[self.direction]))

    def _draw_array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        least = schema.get("minItems", schema.get("minContains", 0))
        first = schema.get("prefixItems", [])
        items = schema.get("items", schema.get("contains", True))
        count = least
        if depth < MAX_DEPTH:
            count = max(least, len(first), min(MAX_ITEMS, schema.get("maxItems", MAX_ITEMS)))
        # `items: false` forbids all but the first ones
        if items is False and least <= len(first):
            count = min(count, len(first))
        inner_schemas = [*first[:count], *[items] * (count - len(first))]
        if schema.get("uniqueItems"):
            return self._draw_unique_items(inner_schemas[:MAX_DRAWN_ITEMS], depth, least)
        return [self.draw(inner, depth + 1) for inner in inner_schemas[:MAX_DRAWN_ITEMS]]

    def _draw_unique_items(self, schemas: list[Schema], depth: int, least: int) -> list[Any]:
        result: list[Any] = []
        for inner in schemas:
            value = self._draw_item(inner, depth + 1, result)
            # where there are no more different ones, as of a short enumeration, the list stays shorter
            if value not in result or len(result) < least:
                result.append(value)
        return result

    def _draw_item(self, schema: Schema, depth: int, others: list[Any]) -> Any:
        """Return a value that is none of the others, if one is found."""
        value = self.draw(schema, depth)
        for _ in range(UNIQUE_ATTEMPTS):
            if value not in others:
                break
            value = _Drawer(self.document, self.rng, self.direction, self.attempt, False).draw(schema, depth)
        return value

    def _draw_string(self, schema: dict[str, Any], _: int) -> str:
        least = schema.get("minLength", 0)
        most = schema.get("maxLength")
        if isinstance(schema.get("pattern"), str):
            return draw_matching_text(schema["pattern"], self.rng, least, most)
        draw = FORMATS.get(schema.get("format", ""))
        if draw is not None:
            return draw(self.rng)
        text = self._draw_word()
        while len(text) < least:
            text = f"{text} {self._draw_word()}"
        if most is None or len(text) <= most:
            return text
        return text[:most].rstrip().ljust(least, "x")

    def _draw_integer(self, schema: dict[str, Any], _: int) -> int:
        low, high = _find_bounds(schema, 1)
        step = schema.get("multipleOf")
        if isinstance(step, int) and step > 0:
            first = -(-int(low) // step)
            return self.rng.randint(first, max(first, int(high) // step)) * step
        return self.rng.randint(int(-(-low // 1)), max(int(-(-low // 1)), int(high // 1)))

    def _draw_number(self, schema: dict[str, Any], _: int) -> float:
        step = schema.get("multipleOf")
        low, high = _find_bounds(schema, 0.01)
        if isinstance(step, int | float) and step > 0:
            first = -(-low // step)
            return round(self.rng.randint(int(first), max(int(first), int(high // step))) * step, 10)
        value = round(self.rng.uniform(low, high), 2)
        if low <= value <= high:
            return value
        # rounding left the range, as between 0.001 and 0.002
        return (low + high) / 2

    def _draw_boolean(self, _: dict[str, Any], __: int) -> bool:
        return self.rng.random() < 0.5

    def _draw_word(self) -> str:
        return self.rng.choice(WORDS)


def guess_type(schema: Mapping[str, Any]) -> str:
    """Return the type of the values that a schema is for, "null" last; by its keywords where it has none."""
    types = schema.get("type", [])
    if isinstance(types, str):
        return types
    for name in types:
        if name != "null":
            return str(name)
    if types:
        return "null"
    for name, keywords in TYPE_KEYWORDS.items():
        if not schema.keys().isdisjoint(keywords):
            return name
    return "string"


def merge_schema(document: dict[str, Any], schema: dict[str, Any], choice: int = 0) -> dict[str, Any]:
    """Return a schema without `$ref`, `allOf`, `oneOf` and `anyOf` at its top; `choice` counts through alternatives."""
    merged = _dereference(document, schema)
    for _ in range(HARD_DEPTH):
        parts = list(merged.pop("allOf", ()))
        for keyword in ("oneOf", "anyOf"):
            alternatives = [schema for schema in merged.pop(keyword, ()) if schema != {"type": "null"}]
            if alternatives:
                parts.append(alternatives[choice % len(alternatives)])
        if not parts:
            break
        for part in parts:
            if isinstance(part, dict):
                merged = _combine(merged, _dereference(document, part))
    return merged


def _dereference(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(schema.get("$ref"), str):
        return dict(schema)
    try:
        reference, beside = follow_reference_chain(document, schema)
        target = follow_reference(document, reference)
    except SpecError:
        return {}
    if not isinstance(target, dict):
        return {}
    return {**target, **beside}


def _combine(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return what both schemas ask for, as far as that can be said in one."""
    result = {**one, **other}
    for keyword, combine in COMBINERS.items():
        if keyword in one and keyword in other:
            result[keyword] = combine(one[keyword], other[keyword])
    return result


def _combine_types(one: Any, other: Any) -> Any:
    both = [name for name in _list_types(one) if name in _list_types(other)]
    return both or other


def _list_types(types: Any) -> list[Any]:
    if isinstance(types, list):
        return types
    return [types]


def _combine_properties(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    result = dict(one)
    for name, schema in other.items():
        result[name] = schema
        if name in one:
            result[name] = {"allOf": [one[name], schema]}
    return result


def _iter_given_values(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what the document itself has for a value."""
    if "example" in schema:
        yield schema["example"]
    if isinstance(schema.get("examples"), list):
        yield from schema["examples"]
    if "default" in schema:
        yield schema["default"]


def _find_bounds(schema: Mapping[str, Any], step: float) -> tuple[float, float]:
    """Return the least and the greatest number to draw, both of them allowed."""
    lows = [schema["minimum"]] if "minimum" in schema else []
    if "exclusiveMinimum" in schema:
        lows.append(schema["exclusiveMinimum"] + step)
    highs = [schema["maximum"]] if "maximum" in schema else []
    if "exclusiveMaximum" in schema:
        highs.append(schema["exclusiveMaximum"] - step)
    high = min(highs, default=None)
    if lows:
        low = max(lows)
    elif high is None or high >= 1:
        # counts and ids are seldom 0, and never below
        low = 1
    else:
        low = high - MAX_NUMBER
    if high is None:
        high = max(low + MAX_NUMBER - 1, MAX_NUMBER)
    return low, max(low, high)


def _draw_time(rng: Random) -> datetime:
    return EPOCH + timedelta(seconds=rng.randrange(31_536_000))


def _draw_uuid(rng: Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def _draw_bytes(rng: Random) -> str:
    return base64.b64encode(rng.choice(WORDS).encode()).decode()


TYPE_KEYWORDS: Final[Mapping[str, frozenset[str]]] = {
    "object": frozenset(("properties", "additionalProperties", "required", "minProperties", "patternProperties")),
    "array": frozenset(("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains")),
    "string": frozenset(("pattern", "minLength", "maxLength", "format")),
    "number": frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
}
COMBINERS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "type": _combine_types,
    "properties": _combine_properties,
    "required": lambda one, other: list(dict.fromkeys([*one, *other])),
    "enum": lambda one, other: [value for value in one if value in other],
    "allOf": lambda one, other: [*one, *other],
    "minimum": max,
    "maximum": min,
    "minLength": max,
    "maxLength": min,
    "minItems": max,
    "maxItems": min,
}
FORMATS: Final[Mapping[str, Callable[[Random], str]]] = {
    "date-time": lambda rng: _draw_time(rng).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "date": lambda rng: _draw_time(rng).strftime("%Y-%m-%d"),
    "time": lambda rng: _draw_time(rng).strftime("%H:%M:%SZ"),
    "duration": lambda rng: f"P{rng.randint(1, 30)}D",
    "email": lambda rng: f"{rng.choice(WORDS)}@example.com",
    "idn-email": lambda rng: f"{rng.choice(WORDS)}@example.com",
    "uuid": _draw_uuid,
    "uri": lambda rng: f"https://example.com/{rng.choice(WORDS)}",
    "url": lambda rng: f"https://example.com/{rng.choice(WORDS)}",
    "iri": lambda rng: f"https://example.com/{rng.choice(WORDS)}",
    "uri-reference": lambda rng: f"/{rng.choice(WORDS)}",
    "iri-reference": lambda rng: f"/{rng.choice(WORDS)}",
    "hostname": lambda rng: f"{rng.choice(WORDS)}.example.com",
    "idn-hostname": lambda rng: f"{rng.choice(WORDS)}.example.com",
    "ipv4": lambda rng: f"192.0.2.{rng.randint(1, 254)}",
    "ipv6": lambda rng: f"2001:db8::{rng.randint(1, 65535):x}",
    "byte": _draw_bytes,
    "json-pointer": lambda rng: f"/{rng.choice(WORDS)}",
    "regex": lambda rng: f"{rng.choice(WORDS)}",
}
