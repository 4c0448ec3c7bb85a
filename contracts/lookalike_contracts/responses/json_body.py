"""A body as JSON, read once, however many checks ask for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lookalike_specs.messages import Response
from lookalike_specs.pointers import MISSING


def parse_json_body(response: Response) -> Any:
    """Return the body as JSON, not to be changed; MISSING where it is none."""
    return _parse_json(response.body)


# A refusal is compared with each error of a catalogue, a hundred times over, and 8 MB take a tenth of a second each time.
# Two are kept, as checks compare one answer with another.
@lru_cache(maxsize=2)
def _parse_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return MISSING


@lru_cache(maxsize=2)
def list_text_lines(body: bytes, *, is_json: bool) -> tuple[str, ...]:
    """Return the lines of a body's texts: each text of JSON on a line, and of what is no JSON the lines as they are."""
    value = MISSING
    if is_json:
        value = _parse_json(body)
    if value is MISSING:
        return tuple(body.decode("utf-8", "replace").splitlines())
    return tuple("\n".join(_iter_texts(value)).splitlines())


def _iter_texts(value: Any) -> Iterator[str]:
    """Yield every text in a value of JSON, on one line each."""
    if isinstance(value, str):
        yield value.replace("\n", " ")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _iter_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _iter_texts(inner)
