"""Family `item`: ids and URLs that clients can use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from lookalike_specs.pointers import MISSING

from ..context import CheckContext
from ..finding import Exchange, Failure
from ..registry import passive_check
from ..search import INVARIANTS_SOURCE, SearchResponse, is_search, locate_invariant, parse_search

# "" is a URL such as `//img.alicdn.com/a.jpg`, which takes the scheme of the page that it stands in
WEB_SCHEMES = ("", "http", "https")


@passive_check(
    "item/id",
    summary="Every item has an id, and all ids of a response are of one type.",
    rationale="Goods are ordered by their id.",
    remediation="Leave out items that have no id.",
    source=INVARIANTS_SOURCE,
    applies=is_search,
)
def item_ids(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Look at each part of the id."""
    response = parse_search(context, exchange)
    if response is not None:
        for pointer in response.invariants.id:
            yield from _check_ids(response, pointer)


def _check_ids(response: SearchResponse, pointer: str) -> Iterator[Failure]:
    values = response.read_values(pointer)
    for index, value in enumerate(values):
        reason = _explain_bad_id(value, values[0])
        if reason:
            message = f"{pointer} is {value!r}, {reason}"
            rule = locate_invariant(response.context, "id", response.invariants.id.index(pointer))
            yield Failure(message, response.build_pointer(index, pointer), rule, (response.exchange,))
            return


def _explain_bad_id(value: Any, first: Any) -> str:
    """Return why the value is no id, beside that of the first item; "" where it is one."""
    if value is MISSING or value is None or isinstance(value, bool):
        return "which is none"
    if isinstance(value, str) and not value.strip():
        return "which is empty"
    if type(value) is not type(first):
        return f"and {first!r} is of another type"
    return ""


@passive_check(
    "item/doubled",
    summary="No item stands twice in a response.",
    rationale="A client would show it twice.",
    remediation="List each item once.",
    source=INVARIANTS_SOURCE,
    applies=is_search,
)
def duplicate_items(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Compare the ids."""
    response = parse_search(context, exchange)
    if response is None:
        return
    # a set: a page of 20,000 items would take minutes with a list
    seen = set[tuple[Any, ...]]()
    for index, item_id in enumerate(response.ids):
        if item_id in seen:
            message = f"{' with '.join(repr(part) for part in item_id)} stands twice"
            yield Failure(message, response.build_pointer(index), locate_invariant(context, "id"), (exchange,))
            return
        seen.add(item_id)


@passive_check(
    "item/url",
    summary="URLs have a host and can be requested as they are, by http or https or without a scheme.",
    rationale="Clients put them into their pages.",
    remediation="Write the host into each URL, and encode the characters that a URL may not hold.",
    source=INVARIANTS_SOURCE,
    applies=lambda context: bool(context.operation.extension.invariants.urls),
)
def item_urls(context: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Look at each place of a URL; whether it may be null, the schema says."""
    response = parse_search(context, exchange)
    if response is not None:
        for pointer in response.invariants.urls:
            yield from _check_urls(response, pointer)


def _check_urls(response: SearchResponse, pointer: str) -> Iterator[Failure]:
    for index, value in enumerate(response.read_values(pointer)):
        reason = _explain_bad_url(value) if isinstance(value, str) else ""
        if reason:
            message = f"{pointer} is {value!r}, {reason}"
            rule = locate_invariant(response.context, "urls", response.invariants.urls.index(pointer))
            yield Failure(message, response.build_pointer(index, pointer), rule, (response.exchange,))
            return


def _explain_bad_url(text: str) -> str:
    """Return why the text is no URL of the web; "" where it is one."""
    if any(letter.isspace() or not letter.isprintable() for letter in text):
        return "which has a space in it"
    try:
        url = urlsplit(text)
        # reading the port is what raises for `http://host:port/`
        has_address = bool(url.hostname) and url.port != 0
    except ValueError:
        return "which is no address"
    if url.scheme not in WEB_SCHEMES:
        return "which is not of http or https"
    if not has_address:
        return "which has no host"
    return ""
