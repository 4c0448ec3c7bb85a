"""What every verifier needs: find a value, compare it, refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from hmac import compare_digest
from typing import Any

from lookalike_specs import SecurityScheme
from lookalike_specs.extensions import Refusal
from lookalike_specs.messages import Pairs
from lookalike_specs.signing import SCHEMES
from lookalike_specs.signing.scheme import get_key_location

from ..exceptions import VendorError
from ..parsing import ParsedRequest, parse_cookies


def get_first(pairs: Pairs, name: str) -> str:
    """Return the first value of that name; "" when there is none."""
    for key, value in pairs:
        if key == name:
            return value
    return ""


def compare_secrets(ours: str, theirs: str) -> bool:
    """Return whether two secrets are equal, in a time that does not tell where they differ."""
    return compare_digest(ours.encode("utf-8", "replace"), theirs.encode("utf-8", "replace"))


def build_auth_error(scheme: SecurityScheme, kind: Refusal, **facts: Any) -> VendorError:
    """Return the scheme's error for that kind of refusal; `facts` fill the placeholders of its message."""
    return VendorError(
        scheme.extension.errors[kind], {"rule": kind, "parameter": scheme.parameter, "value": "", **facts}
    )


CredentialReader = Callable[[ParsedRequest], str]


def build_credential_reader(scheme: SecurityScheme) -> CredentialReader:
    """Return what finds the key that a scheme's requests carry; it returns "" when there is none."""
    if scheme.parts:
        return build_credential_reader(scheme.parts[0])
    location = get_key_location(SCHEMES[scheme.extension.scheme], scheme)
    if location.place == "cookie":
        return lambda parsed: get_first(parse_cookies(parsed.request), location.name)
    if location.place == "form":
        return lambda parsed: get_first(parsed.form, location.name)
    if location.place == "parameter":
        return lambda parsed: get_first(parsed.pairs, location.name)
    return _build_header_reader(location.name.encode(), location.pattern, location.decode)


def _build_header_reader(
    name: bytes, pattern: re.Pattern[str] | None, decode: Callable[[str], str] | None
) -> CredentialReader:
    if pattern is None:
        return lambda parsed: parsed.request.get_header(name) or ""

    def read_key(parsed: ParsedRequest) -> str:
        match = pattern.search(parsed.request.get_header(name) or "")
        if match is None:
            return ""
        return decode(match[1]) if decode else match[1]

    return read_key
