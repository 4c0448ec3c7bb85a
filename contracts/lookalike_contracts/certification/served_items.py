"""The goods in the responses that a client got, to compare with those that it gives its caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lookalike_specs import Operation
from lookalike_specs.invariants import resolve_choice
from lookalike_specs.pointers import MISSING, resolve_pointer

from ..responses.json_body import parse_json_body
from ..responses.openapi_adapter import match_operation
from .case import ClientOutcome

SUCCESS_STATUSES = range(200, 300)


class ServedPage(NamedTuple):
    """A page of goods that the client got: the operation that answered it, and its body."""

    operation: Operation
    body: Any


def iter_served_pages(outcome: ClientOutcome) -> Iterator[ServedPage]:
    """Yield the good responses with a list of goods, in their order.

    An API may have more than one operation that searches, and all of them may have one path: which one it was is told by
    the whole request.
    """
    for operation, body in _iter_good_answers(outcome):
        if operation.extension.invariants.items:
            yield ServedPage(operation, body)


def find_uploaded_image(outcome: ClientOutcome) -> str | None:
    """Return what the last good answer to an upload calls the image; None where the client got none."""
    image = None
    for operation, body in _iter_good_answers(outcome):
        pointer = operation.extension.invariants.uploaded_image
        if pointer:
            value = resolve_pointer(body, pointer)
            if isinstance(value, str):
                image = value
    return image


def _iter_good_answers(outcome: ClientOutcome) -> Iterator[tuple[Operation, Any]]:
    for exchange in outcome.exchanges:
        operation = match_operation(outcome.api, exchange.request)
        if operation is None or exchange.response.status not in SUCCESS_STATUSES:
            continue
        body = parse_json_body(exchange.response)
        if body is not MISSING and body is not None:
            yield operation, body


def find_last_page(outcome: ClientOutcome) -> ServedPage | None:
    """Return the last page of goods that the client got; None where it got none."""
    last_page = None
    for page in iter_served_pages(outcome):
        last_page = page
    return last_page


def list_items(page: ServedPage) -> list[Any]:
    """Return the goods of a page; none where it has no list of them."""
    items = resolve_pointer(page.body, page.operation.extension.invariants.items)
    if not isinstance(items, list):
        return []
    return items


def list_item_ids(page: ServedPage) -> list[frozenset[str]]:
    """Return, for each item of a page, the texts that are its id: each part of it, and all of them together.

    A document may need two fields to tell an item from the others, and a client may have chosen one of them, or both.
    """
    pointers = page.operation.extension.invariants.id
    return [frozenset(_iter_ids(item, pointers)) for item in list_items(page)]


def _iter_ids(item: Any, pointers: list[str]) -> Iterator[str]:
    parts = [str(resolve_pointer(item, pointer)) for pointer in pointers]
    yield from parts
    yield "/".join(parts)


def find_total(page: ServedPage, variants: Mapping[str, str]) -> int | None:
    """Return how many goods the page says there are in all; None where it does not say."""
    paging = page.operation.extension.invariants.paging
    if paging is None:
        return None
    return _read_total(page, resolve_choice(paging.total, variants))


def list_possible_totals(page: ServedPage) -> set[int]:
    """Return what a client may take for the total, where it does not know which variant the server has."""
    paging = page.operation.extension.invariants.paging
    if paging is None:
        return set()
    pointers = [paging.total]
    if isinstance(paging.total, dict):
        pointers = [value for key, value in paging.total.items() if key != "variant"]
    totals = {_read_total(page, pointer) for pointer in pointers if isinstance(pointer, str)}
    return {total for total in totals if total is not None}


def _read_total(page: ServedPage, pointer: str) -> int | None:
    total = resolve_pointer(page.body, pointer)
    if pointer and isinstance(total, int):
        return total
    return None
