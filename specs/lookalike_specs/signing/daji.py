"""Daji's `sign`: upper-case MD5 of the sorted raw pairs and the secret.

Source: the Java sample on the vendor's signature page (wiki.dajisaas.com/doc-4543198).

Every parameter but `sign` counts, empty ones too: sorted by name, decoded, joined by `&`, the secret behind them. For
the secret `s3cret`, `?b=1&a=%20x&appKey=k` signs the text `a= x&appKey=k&b=1&secret=s3cret`.
"""

from __future__ import annotations

from hashlib import md5
from typing import Final

from ..api import SecurityScheme
from ..messages import Pairs, Request
from .base import Stages, build_stages
from .canonical import append_to_form, append_to_query, decode_parameters, format_lines, get_pair_name, is_form
from .scheme import Credentials, KeyLocation, SigningContext, SigningScheme

NAME: Final = "daji-md5"
_MASK: Final = "***"
# copied for each signature: OpenSSL looks an algorithm up anew for every digest that is begun from nothing
_EMPTY_DIGEST: Final = md5(usedforsecurity=False)


def compute_signature(pairs: Pairs, secret: str) -> str:
    """Return 32 upper-case hex digits over every pair but `sign`; values are signed raw, as the server decodes them."""
    return _digest(_build_string_to_sign(_join_pairs(_sort_pairs(pairs)), secret))


def compute_stages(pairs: Pairs, secret: str, *, reveal: bool = False) -> Stages:
    """Return the stages of `sign`; the secret, and an `appSecret` among the pairs, read `***` unless revealed."""
    shown_pairs = pairs
    shown_secret = secret
    if not reveal:
        shown_pairs = _mask_secret(pairs)
        shown_secret = _MASK
    ordered = _sort_pairs(shown_pairs)
    canonical = _join_pairs(ordered)
    return build_stages(
        NAME,
        signed=format_lines(ordered),
        canonical=canonical,
        string_to_sign=_build_string_to_sign(canonical, shown_secret),
        # of the pairs as they are: the texts are for people, the signature has to be the real one
        signature=compute_signature(pairs, secret),
    )


def read_signature(request: Request) -> str | None:
    """Return the `sign` that a request carries; None where there is none."""
    return dict(decode_parameters(request)).get("sign")


def recompute_stages(request: Request, secret: str) -> Stages:
    """Return the stages of a request from its own bytes, the secret hidden."""
    return compute_stages(decode_parameters(request), secret)


def reveal_stages(request: Request, secret: str) -> Stages:
    """Return the stages of a request from its own bytes, the secret shown."""
    return compute_stages(decode_parameters(request), secret, reveal=True)


def sign_request(request: Request, app_key: str, secret: str) -> Request:
    """Return the request with `appKey` and `sign` at the end of its form body if it has one, else of its query."""
    append = append_to_query
    if is_form(request):
        append = append_to_form
    keyed = append(request, (("appKey", app_key),))
    signature = compute_signature(decode_parameters(keyed), secret)
    return append(keyed, (("sign", signature),))


def sign(request: Request, _: SecurityScheme, account: Credentials, __: SigningContext) -> Request:
    """Return the request with the account's key and its `sign`; the rule has neither time nor nonce."""
    return sign_request(request, account["appKey"], account["appSecret"])


def _sort_pairs(pairs: Pairs) -> list[tuple[str, str]]:
    """Return every pair but `sign`, by name; pairs of one name stay in the order in which they were sent."""
    signed = [pair for pair in pairs if pair[0] != "sign"]
    # names in ASCII, nearly all, are in the same order either way, and sort much faster as they are
    if "".join(map(get_pair_name, signed)).isascii():
        signed.sort(key=get_pair_name)
    else:
        signed.sort(key=_get_code_units)
    return signed


def _get_code_units(pair: tuple[str, str]) -> bytes:
    """Return what Java sorts a string by: U+1F600 (D83D DE00) comes before U+FF01, though its code point is greater."""
    return pair[0].encode("utf-16-be", "surrogatepass")


def _mask_secret(pairs: Pairs) -> Pairs:
    masked = []
    for name, value in pairs:
        if name == "appSecret":
            value = _MASK  # noqa: PLW2901 - the value that is shown
        masked.append((name, value))
    return tuple(masked)


def _join_pairs(ordered: list[tuple[str, str]]) -> str:
    return "&".join([f"{name}={value}" for name, value in ordered])


def _build_string_to_sign(canonical: str, secret: str) -> str:
    # the sample builds a string and appends; with no parameter there is nothing that a `&` could part
    if not canonical:
        return f"secret={secret}"
    return f"{canonical}&secret={secret}"


def _digest(text: str) -> str:
    digest = _EMPTY_DIGEST.copy()
    digest.update(text.encode("utf-8", "replace"))
    return digest.hexdigest().upper()


SCHEME: Final = SigningScheme(
    name=NAME,
    sign=sign,
    key_name="appKey",
    secret_name="appSecret",  # noqa: S106 - a name, not a secret
    key_location=KeyLocation("parameter", "appKey"),
    signature_name="sign",
    read_signature=read_signature,
    recompute_stages=recompute_stages,
    reveal_stages=reveal_stages,
)
