"""Daji's `sign`: upper-case MD5 of the sorted raw pairs and the secret.

Source: the Java sample on the vendor's signature page (wiki.dajisaas.com/doc-4543198).
"""

from __future__ import annotations

from hashlib import md5
from typing import Final

from lookalike_specs.wire import Pairs, Request

from . import parameters
from .stages import Stages, build

SCHEME: Final = "daji-md5"
_MASK: Final = "***"


def sign(pairs: Pairs, secret: str) -> str:
    """32 upper-case hex digits over every pair but `sign`; values are signed raw, as the server decodes them."""
    return _digest(_string_to_sign(_canonical(_ordered(pairs)), secret))


def stages(pairs: Pairs, secret: str, *, reveal: bool = False) -> Stages:
    """The stages of `sign`; the secret, and an `appSecret` among the pairs, read `***` unless revealed."""
    shown = _ordered(pairs if reveal else _masked(pairs))
    return build(
        SCHEME,
        signed=parameters.lines(shown),
        canonical=_canonical(shown),
        string_to_sign=_string_to_sign(_canonical(shown), secret if reveal else _MASK),
        signature=sign(pairs, secret),
    )


def presented(request: Request) -> str | None:
    """The `sign` that a request carries."""
    return dict(parameters.sent(request)).get("sign")


def recomputed(request: Request, secret: str) -> Stages:
    """The stages of a request from its own wire bytes."""
    return stages(parameters.sent(request), secret)


def signed(request: Request, app_key: str, secret: str) -> Request:
    """The request with `appKey` and `sign` at the end of its form body if it has one, else of its query."""
    place = parameters.with_form if parameters.is_form(request) else parameters.with_query
    keyed = place(request, (("appKey", app_key),))
    return place(keyed, (("sign", sign(parameters.sent(keyed), secret)),))


def _ordered(pairs: Pairs) -> list[tuple[str, str]]:
    kept = [pair for pair in pairs if pair[0] != "sign"]
    plain = "".join([name for name, _ in kept]).isascii()
    kept.sort(key=parameters.name_of if plain else _code_units)
    return kept


def _code_units(pair: tuple[str, str]) -> bytes:
    """Java's order of strings: U+1F600 (D83D DE00) comes before U+FF01."""
    return pair[0].encode("utf-16-be", "surrogatepass")


def _masked(pairs: Pairs) -> Pairs:
    return tuple((name, _MASK if name == "appSecret" else value) for name, value in pairs)


def _canonical(ordered: list[tuple[str, str]]) -> str:
    return "&".join([f"{name}={value}" for name, value in ordered])


def _string_to_sign(canonical: str, secret: str) -> str:
    return f"{canonical}&secret={secret}" if canonical else f"secret={secret}"


def _digest(text: str) -> str:
    return md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper()
