"""What the specs say of an operation's answers, for the tests of the vendors' pages."""

from functools import cache
from typing import Any

from openapi_schema_validator import OAS30Validator, OAS31Validator

from lookalike_specs import read_document
from lookalike_specs.references import resolve_refs

VALIDATOR_TYPES: dict[str, Any] = {"3.0": OAS30Validator, "3.1": OAS31Validator}


@cache
def load_operation(api: str, path: str, method: str = "get") -> Any:
    """An operation as the spec has it, its references resolved."""
    return resolve_refs(read_document(api), read_document(api)["paths"][path][method])


@cache
def create_validators(api: str, path: str, method: str = "get") -> dict[int, Any]:
    """By HTTP status, what holds an answer of that operation against the spec."""
    kind = VALIDATOR_TYPES[read_document(api)["openapi"][:3]]
    schemas = {
        int(status): found["content"]["application/json"]["schema"]
        for status, found in load_operation(api, path, method)["responses"].items()
    }
    return {status: kind(schema, format_checker=kind.FORMAT_CHECKER) for status, schema in schemas.items()}
