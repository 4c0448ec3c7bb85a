"""Daji's `sign`: upper-case MD5 of the sorted raw pairs and the secret.

Source: the Java sample on the vendor's signature page (wiki.dajisaas.com/doc-4543198).
"""

from __future__ import annotations

from hashlib import md5
from typing import Final

from lookalike_specs.messages import Pairs, Request

from .base import Stages, build_stages
from .canonical import append_to_form, append_to_query, decode_parameters, format_lines, get_pair_name, is_form

SCHEME: Final = "daji-md5"
_MASK: Final = "***"


def compute_signature(pairs: Pairs, secret: str) -> str:
    """32 upper-case hex digits over every pair but `sign`; values are signed raw, as the server decodes them."""
    return _digest(_build_string_to_sign(_join_pairs(_sort_pairs(pairs)), secret))


def compute_stages(pairs: Pairs, secret: str, *, reveal: bool = False) -> Stages:
    """The stages of `sign`; the secret, and an `appSecret` among the pairs, read `***` unless revealed."""
    shown = _sort_pairs(pairs if reveal else _mask_secret(pairs))
    return build_stages(
        SCHEME,
        signed=format_lines(shown),
        canonical=_join_pairs(shown),
        string_to_sign=_build_string_to_sign(_join_pairs(shown), secret if reveal else _MASK),
        signature=compute_signature(pairs, secret),
    )


def read_signature(request: Request) -> str | None:
    """The `sign` that a request carries."""
    return dict(decode_parameters(request)).get("sign")


def recompute_stages(request: Request, secret: str) -> Stages:
    """The stages of a request from its own wire bytes."""
    return compute_stages(decode_parameters(request), secret)


def sign_request(request: Request, app_key: str, secret: str) -> Request:
    """The request with `appKey` and `sign` at the end of its form body if it has one, else of its query."""
    place = append_to_form if is_form(request) else append_to_query
    keyed = place(request, (("appKey", app_key),))
    return place(keyed, (("sign", compute_signature(decode_parameters(keyed), secret)),))


def _sort_pairs(pairs: Pairs) -> list[tuple[str, str]]:
    kept = [pair for pair in pairs if pair[0] != "sign"]
    plain = "".join([name for name, _ in kept]).isascii()
    kept.sort(key=get_pair_name if plain else _code_units)
    return kept


def _code_units(pair: tuple[str, str]) -> bytes:
    """Java's order of strings: U+1F600 (D83D DE00) comes before U+FF01."""
    return pair[0].encode("utf-16-be", "surrogatepass")


def _mask_secret(pairs: Pairs) -> Pairs:
    return tuple((name, _MASK if name == "appSecret" else value) for name, value in pairs)


def _join_pairs(ordered: list[tuple[str, str]]) -> str:
    return "&".join([f"{name}={value}" for name, value in ordered])


def _build_string_to_sign(canonical: str, secret: str) -> str:
    return f"{canonical}&secret={secret}" if canonical else f"secret={secret}"


def _digest(text: str) -> str:
    return md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest().upper()
