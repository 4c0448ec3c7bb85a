"""Family `item`: ids and addresses that can be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from lookalike_specs.pointers import MISSING

from ..context import CheckContext
from ..finding import Exchange, Failure
from ..registry import passive_check
from ..search import INVARIANTS_SOURCE, is_search, locate_invariant, parse_search

WEB_SCHEMES = ("", "http", "https")


@passive_check(
    "item/id",
    summary="Every item has an id, and those of an answer are of one type.",
    rationale="It is what goods are ordered by.",
    remediation="Leave out what has no id.",
    source=INVARIANTS_SOURCE,
    applies=is_search,
)
def item_ids(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Each place of the id."""
    found = parse_search(subject, exchange)
    for pointer in found.invariants.id if found else ():
        values = found.read_values(pointer) if found else []
        for at, value in enumerate(values):
            if wrong := _explain_bad_id(value, values[0]):
                where = found.build_pointer(at, pointer) if found else ""
                yield Failure(f"{pointer} is {value!r}, {wrong}", where, locate_invariant(subject, "id"), (exchange,))
                break


def _explain_bad_id(value: Any, first: Any) -> str:
    """Why that cannot be told apart from others; "" where it can."""
    if value is MISSING or value is None or isinstance(value, bool):
        return "which is none"
    if isinstance(value, str) and not value.strip():
        return "which is empty"
    return "" if type(value) is type(first) else f"and {first!r} is of another type"


@passive_check(
    "item/doubled",
    summary="No item stands twice in an answer.",
    rationale="A client would show it twice.",
    remediation="List each item once.",
    source=INVARIANTS_SOURCE,
    applies=is_search,
)
def duplicate_items(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """By the id."""
    found = parse_search(subject, exchange)
    ids = found.ids if found else []
    for at, each in enumerate(ids):
        if found and each in ids[:at]:
            told = " with ".join(map(repr, each))
            yield Failure(f"{told} stands twice", found.build_pointer(at), locate_invariant(subject, "id"), (exchange,))
            return


@passive_check(
    "item/url",
    summary="Addresses are complete, of http or https, with or without the scheme, and can be asked for as they are.",
    rationale="Clients put them into pages.",
    remediation="Write the host, and encode what a URL may not hold.",
    source=INVARIANTS_SOURCE,
    applies=lambda subject: bool(subject.operation.extension.invariants.urls),
)
def item_urls(subject: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Each place of an address; null is for the schema to judge."""
    found = parse_search(subject, exchange)
    for pointer in found.invariants.urls if found else ():
        for at, value in enumerate(found.read_values(pointer) if found else []):
            if found and isinstance(value, str) and (wrong := _explain_bad_url(value)):
                where = found.build_pointer(at, pointer)
                yield Failure(f"{pointer} is {value!r}, {wrong}", where, locate_invariant(subject, "urls"), (exchange,))
                break


def _explain_bad_url(text: str) -> str:
    """Why that is no address of the web; "" where it is one."""
    if any(letter.isspace() or not letter.isprintable() for letter in text):
        return "which has a space in it"
    try:
        split = urlsplit(text)
        usable = bool(split.hostname) and split.port != 0
    except ValueError:
        return "which is no address"
    if split.scheme not in WEB_SCHEMES:
        return "which is not of http or https"
    return "" if usable else "which has no host"
