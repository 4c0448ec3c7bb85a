"""Make a schema of a document one that validators can read, as near to the document's as possible."""

from __future__ import annotations

import re
from typing import Any, Final

import jsonschema_rs

from .pointers import escape_pointer_token
from .schema_values import DIALECT

JSON_TYPES: Final = frozenset(("object", "array", "string", "integer", "number", "boolean", "null"))
MAX_SCHEMA_REPAIRS: Final = 100
Document = dict[str, Any]


def repair_schema(schema: Any, pointer: str, is_30: bool, notices: list[str]) -> Any:
    """Return a schema of OpenAPI 3.1 that can be compiled, as near to this one as possible."""
    if not isinstance(schema, dict | bool):
        notices.append(f"{pointer}: is no schema; anything is allowed there")
        return {}
    mended = _convert_schema(schema, pointer, is_30, notices)
    for _ in range(MAX_SCHEMA_REPAIRS):
        error = _find_schema_error(mended)
        if error is None:
            return mended
        removed = _remove_keyword(mended, error)
        if removed is None:
            break
        notices.append(f"{pointer}{removed}: {error.message}; the keyword is not looked at")
    notices.append(f"{pointer}: cannot be used; anything is allowed there")
    return {}


def _find_schema_error(schema: Any) -> jsonschema_rs.ValidationError | None:
    if not isinstance(schema, dict):
        return None
    try:
        jsonschema_rs.meta.validate({"$schema": DIALECT, **schema})
    except jsonschema_rs.ValidationError as error:
        return error
    return None


def _remove_keyword(schema: Any, error: jsonschema_rs.ValidationError) -> str | None:
    """Remove what an error of the metaschema is about; return its pointer, None where that is not found."""
    path = list(error.instance_path)
    while path:
        *above, last = path
        node: Any = schema
        for step in above:
            node = node[step]
        # an entry of a list (`type: [string, foo]`) cannot be taken away alone: the keyword above it goes
        if isinstance(node, dict) and last in node:
            del node[last]
            return "".join(f"/{escape_pointer_token(str(step))}" for step in path)
        path = above
    return None


def _convert_schema(schema: Any, pointer: str, is_30: bool, notices: list[str]) -> Any:
    """Return the schema with its inner schemas converted: from 3.0 to 3.1, without what no validator can read."""
    if not isinstance(schema, dict):
        return schema
    result: Document = {}
    for key, value in schema.items():
        where = f"{pointer}/{escape_pointer_token(key)}"
        if key in ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas") and isinstance(
            value, dict
        ):
            result[key] = {
                name: _convert_schema(inner, f"{where}/{escape_pointer_token(name)}", is_30, notices)
                for name, inner in value.items()
            }
        elif key in ("allOf", "anyOf", "oneOf", "prefixItems") and isinstance(value, list):
            result[key] = [
                _convert_schema(inner, f"{where}/{number}", is_30, notices) for number, inner in enumerate(value)
            ]
        elif key in ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"):
            result[key] = _convert_schema(value, where, is_30, notices)
        else:
            result[key] = value
    _mend_type(result, pointer, notices)
    _mend_pattern(result, pointer, notices)
    if is_30:
        return _upgrade_keywords(result)
    return result


def _mend_type(schema: Document, pointer: str, notices: list[str]) -> None:
    types = schema.get("type")
    if types is None:
        return
    listed = types if isinstance(types, list) else [types]
    if not listed or not JSON_TYPES.issuperset(map(str, listed)):
        notices.append(f"{pointer}/type: {types!r} is no type of JSON; any type is allowed there")
        del schema["type"]


def _mend_pattern(schema: Document, pointer: str, notices: list[str]) -> None:
    """Drop a pattern that one of the two validators cannot read: Rust's of the mock, Python's of the judge."""
    pattern = schema.get("pattern")
    if pattern is None:
        return
    try:
        re.compile(pattern)
        jsonschema_rs.validator_for({"pattern": pattern})
    except (re.error, TypeError, ValueError, jsonschema_rs.ValidationError, OverflowError, RecursionError):
        notices.append(f"{pointer}/pattern: {str(pattern)[:60]!r} cannot be read; it is not looked at")
        del schema["pattern"]


def _upgrade_keywords(schema: Document) -> Document:
    """Return a schema of 3.0 as 3.1 has it: `nullable`, and bounds that are exclusive."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool):
            is_exclusive = schema.pop(exclusive)
            if is_exclusive and bound in schema:
                schema[exclusive] = schema.pop(bound)
    if schema.pop("nullable", False) is not True:
        return schema
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}
