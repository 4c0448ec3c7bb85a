"""What of a document's answers cannot be written by its schemas, or not be compared with them: said at the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .messages import is_json
from .schema_values import guess_type, merge_schema
from .xml_text import find_root_name, is_xml

Document = dict[str, Any]


def add_answer_notices(document: Document, node: Document, pointer: str, notices: list[str]) -> None:
    """Add a line for each documented answer of an operation that has no body here, or whose body is not judged."""
    for status, media_type, content in _iter_texts(node):
        where = f"{pointer}: the answer {status} as {media_type}"
        schema = content.get("schema", {})
        if not isinstance(schema, dict):
            continue
        is_structured = guess_type(merge_schema(document, schema)) in ("array", "object")
        if not is_structured:
            continue
        if _has_text_example(content) or (is_xml(media_type) and find_root_name(document, schema)):
            if is_xml(media_type):
                notices.append(f"{where}: what stands in the XML is not compared with the schema")
        elif is_xml(media_type):
            notices.append(f"{where} has no example, and its schema no `xml.name` for the root; it has no body")
        else:
            notices.append(f"{where} has neither an example nor a form that a schema describes; it has no body")


def _iter_texts(node: Document) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield status, media type and content of the answers that are not JSON; of several types the first is answered."""
    for status, response in node["responses"].items():
        contents = response.get("content") or {}
        media_types = [media_type.partition(";")[0].strip() for media_type in contents]
        if not media_types or any(is_json(media_type) for media_type in media_types):
            continue
        content = next(iter(contents.values()))
        # of a range such as `image/*` nobody knows how it would be written
        if isinstance(content, Mapping) and "*" not in media_types[0]:
            yield status, media_types[0], content


def _has_text_example(content: Mapping[str, Any]) -> bool:
    examples = [content.get("example")]
    for entry in (content.get("examples") or {}).values():
        if isinstance(entry, Mapping):
            examples.append(entry.get("value"))
    return any(isinstance(example, str) for example in examples)
