"""What is held of the texts and the prices that a client gives: they are those of the answer, in every script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from .case import ClientOutcome
from .checks import RECORDED
from .protocol import ClientItem
from .registry import ClientFinding, client_check
from .served_items import iter_served_pages, list_item_ids, list_items

TAG: Final = re.compile(r"<[^<>]*>")
# such as `25.80` in `¥25.80-30.00`; more digits than that are no price
NUMBER: Final = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?")
MAX_SHOWN_TEXT: Final = 60


@client_check(
    "result/text",
    summary="Titles and addresses are those of the answer, letter by letter.",
    rationale="A text in the wrong encoding is unreadable, and one that was cut or made up says something else.",
    remediation="Decode answers as UTF-8, and give texts as they are; cut them where they are shown, if at all.",
    since=1,
)
def check_result_texts(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for each title and address among the texts of its product."""
    for item, served in _iter_pairs(outcome):
        texts = {variant for text in _iter_leaves(served, str) for variant in _iter_spellings(text)}
        if item.title is not None and _normalize(item.title) not in texts:
            message = f"the title {item.title[:MAX_SHOWN_TEXT]!r} is not in the product {item.id}"
            yield ClientFinding(message, RECORDED, subject="title")
            return
        # an address may be made of the id, as an API without addresses asks for
        if item.url and _normalize(item.url) not in texts and str(item.id) not in item.url:
            message = f"the address {item.url[:MAX_SHOWN_TEXT]!r} is not in the product {item.id}"
            yield ClientFinding(message, RECORDED, subject="url")
            return


@client_check(
    "result/price",
    summary="Prices are those of the answer, as numbers.",
    rationale="A price that lost its digits, or was made up, is paid by somebody.",
    remediation="Read prices as decimal numbers, or leave them the texts that they are.",
    since=1,
)
def check_prices(outcome: ClientOutcome) -> Iterator[ClientFinding]:
    """Look for each number of a price among the numbers of its product: `25.8` is `25.80`."""
    for item, served in _iter_pairs(outcome):
        if item.price is None:
            continue
        numbers = {number for leaf in _iter_leaves(served, (str, int, float)) for number in _iter_numbers(leaf)}
        prices = list(_iter_numbers(item.price))
        if any(price not in numbers for price in prices):
            yield ClientFinding(f"the price {item.price!r} is not in the product {item.id}", RECORDED)
            return


def _iter_pairs(outcome: ClientOutcome) -> Iterator[tuple[ClientItem, Any]]:
    """Yield each item of the client with the product of the answer that has its id; others are `result/items`."""
    response = outcome.response
    if outcome.case.expectation == "failure" or response is None or not response.items:
        return
    products: dict[str, Any] = {}
    for page in iter_served_pages(outcome):
        for item_ids, product in zip(list_item_ids(page), list_items(page), strict=True):
            products.update(dict.fromkeys(item_ids, product))
    for item in response.items:
        product = products.get(str(item.id))
        if product is not None:
            yield item, product


def _iter_leaves(value: Any, kinds: type | tuple[type, ...]) -> Iterator[Any]:
    if isinstance(value, dict):
        for child in value.values():
            yield from _iter_leaves(child, kinds)
    elif isinstance(value, list):
        for child in value:
            yield from _iter_leaves(child, kinds)
    elif isinstance(value, kinds):
        yield value


def _iter_spellings(text: str) -> Iterator[str]:
    """Yield a text as it is, without HTML, and as an address with its scheme, which all say the same."""
    yield _normalize(text)
    yield _normalize(html.unescape(TAG.sub("", text)))
    if text.startswith("//"):
        yield f"https:{text}"


def _normalize(text: str) -> str:
    return " ".join(text.split())


def _iter_numbers(value: str | float) -> Iterator[Decimal]:
    # by its shortest text: 25.8 is 25.80 and not 25.800000000000000711
    for match in NUMBER.findall(str(value)):
        try:
            yield Decimal(match).normalize()
        except InvalidOperation:
            continue
