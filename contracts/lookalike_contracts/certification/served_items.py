"""The goods in the responses that a client got, to compare with those that it gives its caller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lookalike_specs.invariants import resolve_choice
from lookalike_specs.pointers import MISSING, resolve_pointer

from ..responses.json_body import parse_json_body
from .case import ClientOutcome

SUCCESS_STATUSES = range(200, 300)


def find_last_page(outcome: ClientOutcome) -> Any:
    """Return the body of the last good response of the case's operation; MISSING where the client got none."""
    for exchange in reversed(outcome.exchanges):
        if exchange.request.path != outcome.operation.path or exchange.response.status not in SUCCESS_STATUSES:
            continue
        body = parse_json_body(exchange.response)
        if body is not MISSING and body is not None:
            return body
    return MISSING


def list_item_ids(outcome: ClientOutcome, body: Any) -> list[frozenset[str]]:
    """Return, for each item of a page, the texts that are its id: each part of it, and all of them together.

    A document may need two fields to tell an item from the others, and a client may have chosen one of them, or both.
    """
    invariants = outcome.operation.extension.invariants
    items = resolve_pointer(body, invariants.items)
    if not isinstance(items, list):
        return []
    return [frozenset(_iter_ids(item, invariants.id)) for item in items]


def _iter_ids(item: Any, pointers: list[str]) -> Iterator[str]:
    parts = [str(resolve_pointer(item, pointer)) for pointer in pointers]
    yield from parts
    yield "/".join(parts)


def find_total(outcome: ClientOutcome, body: Any) -> int | None:
    """Return how many goods the page says there are in all; None where it does not say."""
    paging = outcome.operation.extension.invariants.paging
    if paging is None:
        return None
    pointer = resolve_choice(paging.total, outcome.variants)
    if not pointer:
        return None
    total = resolve_pointer(body, pointer)
    if isinstance(total, int):
        return total
    return None
