"""The JSON Schema of the lines that a driver gets and writes, as `driver.schema.json` beside this has it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from .protocol import ClientResponse, ClientTask, Hello, HelloTask

SCHEMA_FILE: Final = "driver.schema.json"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
REFERENCE: Final = "#/$defs/{name}"


def build_driver_schema() -> dict[str, Any]:
    """Return the schema of a line of either side.

    `#/$defs/Question` is what a driver gets, `#/$defs/Answer` what it writes.
    """
    types = (HelloTask, ClientTask, Hello, ClientResponse)
    references, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    hello_task, task, hello, response = references
    definitions = {name: dict(component) for name, component in components.items()}
    # a question is told by its task, and both sides are told by what they need: without `required` all would be alike
    definitions["HelloTask"]["required"] = ["id", "task", "protocol"]
    definitions["Question"] = {"anyOf": [hello_task, task]}
    definitions["Answer"] = {"anyOf": [hello, response]}
    return {
        "$schema": DIALECT,
        "title": "The lines of a driver of `lookalike certify`",
        "anyOf": [{"$ref": "#/$defs/Question"}, {"$ref": "#/$defs/Answer"}],
        "$defs": definitions,
    }


def encode_driver_schema() -> bytes:
    """Return the schema as the file has it."""
    return msgspec.json.format(msgspec.json.encode(build_driver_schema()), indent=2) + b"\n"
