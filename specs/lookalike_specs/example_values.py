"""Write an example to each parameter and body of a document that has none, so that a good request can be made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .messages import FORM_TYPES, is_json
from .references import resolve_refs
from .schema_values import build_validator, draw_value

Document = dict[str, Any]


def add_examples(document: Document, node: Document, pointer: str, notices: list[str]) -> None:
    """Write an example to each required parameter and each body that has none, or none that its schema allows."""
    for parameter in node["parameters"]:
        where = f"{pointer}: the example of {parameter['name']!r}"
        example = _find_valid_example(document, parameter, where, notices)
        if example is not None:
            parameter.pop("examples", None)
            parameter["example"] = example
        elif parameter.get("required"):
            _write_drawn_example(document, parameter, f"{pointer}/{parameter['name']}", where, notices)
    for name, media in node.get("requestBody", {}).get("content", {}).items():
        where = f"{pointer}: the example of the body ({name})"
        example = _find_valid_example(document, media, where, notices)
        if example is not None:
            media["example"] = example
        elif is_json(name) or name in FORM_TYPES or node["x-lookalike"].get("whole-body"):
            _write_drawn_example(document, media, f"{pointer}/{name}", where, notices)


def _find_valid_example(document: Document, node: Document, where: str, notices: list[str]) -> Any:
    is_valid = build_validator(document, node["schema"])
    examples = list(_iter_examples(document, node))
    for example in examples:
        if example is not None and is_valid(example):
            return example
    if examples:
        notices.append(f"{where} is not one that its schema allows; another one is made up")
    return None


def _iter_examples(document: Document, node: Document) -> Iterator[Any]:
    if "example" in node:
        yield node["example"]
    named = node.get("examples")
    if isinstance(named, dict):
        for entry in named.values():
            resolved = resolve_refs(document, entry)
            if isinstance(resolved, dict) and "value" in resolved:
                yield resolved["value"]


def _write_drawn_example(document: Document, node: Document, seed: str, where: str, notices: list[str]) -> None:
    drawn = draw_value(document, node["schema"], seed, "request")
    if not drawn.is_valid:
        notices.append(f"{where} could not be made up so that its schema allows it")
    node.pop("examples", None)
    node["example"] = drawn.value
    provenance = node.setdefault("x-provenance", {"kind": "documented", "source": "the document"})
    keywords = {**provenance.get("keywords", {}), "example": {"kind": "invented", "source": "drawn from the schema"}}
    node["x-provenance"] = {**provenance, "keywords": keywords}
