"""The `Authorization` header of schemes that put a word of their own in front: `acs …`, `ACS3-HMAC-SHA256 …`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..messages import Request
from .base import MalformedCredential


class SignedCredential(Protocol):
    """What such a header says, whatever the scheme."""

    @property
    def signature(self) -> str:
        """Return the signature, as it travels."""
        ...


def split_authorization(text: str, word: str) -> str | MalformedCredential:
    """Return what stands behind the scheme's word; why the header is not the scheme's, where it has another word."""
    first, _, rest = text.strip().partition(" ")
    if first == word:
        return rest
    # `Bearer abc` names another way to sign; a lone word is nothing
    if rest:
        return MalformedCredential("algorithm", f"Authorization does not begin with `{word} `")
    return MalformedCredential("malformed", f"Authorization does not begin with `{word} `")


def get_authorization(request: Request) -> str:
    """Return the header as text; "" where there is none."""
    return request.get_header(b"authorization") or ""


def extract_signature(request: Request, parse: Callable[[str], SignedCredential | MalformedCredential]) -> str | None:
    """Return the signature in the header as the scheme parses it; None where there is none to read."""
    credential = parse(get_authorization(request))
    if isinstance(credential, MalformedCredential):
        return None
    return credential.signature
