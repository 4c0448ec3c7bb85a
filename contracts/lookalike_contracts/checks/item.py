"""Family `item`: ids and addresses that can be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ..answers.pointer import MISSING
from ..finding import Broken, Exchange
from ..registry import look
from ..searches.search import SOURCE, read, rule, searches
from ..subject import Subject

WEB = ("", "http", "https")


@look(
    "item/id",
    says="Every item has an id, and those of an answer are of one type.",
    why="It is what goods are ordered by.",
    how="Leave out what has no id.",
    source=SOURCE,
    applies=searches,
)
def id(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """Each place of the id."""
    found = read(subject, exchange)
    for pointer in found.promises.id if found else ():
        values = found.values(pointer) if found else []
        for at, value in enumerate(values):
            if wrong := _no_id(value, values[0]):
                where = found.place(at, pointer) if found else ""
                yield Broken(f"{pointer} is {value!r}, {wrong}", where, rule(subject, "id"), (exchange,))
                break


def _no_id(value: Any, first: Any) -> str:
    """Why that cannot be told apart from others; "" where it can."""
    if value is MISSING or value is None or isinstance(value, bool):
        return "which is none"
    if isinstance(value, str) and not value.strip():
        return "which is empty"
    return "" if type(value) is type(first) else f"and {first!r} is of another type"


@look(
    "item/doubled",
    says="No item stands twice in an answer.",
    why="A client would show it twice.",
    how="List each item once.",
    source=SOURCE,
    applies=searches,
)
def doubled(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """By the id."""
    found = read(subject, exchange)
    ids = found.ids if found else []
    for at, each in enumerate(ids):
        if found and each in ids[:at]:
            told = " with ".join(map(repr, each))
            yield Broken(f"{told} stands twice", found.place(at), rule(subject, "id"), (exchange,))
            return


@look(
    "item/url",
    says="Addresses are complete, of http or https, with or without the scheme, and can be asked for as they are.",
    why="Clients put them into pages.",
    how="Write the host, and encode what a URL may not hold.",
    source=SOURCE,
    applies=lambda subject: bool(subject.operation.extension.promises.urls),
)
def url(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """Each place of an address; null is for the schema to judge."""
    found = read(subject, exchange)
    for pointer in found.promises.urls if found else ():
        for at, value in enumerate(found.values(pointer) if found else []):
            if found and isinstance(value, str) and (wrong := _no_url(value)):
                where = found.place(at, pointer)
                yield Broken(f"{pointer} is {value!r}, {wrong}", where, rule(subject, "urls"), (exchange,))
                break


def _no_url(text: str) -> str:
    """Why that is no address of the web; "" where it is one."""
    if any(letter.isspace() or not letter.isprintable() for letter in text):
        return "which has a space in it"
    try:
        split = urlsplit(text)
        usable = bool(split.hostname) and split.port != 0
    except ValueError:
        return "which is no address"
    if split.scheme not in WEB:
        return "which is not of http or https"
    return "" if usable else "which has no host"
